-- name: next_account_serial
SELECT nextval('deposit_account_serial');

-- name: next_card_serial
SELECT nextval('card_serial');

-- name: insert_deposit
INSERT INTO deposit_account (account_id, card_number, opened_by) VALUES ($1, $2, $3);

-- name: insert_party
INSERT INTO account_party (account_id, party_id, role) VALUES ($1, $2, $3);

-- name: deposit_facts
SELECT d.card_number, p.number AS customer FROM deposit_account d
JOIN account_party ap ON ap.account_id = d.account_id AND ap.role = 'owner' JOIN party p ON p.id = ap.party_id
WHERE d.account_id = $1;

-- name: accounts_of_customer
SELECT a.number, a.currency, a.opened_on, a.closed_on, ap.role FROM account_party ap
JOIN ledger_account a ON a.id = ap.account_id JOIN party p ON p.id = ap.party_id
WHERE p.number = $1 ORDER BY a.number;

-- name: customer_exists
SELECT 1 FROM party WHERE number = $1;

-- name: account_id
SELECT id FROM ledger_account WHERE number = $1;

-- name: agree_notices
INSERT INTO notice_agreement (account_id, least_amount, agreed_by, agreed_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id) DO UPDATE SET least_amount = excluded.least_amount, agreed_by = excluded.agreed_by,
                                       agreed_at = excluded.agreed_at;

-- name: end_notices
DELETE FROM notice_agreement WHERE account_id = $1;

-- name: insert_notices
INSERT INTO movement_notice (account_id, position, journal_id, debit, amount, balance_after, recorded_at)
SELECT e.account_id, e.position, e.journal_id, e.debit, e.amount, e.balance_after, j.recorded_at
FROM entry e JOIN journal j ON j.id = e.journal_id JOIN notice_agreement n ON n.account_id = e.account_id
WHERE e.journal_id = ANY ($1::bigint[]) AND e.amount >= n.least_amount AND j.recorded_at >= n.agreed_at
ON CONFLICT DO NOTHING;

-- name: notices
SELECT position, journal_id, debit, amount, balance_after, recorded_at FROM movement_notice
WHERE account_id = $1 AND position > $2 ORDER BY position LIMIT $3;

-- name: notices_least
SELECT least_amount FROM notice_agreement WHERE account_id = $1;

-- name: is_closed
SELECT closed_on IS NOT NULL FROM ledger_account WHERE id = $1;

-- name: password_state
SELECT locked_at FROM account_password WHERE account_id = $1;

-- name: lock_password
SELECT hash, wrong, locked_at FROM account_password WHERE account_id = $1 FOR UPDATE;

-- name: count_tries
UPDATE account_password SET wrong = $2, locked_at = $3 WHERE account_id = $1;

-- name: set_password
INSERT INTO account_password (account_id, hash, set_at, set_by) VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id) DO UPDATE SET hash = excluded.hash, wrong = 0, locked_at = NULL, set_at = excluded.set_at,
                                       set_by = excluded.set_by;

-- name: book_cash
INSERT INTO cash_appointment (account_id, branch_id, amount, on_date, made_on, made_at, made_by, channel, case_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING id;

-- name: cancel_cash
UPDATE cash_appointment SET state = 'cancelled', ended_at = $3
WHERE account_id = $1 AND on_date = coalesce($2, on_date) AND state = 'booked' RETURNING id;

-- name: appointment_for_today
SELECT id FROM cash_appointment
WHERE account_id = $1 AND branch_id = $2 AND amount >= $3 AND state = 'booked'
  AND on_date = (SELECT business_date FROM commit_head);

-- name: use_appointment
UPDATE cash_appointment SET state = 'used', ended_at = $4
WHERE account_id = $1 AND branch_id = $2 AND amount >= $3 AND state = 'booked'
  AND on_date = (SELECT business_date FROM commit_head) RETURNING id;

-- name: insert_order
INSERT INTO authority_order (kind, account_id, authority, document_reference, officer_one_name, officer_one_id,
                             officer_two_name, officer_two_id, until_on, received_at, received_by, case_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id;

-- name: insert_block
INSERT INTO account_block (account_id, cause, debit, credit, reason, until_on, order_id, placed_at, placed_by,
                           authorised_by, case_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id;

-- name: block
SELECT id, account_id, cause, debit, credit, until_on, order_id, lifted_at FROM account_block WHERE id = $1;

-- name: lift_block
UPDATE account_block SET lifted_at = $2, lifted_by = $3, lift_reason = $4, lift_authorised_by = $5, lift_order_id = $6
WHERE id = $1;

-- name: prolong_block
UPDATE account_block SET until_on = $2, order_id = $3 WHERE id = $1 AND lifted_at IS NULL RETURNING id;

-- name: blocks_of_account
SELECT id, cause, debit, credit, reason, until_on, placed_at, placed_by, authorised_by FROM account_block
WHERE account_id = $1 AND lifted_at IS NULL ORDER BY id;

-- name: verify_blocks
SELECT a.number FROM ledger_account a
LEFT JOIN (SELECT account_id, bool_or(debit) AS debit, bool_or(credit) AS credit FROM account_block
           WHERE lifted_at IS NULL GROUP BY account_id) b ON b.account_id = a.id
WHERE a.terms_id IS NOT NULL
  AND (a.debit_blocked, a.credit_blocked) <> (coalesce(b.debit, false), coalesce(b.credit, false))
ORDER BY a.number LIMIT $1;

-- name: insert_loss
INSERT INTO loss_report (account_id, kind, reporter, block_id, case_id, channel, reported_at, reported_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id;

-- name: end_loss
UPDATE loss_report SET state = $2, ended_at = $3 WHERE id = $1 AND state = 'open' RETURNING block_id;

-- name: open_loss
SELECT id, kind, block_id, case_id, reported_at FROM loss_report WHERE account_id = $1 AND state = 'open';

-- name: set_card
WITH changed AS (UPDATE deposit_account SET card_number = $2 WHERE account_id = $1 RETURNING account_id)
INSERT INTO card_change (account_id, changed_at, changed_by, reason, card_before, card_after)
SELECT account_id, $3, $4, $5, $6, $2 FROM changed;

-- name: positions_between
SELECT coalesce(max(e.position) FILTER (WHERE j.booking_date < $2), 0) AS before,
       coalesce(max(e.position), 0) AS last
FROM entry e JOIN journal j ON j.id = e.journal_id WHERE e.account_id = $1 AND j.booking_date <= $3;

-- name: statement_lines
SELECT e.position, e.journal_id, e.debit, e.amount, e.balance_after, j.booking_date, j.code, j.memo
FROM entry e JOIN journal j ON j.id = e.journal_id
WHERE e.account_id = $1 AND e.position BETWEEN $2 AND $3 ORDER BY e.position;

-- name: balance_at
SELECT balance_after FROM entry WHERE account_id = $1 AND position = $2;

-- name: insert_statement
INSERT INTO issued_statement (code, account_id, from_on, to_on, first_position, last_position, digest, issued_at,
                              issued_by, case_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: statement_by_code
SELECT s.account_id, s.from_on, s.to_on, s.first_position, s.last_position, s.digest, a.number, a.branch_id, a.currency
FROM issued_statement s JOIN ledger_account a ON a.id = s.account_id WHERE s.code = $1;

-- name: movements
SELECT e.position, e.journal_id, e.debit, e.amount, e.balance_after, j.booking_date, j.value_date, j.recorded_at, j.code,
       j.memo, (SELECT a.number FROM entry o JOIN deposit_account d ON d.account_id = o.account_id
                JOIN ledger_account a ON a.id = o.account_id
                WHERE o.journal_id = e.journal_id AND o.debit <> e.debit ORDER BY o.line LIMIT 1) AS counterparty
FROM entry e JOIN journal j ON j.id = e.journal_id
WHERE e.account_id = $1 AND e.position < $2 AND ($3::date IS NULL OR j.booking_date >= $3)
  AND ($4::date IS NULL OR j.booking_date <= $4)
  AND ($5::text IS NULL OR strpos(lower(j.memo), lower($5)) > 0 OR j.id::text = $5)
  AND ($6::bigint IS NULL OR e.amount >= $6) AND ($7::bigint IS NULL OR e.amount <= $7)
ORDER BY e.position DESC LIMIT $8;

-- name: classes_of
SELECT a.number, d.account_class FROM deposit_account d JOIN ledger_account a ON a.id = d.account_id
WHERE a.number = ANY ($1::text[]) AND a.closed_on IS NULL ORDER BY a.number;
