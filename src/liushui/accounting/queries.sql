-- name: lock_rollup
SELECT last_journal_id FROM gl_rollup_state FOR UPDATE;

-- name: committed_journals
SELECT last_journal_id FROM commit_head;

-- name: roll_up
INSERT INTO gl_turnover AS g (booking_date, branch_id, currency, gl_code, debit, credit)
SELECT j.booking_date, a.branch_id, a.currency, a.gl_code,
       coalesce(sum(e.amount) FILTER (WHERE e.debit), 0), coalesce(sum(e.amount) FILTER (WHERE NOT e.debit), 0)
FROM entry e JOIN journal j ON j.id = e.journal_id JOIN ledger_account a ON a.id = e.account_id
WHERE e.journal_id > $1 AND e.journal_id <= $2 AND j.id > $1 AND j.id <= $2
GROUP BY j.booking_date, a.branch_id, a.currency, a.gl_code
ORDER BY j.booking_date, a.branch_id, a.currency, a.gl_code
ON CONFLICT (booking_date, branch_id, currency, gl_code)
DO UPDATE SET debit = g.debit + EXCLUDED.debit, credit = g.credit + EXCLUDED.credit;

-- name: move_rollup
UPDATE gl_rollup_state SET last_journal_id = $1;

-- name: trial_balance
SELECT branch_id, currency, gl_code,
       coalesce(sum(debit - credit) FILTER (WHERE booking_date < $1), 0)::bigint AS opening,
       coalesce(sum(debit) FILTER (WHERE booking_date >= $1), 0)::bigint AS debit,
       coalesce(sum(credit) FILTER (WHERE booking_date >= $1), 0)::bigint AS credit
FROM gl_turnover_current
WHERE booking_date <= $2 AND ($3::integer IS NULL OR branch_id = $3) AND ($4::text IS NULL OR currency = $4)
GROUP BY branch_id, currency, gl_code ORDER BY branch_id, currency, gl_code;

-- name: verify_accounts
WITH gl AS (
    SELECT gl_code, branch_id, currency, sum(debit) AS debit, sum(credit) AS credit
    FROM gl_turnover_current GROUP BY gl_code, branch_id, currency
), accounts AS (
    SELECT a.gl_code, a.branch_id, a.currency, sum(b.debits_posted) AS debit, sum(b.credits_posted) AS credit
    FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
    GROUP BY a.gl_code, a.branch_id, a.currency
)
SELECT gl_code, branch_id, currency FROM gl FULL JOIN accounts USING (gl_code, branch_id, currency)
WHERE coalesce(gl.debit, 0) <> coalesce(accounts.debit, 0)
   OR coalesce(gl.credit, 0) <> coalesce(accounts.credit, 0)
ORDER BY gl_code, branch_id, currency LIMIT $1;

-- name: verify_days
SELECT booking_date::text, branch_id, currency FROM gl_turnover_current
WHERE $2::date IS NULL OR booking_date >= $2
GROUP BY booking_date, branch_id, currency HAVING sum(debit) <> sum(credit)
ORDER BY booking_date, branch_id, currency LIMIT $1;

-- name: insert_internal_account
INSERT INTO internal_account (branch_id, currency, role, account_id) VALUES ($1, $2, $3, $4);

-- name: internal_accounts
SELECT role, account_id FROM internal_account WHERE branch_id = $1 AND currency = $2;

-- name: profit_and_loss
SELECT a.id, a.branch_id, a.currency, a.gl_code,
       (b.debits_posted - b.credits_posted - coalesce(l.net, 0))::bigint AS net
FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
LEFT JOIN (SELECT e.account_id, sum(CASE WHEN e.debit THEN e.amount ELSE -e.amount END) AS net
             FROM journal j JOIN entry e ON e.journal_id = j.id
            WHERE j.id > $2 AND e.journal_id > $2 AND j.booking_date > $1 GROUP BY e.account_id) l ON l.account_id = a.id
WHERE a.gl_code = ANY ($3::text[]) AND b.debits_posted - b.credits_posted - coalesce(l.net, 0) <> 0
ORDER BY a.branch_id, a.currency, a.gl_code, a.id;

-- name: internal_account
SELECT account_id FROM internal_account WHERE branch_id = $1 AND currency = $2 AND role = $3;

-- name: branch_currencies
SELECT DISTINCT i.branch_id, r.code AS branch, i.currency FROM internal_account i JOIN branch r ON r.id = i.branch_id
ORDER BY branch, i.currency;

-- name: day_digest
SELECT sha256($2::bytea || convert_to(coalesce(string_agg(
    concat_ws('|', branch_id, currency, gl_code, debit, credit), ';' ORDER BY branch_id, currency, gl_code), ''), 'UTF8'))
FROM gl_turnover WHERE booking_date = $1 AND (debit <> 0 OR credit <> 0);

-- name: lock_journal
SELECT id FROM journal WHERE id = $1 FOR NO KEY UPDATE;

-- name: insert_receipt
INSERT INTO journal_receipt (journal_id, copy, printed_at, printed_by)
SELECT $1, coalesce(max(copy), 0) + 1, $2, $3 FROM journal_receipt WHERE journal_id = $1 RETURNING id, copy;
