-- name: limited_account
SELECT a.number, d.account_class, d.daily_limit, d.yearly_limit, d.balance_limit,
       a.debit_blocked AND EXISTS (SELECT 1 FROM account_block b WHERE b.account_id = a.id AND b.cause = 'dormant'
                                   AND b.lifted_at IS NULL) AS dormant
FROM deposit_account d JOIN ledger_account a ON a.id = d.account_id WHERE d.account_id = $1;

-- name: is_bound
SELECT EXISTS (SELECT 1 FROM bound_account WHERE account_id = $1 AND number = $2);

-- name: usage
SELECT coalesce(sum(used) FILTER (WHERE period = 'day' AND starts_on = $3), 0)::bigint AS day,
       coalesce(sum(used) FILTER (WHERE period = 'year' AND starts_on = $4), 0)::bigint AS year
FROM limit_usage WHERE account_id = $1 AND incoming = $2;

-- name: use
INSERT INTO limit_usage (account_id, incoming, period, starts_on, used)
VALUES ($1, $2, 'day', $3, $5), ($1, $2, 'year', $4, $5)
ON CONFLICT (account_id, incoming, period, starts_on) DO UPDATE SET used = limit_usage.used + excluded.used;

-- name: give_back
UPDATE limit_usage SET used = greatest(used - $5, 0)
WHERE account_id = $1 AND incoming = $2 AND ((period = 'day' AND starts_on = $3) OR (period = 'year' AND starts_on = $4));

-- name: remember
INSERT INTO limit_use_of_journal (journal_id, account_id, incoming, amount, used_on) VALUES ($1, $2, $3, $4, $5);

-- name: counted_by
SELECT account_id, incoming, amount, used_on FROM limit_use_of_journal WHERE journal_id = $1;
