-- name: insert
INSERT INTO standing_order (id, payer_id, payee_id, amount, kept, month_day, every_days, first_on, last_on, times, on_holiday,
                            retries, memo, channel, replaces, agreed_at, agreed_by, case_id, next_due, next_on, next_attempt)
SELECT coalesce(max(id), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 1
FROM standing_order RETURNING id;

-- name: due
SELECT o.*, p.number AS payer, p.branch_id, p.currency, p.closed_on AS payer_closed, t.number AS payee,
       t.branch_id AS payee_branch, t.closed_on AS payee_closed
FROM standing_order o JOIN ledger_account p ON p.id = o.payer_id JOIN ledger_account t ON t.id = o.payee_id
WHERE o.next_on <= $1 AND o.id > $2 ORDER BY o.id LIMIT $3;

-- name: insert_execution
INSERT INTO standing_execution (order_id, due_on, attempt, on_date, outcome, amount, journal_id, code, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: go_on
UPDATE standing_order SET next_due = $2, next_on = $3, next_attempt = $4 WHERE id = $1;

-- name: end
UPDATE standing_order SET next_due = NULL, next_on = NULL, next_attempt = NULL, ended_at = $2, ended_by = $3, end_reason = $4
WHERE id = $1 AND ended_at IS NULL RETURNING payer_id;

-- name: order
SELECT o.*, p.number AS payer, t.number AS payee, p.currency
FROM standing_order o JOIN ledger_account p ON p.id = o.payer_id JOIN ledger_account t ON t.id = o.payee_id WHERE o.id = $1;

-- name: of_customer
SELECT o.*, p.number AS payer, t.number AS payee, p.currency
FROM standing_order o JOIN ledger_account p ON p.id = o.payer_id JOIN ledger_account t ON t.id = o.payee_id
WHERE o.payer_id IN (SELECT ap.account_id FROM account_party ap JOIN party c ON c.id = ap.party_id
                     WHERE c.number = $1 AND ap.role = 'owner')
  AND o.id > $2
ORDER BY o.id LIMIT $3;

-- name: executions
SELECT due_on, attempt, on_date, outcome, amount, journal_id, code, recorded_at FROM standing_execution
WHERE order_id = $1 ORDER BY due_on DESC, attempt DESC LIMIT $2;
