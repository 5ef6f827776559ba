-- The bank's single sequence. Whoever writes journals, events or account states holds this row's lock until
-- commit, so numbers follow each other in the order of commits and without gaps: a cut is "up to number n",
-- and no late commit can slip in below it. Group commit makes the lock cheap: one a batch, not one a posting.
CREATE TABLE commit_head (
    id              boolean PRIMARY KEY DEFAULT true CHECK (id),
    epoch           bigint NOT NULL DEFAULT 0,
    last_event_id   bigint NOT NULL DEFAULT 0,
    last_journal_id bigint NOT NULL DEFAULT 0,
    business_date   date   NOT NULL
) WITH (fillfactor = 20);

-- What happened, in the order of commits: evidence, and the outbox that handlers will read on from.
CREATE TABLE event (
    id          bigint PRIMARY KEY,
    kind        text NOT NULL,
    recorded_at timestamptz NOT NULL,
    journal_id  bigint,
    subjects    bigint[] NOT NULL,
    payload     jsonb
);

-- First answers of writes that are not journals (a journal carries its own key).
CREATE TABLE idempotency (
    key         text PRIMARY KEY,
    digest      bytea NOT NULL,
    result      jsonb NOT NULL,
    recorded_at timestamptz NOT NULL
);

-- Entries are immutable: the database itself refuses what would change the past. Statement triggers cost
-- nothing on the write path.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'LS001';
END $$;

CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER idempotency_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON idempotency
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The sequence only goes forward.
CREATE FUNCTION refuse_going_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.epoch < OLD.epoch OR NEW.last_event_id < OLD.last_event_id
       OR NEW.last_journal_id < OLD.last_journal_id OR NEW.business_date < OLD.business_date THEN
        RAISE EXCEPTION 'commit_head only goes forward' USING ERRCODE = 'LS002';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER commit_head_forward BEFORE UPDATE ON commit_head
    FOR EACH ROW EXECUTE FUNCTION refuse_going_back();
CREATE TRIGGER commit_head_kept BEFORE DELETE OR TRUNCATE ON commit_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
