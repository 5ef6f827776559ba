-- name: fill_accounts
INSERT INTO ledger_account (number, branch_id, currency, gl_code, debit_normal, terms_id, floor_minor, opened_on)
SELECT 'B' || lpad(n::text, 6, '0'), 1, 'CNY', '2011.01', false, 'demand', -1000000000000, DATE '2026-01-05'
FROM generate_series(1, $1::integer) n;

-- name: fill_balances
INSERT INTO ledger_balance (account_id, interest_since) SELECT id, opened_on FROM ledger_account WHERE terms_id IS NOT NULL
ON CONFLICT DO NOTHING;

-- name: count_transfers
SELECT count(*) FROM journal WHERE code = $1;
