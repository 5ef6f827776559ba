-- The outbox is the event table itself: its numbers follow commits and have no gaps, so a handler needs only a cursor.
CREATE TABLE outbox_cursor (
    handler       text PRIMARY KEY,
    last_event_id bigint NOT NULL
);

-- Events that a handler could not take yet, or that wait behind one of the same account.
CREATE TABLE outbox_parked (
    handler  text     NOT NULL REFERENCES outbox_cursor,
    event_id bigint   NOT NULL REFERENCES event,
    subjects bigint[] NOT NULL,
    attempts integer  NOT NULL,
    due_at   timestamptz NOT NULL,
    error    text,                          -- the kind of error, never its message: that may name people
    PRIMARY KEY (handler, event_id)
);
CREATE INDEX outbox_parked_subjects ON outbox_parked USING gin (subjects);

-- Movement notices: who has asked for them, and from what amount on.
CREATE TABLE notice_agreement (
    account_id   bigint PRIMARY KEY REFERENCES ledger_account,
    least_amount bigint NOT NULL CHECK (least_amount > 0),
    agreed_by    text   NOT NULL,
    agreed_at    timestamptz NOT NULL
);
CREATE TABLE movement_notice (
    account_id    bigint NOT NULL REFERENCES ledger_account,
    position      bigint NOT NULL,           -- of the entry in the account's statement
    journal_id    bigint NOT NULL,
    debit         boolean NOT NULL,
    amount        bigint NOT NULL,
    balance_after bigint NOT NULL,
    recorded_at   timestamptz NOT NULL,
    PRIMARY KEY (account_id, position)
);
CREATE TRIGGER movement_notice_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON movement_notice
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
