-- Tax withheld of interest (代扣代缴利息所得税): settled in the same journal as the interest, kept beside what was paid.

-- tax: what was withheld of the interest, minor units. interest and amount stand before it.
ALTER TABLE placed_deposit_history ADD COLUMN tax bigint NOT NULL DEFAULT 0 CHECK (tax BETWEEN 0 AND interest);
ALTER TABLE agreement_settlement ADD COLUMN tax bigint NOT NULL DEFAULT 0 CHECK (tax BETWEEN 0 AND amount);

DROP FUNCTION ledger_settle_interest(
    timestamptz, date, text, text, text, text, text, text, bigint[], bigint[], bigint[], bigint[]);

-- Interest settled and capitalised: a journal for each account, in one statement however many they are. The caller holds
-- the sequencer's lock. Debits what the bank owes (p_payable, of the account's own branch and currency), credits the account,
-- valued on p_until, and starts its balance-days anew from there. Where tax is withheld of it (p_tax, 0 for none; of amounts, so
-- never more), the same journal debits the account the tax and credits p_tax_payable, of the same branch and currency; both
-- arrays are empty where nobody's is, and then nothing is done for it. p_later: the sum over entries valued after p_until of
-- amount x (value date - p_until). A block of the account does not keep the bank from paying what it owes onto it.
-- Accounts and amounts come in the order of account ids; amounts above zero. No request asked for these journals, so they
-- have no digest to compare one with. Returns the first journal's number less one.
CREATE FUNCTION ledger_settle_interest(
    p_recorded_at timestamptz, p_until date, p_key text, p_code text, p_operator text, p_channel text,
    p_instance text, p_element text,
    p_account bigint[], p_amount bigint[], p_later bigint[], p_payable bigint[], p_tax bigint[], p_tax_payable bigint[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n integer := cardinality(p_account);
    base bigint;
    base_event bigint;
    today date;
    touched integer;
    taxed integer;
BEGIN
    UPDATE commit_head SET last_journal_id = last_journal_id + n, last_event_id = last_event_id + n WHERE id
    RETURNING last_journal_id - n, last_event_id - n, business_date INTO base, base_event, today;

    WITH due AS (
        SELECT u.*, row_number() OVER w AS turn, sum(u.amount) OVER w AS running
          FROM unnest(p_account, p_amount, p_later, p_payable, p_tax, p_tax_payable) WITH ORDINALITY
            AS u (account, amount, later, payable, tax, tax_payable, number)
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
        SELECT base_event + number, 'journal_posted', p_recorded_at, base + number,
               CASE WHEN tax > 0 THEN ARRAY[payable, account, tax_payable] ELSE ARRAY[payable, account] END,
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
    IF cardinality(p_tax) = 0 THEN
        RETURN base;
    END IF;

    WITH due AS (
        SELECT u.*, row_number() OVER w AS turn, sum(u.tax) OVER w AS running
          FROM unnest(p_account, p_tax, p_tax_payable) WITH ORDINALITY AS u (account, tax, payable, number)
         WHERE u.tax > 0
        WINDOW w AS (PARTITION BY u.payable ORDER BY u.number)
    ), debited AS (
        UPDATE ledger_balance b
           SET debits_posted = b.debits_posted + d.tax, position = b.position + 1, settled_position = b.position + 1
          FROM due d WHERE b.account_id = d.account
        RETURNING d.number, d.account, d.tax, b.position, b.credits_posted - b.debits_posted AS balance
    ), payables AS MATERIALIZED (
        SELECT account_id, position, credits_posted - debits_posted AS balance
          FROM ledger_balance WHERE account_id IN (SELECT DISTINCT payable FROM due)
    )
    INSERT INTO entry (journal_id, account_id, position, amount, balance_after, line, debit)
    SELECT base + number, account, position, tax, balance, 3, true FROM debited
    UNION ALL SELECT base + d.number, d.payable, p.position + d.turn, d.tax, p.balance + d.running, 4, false
                FROM due d JOIN payables p ON p.account_id = d.payable
    ORDER BY 1, 6;
    GET DIAGNOSTICS touched = ROW_COUNT;
    SELECT 2 * count(*) INTO taxed FROM unnest(p_tax) AS tax WHERE tax > 0;
    IF touched <> taxed THEN
        RAISE EXCEPTION 'a branch has no account for what is withheld' USING ERRCODE = 'LS003';
    END IF;

    UPDATE ledger_balance b SET credits_posted = b.credits_posted + s.tax, position = b.position + s.entries
      FROM (SELECT payable, sum(tax) AS tax, count(*) AS entries
              FROM unnest(p_tax_payable, p_tax) AS u (payable, tax) WHERE tax > 0 GROUP BY payable) s
     WHERE b.account_id = s.payable;
    RETURN base;
END $$;
