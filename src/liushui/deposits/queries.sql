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
