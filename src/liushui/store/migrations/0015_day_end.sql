-- Balance-days (积数), kept by change and not by night: an account that rests is not touched.
--
-- interest_since: the day from which interest is not yet settled; NULL on the bank's own accounts. value_days: the sum over
-- all entries since then of amount x (value date - interest_since), credits positive, in minor units times days. So for
-- any day T the balance-days from interest_since to T are
--     (credits - debits) x (T - interest_since) - value_days + the sum over entries valued after T of amount x (value date - T),
-- whatever the order in which entries came, and an entry valued back corrects them by itself.
-- settled_position: the account's statement position when it was last settled.
ALTER TABLE ledger_balance ADD COLUMN interest_since date, ADD COLUMN value_days bigint NOT NULL DEFAULT 0,
    ADD COLUMN settled_position bigint NOT NULL DEFAULT 0;
UPDATE ledger_balance b SET interest_since = a.opened_on, value_days = coalesce((
    SELECT sum((CASE WHEN e.debit THEN -e.amount ELSE e.amount END) * (j.value_date - a.opened_on))
      FROM entry e JOIN journal j ON j.id = e.journal_id WHERE e.account_id = a.id), 0)
  FROM ledger_account a WHERE a.id = b.account_id AND a.terms_id IS NOT NULL;
CREATE INDEX journal_valued_ahead ON journal (value_date) WHERE value_date > booking_date;

-- A day is closed once and for good: nothing is booked on it any more. Between its cut-off and its close only the
-- day-end itself books on it, under the sequencer's lock.
ALTER TABLE commit_head ADD COLUMN closed_through date, ADD CHECK (closed_through < business_date);
CREATE FUNCTION refuse_reopening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a closed day stays closed' USING ERRCODE = 'LS002';
END $$;
CREATE TRIGGER commit_head_closed BEFORE UPDATE OF closed_through ON commit_head FOR EACH ROW
    WHEN (OLD.closed_through IS NOT NULL AND (NEW.closed_through IS NULL OR NEW.closed_through < OLD.closed_through))
    EXECUTE FUNCTION refuse_reopening();
CREATE FUNCTION refuse_closed_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM written w, commit_head h WHERE w.booking_date <= h.closed_through) THEN
        RAISE EXCEPTION 'the day is closed' USING ERRCODE = 'LS004';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER journal_day_open AFTER INSERT ON journal REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed_day();

-- The posting function as in 0010, with a_shift: per account the sum of amount x (value date - booking date) of its entries
-- in the batch, credits positive. Under the lock (p_epoch NULL) it also books on a day that is cut off and not yet closed.
DROP FUNCTION ledger_post(
    bigint, timestamptz, date, bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[],
    smallint[], integer[], date[], bigint[], bigint[], bytea[], text[], text[], text[], text[], text[],
    text[], text[], integer[], integer[], bigint[], bigint[], bigint[], bigint[], smallint[], boolean[], text[],
    integer[], timestamptz[], integer[], smallint[], bigint[], bigint[], boolean[], integer[], bigint[]);

CREATE FUNCTION ledger_post(
    p_epoch bigint, p_recorded_at timestamptz, p_booking_date date,
    a_id bigint[], a_before bigint[], a_dpe bigint[], a_dpo bigint[], a_cpe bigint[], a_cpo bigint[], a_position bigint[],
    a_shift bigint[],
    j_kind smallint[], j_branch integer[], j_value_date date[], j_reverses bigint[], j_resolves bigint[],
    j_digest bytea[], j_key text[], j_code text[], j_operator text[], j_channel text[],
    j_instance text[], j_element text[], j_memo text[], j_path integer[],
    e_journal integer[], e_account bigint[], e_position bigint[], e_amount bigint[], e_balance bigint[],
    e_line smallint[], e_debit boolean[],
    ev_subjects text[],
    h_journal integer[], h_expires_at timestamptz[],
    hl_journal integer[], hl_line smallint[], hl_account bigint[], hl_amount bigint[], hl_debit boolean[],
    r_journal integer[], r_hold bigint[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n integer := cardinality(j_kind);
    base bigint;
    base_event bigint;
    touched integer;
BEGIN
    UPDATE commit_head
       SET epoch = epoch + (p_epoch IS NOT NULL)::int,
           last_journal_id = last_journal_id + n, last_event_id = last_event_id + n
     WHERE id AND epoch = coalesce(p_epoch, epoch)
       AND (business_date = p_booking_date
            OR p_epoch IS NULL AND p_booking_date < business_date AND p_booking_date > coalesce(closed_through, '-infinity'))
    RETURNING last_journal_id - n, last_event_id - n INTO base, base_event;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the books have moved on' USING ERRCODE = '40001';
    END IF;

    UPDATE ledger_balance b
       SET debits_pending = u.dpe, debits_posted = u.dpo, credits_pending = u.cpe, credits_posted = u.cpo,
           position = u.position,
           value_days = CASE WHEN b.interest_since IS NULL THEN 0 ELSE b.value_days + u.shift
               + ((u.cpo - b.credits_posted) - (u.dpo - b.debits_posted)) * (p_booking_date - b.interest_since) END
      FROM unnest(a_id, a_before, a_dpe, a_dpo, a_cpe, a_cpo, a_position, a_shift)
        AS u (id, before, dpe, dpo, cpe, cpo, position, shift)
     WHERE b.account_id = u.id AND b.position = u.before;
    GET DIAGNOSTICS touched = ROW_COUNT;
    IF touched <> cardinality(a_id) THEN
        RAISE EXCEPTION 'the plan was made for another state of an account' USING ERRCODE = 'LS003';
    END IF;

    INSERT INTO journal (id, kind, branch_id, booking_date, value_date, recorded_at, reverses, resolves, digest,
                         idempotency_key, code, operator, channel, process_instance, process_element, memo)
    SELECT base + u.ordinality, u.kind, u.branch, p_booking_date, u.value_date, p_recorded_at, u.reverses,
           u.resolves, u.digest, u.key, u.code, u.operator, u.channel, u.instance, u.element, u.memo
      FROM unnest(j_kind, j_branch, j_value_date, j_reverses, j_resolves, j_digest, j_key, j_code, j_operator,
                  j_channel, j_instance, j_element, j_memo) WITH ORDINALITY
        AS u (kind, branch, value_date, reverses, resolves, digest, key, code, operator, channel, instance,
              element, memo, ordinality);

    INSERT INTO entry (journal_id, account_id, position, amount, balance_after, line, debit)
    SELECT base + u.journal, u.account, u.position, u.amount, u.balance, u.line, u.debit
      FROM unnest(e_journal, e_account, e_position, e_amount, e_balance, e_line, e_debit)
        AS u (journal, account, position, amount, balance, line, debit);

    INSERT INTO event (id, kind, recorded_at, journal_id, subjects, case_id, element, path_id)
    SELECT base_event + u.ordinality, 'journal_posted', p_recorded_at, base + u.ordinality, u.subjects::bigint[],
           u.instance::bigint, u.element, u.path
      FROM unnest(ev_subjects, j_instance, j_element, j_path) WITH ORDINALITY
        AS u (subjects, instance, element, path, ordinality);

    IF cardinality(h_journal) > 0 THEN
        INSERT INTO hold (journal_id, expires_at)
        SELECT base + u.journal, u.expires_at FROM unnest(h_journal, h_expires_at) AS u (journal, expires_at);
        INSERT INTO hold_line (journal_id, line, account_id, amount, debit)
        SELECT base + u.journal, u.line, u.account, u.amount, u.debit
          FROM unnest(hl_journal, hl_line, hl_account, hl_amount, hl_debit)
            AS u (journal, line, account, amount, debit);
    END IF;
    IF cardinality(r_hold) > 0 THEN
        UPDATE hold SET resolved_by = base + u.journal
          FROM unnest(r_journal, r_hold) AS u (journal, hold) WHERE hold.journal_id = u.hold;
    END IF;
    RETURN base;
END $$;

-- Interest settled and capitalised: a journal for each account, in one statement however many they are. The caller holds
-- the sequencer's lock. Debits what the bank owes (p_payable, of the account's own branch and currency), credits the account,
-- valued on p_until, and starts its balance-days anew from there. p_later: the sum over entries valued after p_until of
-- amount x (value date - p_until). A block of the account does not keep the bank from paying what it owes onto it.
-- Accounts and amounts come in the order of account ids; amounts above zero. No request asked for these journals, so they
-- have no digest to compare one with. Returns the first journal's number less one.
CREATE FUNCTION ledger_settle_interest(
    p_recorded_at timestamptz, p_until date, p_key text, p_code text, p_operator text, p_channel text,
    p_instance text, p_element text,
    p_account bigint[], p_amount bigint[], p_later bigint[], p_payable bigint[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n integer := cardinality(p_account);
    base bigint;
    base_event bigint;
    today date;
    touched integer;
BEGIN
    UPDATE commit_head SET last_journal_id = last_journal_id + n, last_event_id = last_event_id + n WHERE id
    RETURNING last_journal_id - n, last_event_id - n, business_date INTO base, base_event, today;

    WITH due AS (
        SELECT u.*, row_number() OVER w AS turn, sum(u.amount) OVER w AS running
          FROM unnest(p_account, p_amount, p_later, p_payable) WITH ORDINALITY AS u (account, amount, later, payable, number)
        WINDOW w AS (PARTITION BY u.payable ORDER BY u.number)
    ), credited AS (
        UPDATE ledger_balance b
           SET credits_posted = b.credits_posted + d.amount, position = b.position + 1,
               interest_since = p_until, value_days = d.later, settled_position = b.position + 1
          FROM due d WHERE b.account_id = d.account AND b.interest_since < p_until
        RETURNING d.number, d.account, d.amount, b.position, b.credits_posted - b.debits_posted AS balance
    ), payables AS MATERIALIZED (
        SELECT b.account_id, a.branch_id, b.position, b.credits_posted - b.debits_posted AS balance
          FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id
         WHERE b.account_id IN (SELECT DISTINCT u FROM unnest(p_payable) u)
    ), debit_lines AS (
        SELECT d.number, d.payable AS account, d.amount, p.position + d.turn AS position, p.balance - d.running AS balance
          FROM due d JOIN payables p ON p.account_id = d.payable
    ), written AS (
        INSERT INTO entry (journal_id, account_id, position, amount, balance_after, line, debit)
        SELECT base + number, account, position, amount, balance, 1, true FROM debit_lines
        UNION ALL SELECT base + number, account, position, amount, balance, 2, false FROM credited
        ORDER BY 1, 6
    ), journals AS (
        INSERT INTO journal (id, kind, branch_id, booking_date, value_date, recorded_at, digest, idempotency_key,
                             code, operator, channel, process_instance, process_element)
        SELECT base + d.number, 1, p.branch_id, today, p_until, p_recorded_at,
               '', p_key || ':' || lpad(d.account::text, 12, '0'), p_code, p_operator, p_channel, p_instance, p_element
          FROM due d JOIN payables p ON p.account_id = d.payable ORDER BY d.number
    ), events AS (
        INSERT INTO event (id, kind, recorded_at, journal_id, subjects, case_id, element)
        SELECT base_event + number, 'journal_posted', p_recorded_at, base + number, ARRAY[payable, account],
               p_instance::bigint, p_element
          FROM due ORDER BY number
    )
    SELECT count(*) INTO touched FROM credited;
    IF touched <> n THEN
        RAISE EXCEPTION 'an account was settled already' USING ERRCODE = 'LS003';
    END IF;

    UPDATE ledger_balance b SET debits_posted = b.debits_posted + s.amount, position = b.position + s.entries
      FROM (SELECT payable, sum(amount) AS amount, count(*) AS entries
              FROM unnest(p_payable, p_amount) AS u (payable, amount) GROUP BY payable) s
     WHERE b.account_id = s.payable;
    RETURN base;
END $$;

-- The bank's days. cut_journal: the last journal booked before the cut-off; what follows belongs to a later day.
CREATE TABLE business_day (
    date           date PRIMARY KEY,
    cut_at         timestamptz NOT NULL,
    cut_by         text   NOT NULL,
    cut_journal    bigint NOT NULL,
    closed_at      timestamptz,
    last_journal   bigint,               -- the last that the day-end itself booked or read
    trial_digest   bytea                 -- SHA-256 over the day's trial balance, sealed with the day
);
CREATE TRIGGER business_day_closed BEFORE UPDATE ON business_day FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL)
    EXECUTE FUNCTION refuse_reopening();
CREATE TRIGGER business_day_kept BEFORE DELETE OR TRUNCATE ON business_day
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TABLE day_end_step (
    date        date NOT NULL REFERENCES business_day,
    position    smallint NOT NULL,
    name        text NOT NULL,
    state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    mark        bigint NOT NULL DEFAULT 0,   -- how far it has come; what that means is the step's own
    handled     bigint NOT NULL DEFAULT 0,
    started_at  timestamptz,
    ended_at    timestamptz,
    fault       jsonb,
    PRIMARY KEY (date, position),
    UNIQUE (date, name)
);

-- What has accrued per day, branch, currency and product: exact (minor units with fraction, all that is not yet settled) and
-- as booked onto what the bank owes, so that the fraction is carried and never lost.
CREATE TABLE interest_accrual (
    date       date    NOT NULL,
    branch_id  integer NOT NULL REFERENCES branch,
    currency   char(3) NOT NULL,
    product    text    NOT NULL,
    exact      numeric NOT NULL,
    booked     bigint  NOT NULL,             -- what the bank owes after it, in minor units
    journal_id bigint,
    PRIMARY KEY (date, branch_id, currency, product)
);
CREATE TRIGGER interest_accrual_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON interest_accrual
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
