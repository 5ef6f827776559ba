-- name: fill_accounts
INSERT INTO ledger_account (number, branch_id, currency, gl_code, debit_normal, terms_id, floor_minor, opened_on)
SELECT 'B' || lpad(n::text, 6, '0'), 1, 'CNY', '2011.01', false, 'demand', -1000000000000, DATE '2026-01-05'
FROM generate_series(1, $1::integer) n;

-- name: fill_balances
INSERT INTO ledger_balance (account_id, interest_since) SELECT id, opened_on FROM ledger_account WHERE terms_id IS NOT NULL
ON CONFLICT DO NOTHING;

-- name: count_transfers
SELECT count(*) FROM journal WHERE code = $1;

-- name: fill_demand_accounts
WITH opened AS (
    INSERT INTO ledger_account (number, branch_id, currency, gl_code, debit_normal, terms_id, floor_minor, opened_on)
    SELECT '000101' || lpad(n::text, 10, '0'), $1, 'CNY', '2011.01', false, 'demand', 0, $3
    FROM generate_series(1, $2::integer) n
    RETURNING id, opened_on
)
INSERT INTO ledger_balance (account_id, interest_since) SELECT id, opened_on FROM opened;

-- name: fill_opening_balances
WITH due AS (
    SELECT id, row_number() OVER (ORDER BY id) AS turn, (row_number() OVER (ORDER BY id) - 1) / 1000 + 1 AS journal
    FROM ledger_account WHERE terms_id = 'demand'
), journals AS (
    SELECT journal, count(*) AS lines, sum(count(*)) OVER (ORDER BY journal) AS upto FROM due GROUP BY journal
), books AS (
    INSERT INTO journal (id, kind, branch_id, booking_date, value_date, recorded_at, digest, idempotency_key, code,
                         operator, channel)
    SELECT journal, 1, $2, $4, $4, $5, '', 'opening:' || journal, 'DEP01', 'bench', 'bench' FROM journals
), events AS (
    INSERT INTO event (id, kind, recorded_at, journal_id, subjects)
    SELECT journal, 'journal_posted', $5, journal, '{}' FROM journals
), entries AS (
    INSERT INTO entry (journal_id, account_id, position, amount, balance_after, line, debit)
    SELECT journal, $1, journal, lines * $3::bigint, upto * $3, 1, true FROM journals
    UNION ALL SELECT journal, id, 1, $3, $3, (turn - 1) % 1000 + 2, false FROM due
), head AS (
    UPDATE commit_head SET last_journal_id = (SELECT max(journal) FROM journals), last_event_id = (SELECT max(journal) FROM journals)
), cash AS (
    UPDATE ledger_balance SET debits_posted = (SELECT max(upto) FROM journals) * $3, position = (SELECT max(journal) FROM journals)
    WHERE account_id = $1
)
UPDATE ledger_balance b SET credits_posted = $3, position = 1 FROM due d WHERE b.account_id = d.id;

-- name: demand_range
SELECT min(id) AS first, max(id) AS last FROM ledger_account WHERE terms_id = 'demand';

-- name: plain_update
UPDATE ledger_balance SET position = position;

-- name: is_closed
SELECT closed_at IS NOT NULL FROM business_day WHERE date = $1;
