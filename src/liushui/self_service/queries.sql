-- name: lock_access
SELECT a.party_id, a.state, a.code_hash, a.code_until, a.code_failures, a.password_hash, a.locked_until, p.number
FROM online_access a JOIN party p ON p.id = a.party_id WHERE p.number = $1 FOR UPDATE OF a;

-- name: access
SELECT a.party_id, a.state, a.code_hash, a.code_until, a.password_hash, a.locked_until, p.number, p.name
FROM online_access a JOIN party p ON p.id = a.party_id WHERE p.number = $1;

-- name: open_access
INSERT INTO online_access (party_id, state) VALUES ($1, 'opened')
ON CONFLICT (party_id) DO UPDATE SET state = 'opened' WHERE online_access.state = 'closed' RETURNING party_id;

-- name: empty_access
UPDATE online_access SET state = $2, code_hash = NULL, code_until = NULL, code_failures = 0, password_hash = NULL,
       failed_attempts = 0, locked_until = NULL WHERE party_id = $1;

-- name: set_code
UPDATE online_access SET code_hash = $2, code_until = $3, code_failures = 0 WHERE party_id = $1 AND state = 'opened'
RETURNING party_id;

-- name: count_code_failure
UPDATE online_access SET code_failures = code_failures + 1 WHERE party_id = $1;

-- name: set_password
UPDATE online_access SET password_hash = $2, failed_attempts = 0, locked_until = NULL WHERE party_id = $1;

-- name: make_active
UPDATE online_access SET state = 'active', code_hash = NULL, code_until = NULL, code_failures = 0
WHERE party_id = $1 AND state = 'opened' RETURNING party_id;

-- name: count_failure
UPDATE online_access SET failed_attempts = failed_attempts + 1,
       locked_until = CASE WHEN (failed_attempts + 1) % $2 = 0 THEN $3 ELSE locked_until END
WHERE party_id = $1 RETURNING failed_attempts % $2 = 0;

-- name: reset_failures
UPDATE online_access SET failed_attempts = 0, locked_until = NULL WHERE party_id = $1;

-- name: insert_change
INSERT INTO online_access_change (party_id, what, changed_at, changed_by, case_id) VALUES ($1, $2, $3, $4, $5);

-- name: personal_numbers
SELECT coalesce(array_agg(n) FILTER (WHERE n IS NOT NULL), '{}') AS numbers FROM (
    SELECT a.number AS n FROM account_party ap JOIN ledger_account a ON a.id = ap.account_id WHERE ap.party_id = $1
    UNION ALL
    SELECT d.card_number FROM account_party ap JOIN deposit_account d ON d.account_id = ap.account_id
    WHERE ap.party_id = $1) known;

-- name: insert_session
INSERT INTO customer_session (token_hash, party_id, channel, scope, machine_id, account_id, started_at, last_seen_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8);

-- name: session
SELECT s.party_id, s.channel, s.scope, s.machine_id, s.last_seen_at, s.expires_at, p.number, p.name,
       coalesce(m.branch_id, p.branch_id) AS branch_id, a.number AS account
FROM customer_session s JOIN party p ON p.id = s.party_id LEFT JOIN machine m ON m.id = s.machine_id
LEFT JOIN ledger_account a ON a.id = s.account_id WHERE s.token_hash = $1;

-- name: touch_session
UPDATE customer_session SET last_seen_at = $2 WHERE token_hash = $1;

-- name: delete_session
DELETE FROM customer_session WHERE token_hash = $1;

-- name: delete_sessions_of
DELETE FROM customer_session WHERE party_id = $1;

-- name: delete_sessions_of_machine
DELETE FROM customer_session WHERE machine_id = $1;

-- name: delete_sessions_at
DELETE FROM customer_session WHERE machine_id = $1 AND channel IN ('kiosk', 'atm');

-- name: delete_old_sessions
DELETE FROM customer_session WHERE expires_at < $1;

-- name: insert_log_in
INSERT INTO customer_log_in (ticket_hash, party_id, challenge, expires_at) VALUES ($1, $2, $3, $4);

-- name: lock_log_in
SELECT l.party_id, l.challenge, l.tries, l.expires_at, p.number, p.branch_id, p.name
FROM customer_log_in l JOIN party p ON p.id = l.party_id WHERE l.ticket_hash = $1 FOR UPDATE OF l;

-- name: count_log_in
UPDATE customer_log_in SET tries = tries + 1 WHERE ticket_hash = $1;

-- name: delete_log_in
DELETE FROM customer_log_in WHERE ticket_hash = $1;

-- name: delete_log_ins_of
DELETE FROM customer_log_in WHERE party_id = $1;

-- name: delete_old_log_ins
DELETE FROM customer_log_in WHERE expires_at < $1;

-- name: seen_device
UPDATE customer_device SET last_at = $3 WHERE token_hash = $1 AND party_id = $2 RETURNING party_id;

-- name: insert_device
INSERT INTO customer_device (token_hash, party_id, first_at, last_at) VALUES ($1, $2, $3, $3);

-- name: prune_devices
DELETE FROM customer_device WHERE token_hash IN (
    SELECT token_hash FROM customer_device WHERE party_id = $1 ORDER BY last_at DESC OFFSET $2);

-- name: delete_devices_of
DELETE FROM customer_device WHERE party_id = $1;

-- name: insert_machine
INSERT INTO machine (number, channel, branch_id, terminal, secret_hash, secret_set_at, registered_at, registered_by)
VALUES ($1, $2, $3, $4, $5, $6, $6, $7) ON CONFLICT (number) DO NOTHING RETURNING id;

-- name: machine
SELECT id, number, channel, branch_id, terminal, secret_hash FROM machine WHERE number = $1 AND revoked_at IS NULL;

-- name: machine_page
SELECT m.number, m.channel, b.code AS branch, m.terminal, m.secret_set_at, m.registered_at, m.registered_by, m.revoked_at
FROM machine m JOIN branch b ON b.id = m.branch_id WHERE m.number > $1 ORDER BY m.number LIMIT $2;

-- name: rotate_machine
UPDATE machine SET secret_hash = $2, secret_set_at = $3 WHERE number = $1 AND revoked_at IS NULL RETURNING id;

-- name: revoke_machine
UPDATE machine SET revoked_at = $2, revoked_by = $3 WHERE number = $1 AND revoked_at IS NULL RETURNING id;

-- name: account_by_card
SELECT a.id, a.number, p.id AS party_id, p.number AS customer FROM deposit_account d
JOIN ledger_account a ON a.id = d.account_id
JOIN account_party ap ON ap.account_id = a.id AND ap.role = 'owner' JOIN party p ON p.id = ap.party_id
WHERE d.card_number = $1 AND a.closed_on IS NULL ORDER BY p.id LIMIT 1;

-- name: account_of_customer
SELECT a.id, a.number, p.id AS party_id, p.number AS customer FROM ledger_account a
JOIN account_party ap ON ap.account_id = a.id AND ap.role = 'owner' JOIN party p ON p.id = ap.party_id
WHERE a.number = $1 AND p.number = $2 AND a.closed_on IS NULL;

-- name: has_document
SELECT EXISTS (SELECT 1 FROM party_document WHERE party_id = $1 AND type = $2 AND number = $3);

-- name: has_password
SELECT EXISTS (SELECT 1 FROM account_password WHERE account_id = $1);

-- name: own_accounts
SELECT a.number FROM account_party ap JOIN ledger_account a ON a.id = ap.account_id
WHERE ap.party_id = $1 AND ap.role = 'owner' ORDER BY a.number;

-- name: party
SELECT id, number FROM party WHERE number = $1;

-- name: insert_passkey
INSERT INTO passkey (party_id, credential_id, public_key, sign_count, name, added_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (credential_id) DO NOTHING RETURNING id;

-- name: passkeys
SELECT id, credential_id, name, added_at, last_used_at FROM passkey WHERE party_id = $1 AND removed_at IS NULL ORDER BY id;

-- name: lock_passkey
SELECT id, public_key, sign_count FROM passkey
WHERE party_id = $1 AND credential_id = $2 AND removed_at IS NULL FOR UPDATE;

-- name: use_passkey
UPDATE passkey SET sign_count = $2, last_used_at = $3 WHERE id = $1;

-- name: remove_passkey
UPDATE passkey SET removed_at = $3 WHERE party_id = $1 AND id = $2 AND removed_at IS NULL RETURNING id;

-- name: remove_passkeys
UPDATE passkey SET removed_at = $2 WHERE party_id = $1 AND removed_at IS NULL;

-- name: set_challenge
INSERT INTO passkey_challenge (party_id, purpose, challenge, expires_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (party_id, purpose) DO UPDATE SET challenge = excluded.challenge, expires_at = excluded.expires_at;

-- name: take_challenge
DELETE FROM passkey_challenge WHERE party_id = $1 AND purpose = $2 RETURNING challenge, expires_at;

-- name: delete_challenges_of
DELETE FROM passkey_challenge WHERE party_id = $1;

-- name: set_signature_request
INSERT INTO signature_request (case_id, party_id, content, expires_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (case_id) DO UPDATE SET party_id = excluded.party_id, content = excluded.content,
                                    expires_at = excluded.expires_at;

-- name: take_signature_request
DELETE FROM signature_request WHERE case_id = $1 AND party_id = $2 RETURNING content, expires_at;

-- name: insert_signature
INSERT INTO electronic_signature (case_id, party_id, passkey_id, public_key, content, client_data, authenticator_data,
                                  signature, signed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id;

-- name: signatures
SELECT id, public_key, content, client_data, authenticator_data, signature FROM electronic_signature
WHERE $1::timestamptz IS NULL OR signed_at >= $1 ORDER BY id;
