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
