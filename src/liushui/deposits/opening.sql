-- name: insert_agreement
INSERT INTO customer_agreement (party_id, case_id, agreement, version, language, channel, agreed_at, witnessed_by,
    text_digest, signed_digest, signature_method, signature_digest)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id;

-- name: held
SELECT coalesce(d.account_class, 1) AS class, count(*) AS accounts
FROM account_party ap JOIN deposit_account d ON d.account_id = ap.account_id
JOIN ledger_account a ON a.id = d.account_id
WHERE ap.party_id = $1 AND ap.role = 'owner' AND a.closed_on IS NULL AND d.purpose IS NULL GROUP BY 1;

-- name: has_basic
SELECT EXISTS (SELECT 1 FROM account_party ap JOIN deposit_account d ON d.account_id = ap.account_id
JOIN ledger_account a ON a.id = d.account_id
WHERE ap.party_id = $1 AND ap.role = 'owner' AND a.closed_on IS NULL AND d.purpose = 'basic');

-- name: owns
SELECT EXISTS (SELECT 1 FROM account_party ap JOIN ledger_account a ON a.id = ap.account_id
WHERE ap.party_id = $1 AND ap.role = 'owner' AND a.number = $2 AND a.closed_on IS NULL);

-- name: bound_standing
SELECT coalesce(d.account_class, 1) AS account_class, a.debit_blocked, a.credit_blocked
FROM deposit_account d JOIN ledger_account a ON a.id = d.account_id WHERE a.number = $1 AND a.closed_on IS NULL;

-- name: classify
UPDATE deposit_account SET account_class = $2, daily_limit = $3, yearly_limit = $4, balance_limit = $5, purpose = $6,
       opening_case = $7, awaits_activation = true
WHERE account_id = $1;

-- name: bind
INSERT INTO bound_account (account_id, number, bank, bound_at) VALUES ($1, $2, $3, $4);

-- name: next_medium
SELECT nextval('medium_serial');

-- name: insert_medium
INSERT INTO account_medium (kind, number, account_id, case_id, issued_at, issued_by) VALUES ($1, $2, $3, $4, $5, $6);

-- name: mediums
SELECT kind, number, issued_at FROM account_medium WHERE account_id = $1 ORDER BY issued_at, kind;

-- name: insert_seal
INSERT INTO seal_card (account_id, case_id, image_digest, reference, recorded_at, recorded_by)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: standing
SELECT a.credit_blocked, d.awaits_activation FROM deposit_account d JOIN ledger_account a ON a.id = d.account_id
WHERE d.account_id = $1;

-- name: activate
UPDATE deposit_account SET awaits_activation = false, activated_at = $2 WHERE account_id = $1;
