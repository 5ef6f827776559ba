-- name: insert_branch
INSERT INTO branch (code, name_zh, name_en, opened_on) VALUES ($1, $2, $3, $4) RETURNING id;

-- name: branches
SELECT id, code, name_zh, name_en, opened_on FROM branch ORDER BY code;

-- name: branch_by_code
SELECT id, code, name_zh, name_en, opened_on FROM branch WHERE code = $1;

-- name: branch_by_id
SELECT id, code, name_zh, name_en, opened_on FROM branch WHERE id = $1;

-- name: insert_staff
INSERT INTO staff (number, name, branch_id, roles, password_hash) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (number) DO NOTHING RETURNING id;

-- name: staff_for_log_in
SELECT s.id, s.number, s.branch_id, b.code AS branch_code, s.roles, s.password_hash, s.locked_until
FROM staff s JOIN branch b ON b.id = s.branch_id WHERE s.number = $1 AND s.active;

-- name: lock_staff
SELECT password_hash, locked_until FROM staff WHERE id = $1 AND active FOR UPDATE;

-- name: count_failure
UPDATE staff SET failed_attempts = failed_attempts + 1,
       locked_until = CASE WHEN (failed_attempts + 1) % $2 = 0 THEN $3 ELSE locked_until END
WHERE id = $1 RETURNING failed_attempts % $2 = 0;

-- name: reset_failures
UPDATE staff SET failed_attempts = 0, locked_until = NULL WHERE id = $1;

-- name: insert_session
INSERT INTO session (token_hash, staff_id, started_at, last_seen_at, expires_at) VALUES ($1, $2, $3, $3, $4);

-- name: find_sessions
SELECT x.token_hash, s.id, s.number, s.branch_id, b.code AS branch_code, s.roles, x.last_seen_at, x.expires_at
FROM session x JOIN staff s ON s.id = x.staff_id JOIN branch b ON b.id = s.branch_id
WHERE x.token_hash = ANY ($1::bytea[]);

-- name: touch_session
UPDATE session SET last_seen_at = $2 WHERE token_hash = $1;

-- name: delete_session
DELETE FROM session WHERE token_hash = $1;

-- name: delete_sessions_of
DELETE FROM session WHERE staff_id = $1;

-- name: set_password
UPDATE staff SET password_hash = $2 WHERE id = $1;

-- name: insert_audit
INSERT INTO audit_event (recorded_at, actor, action, subject, outcome) VALUES ($1, $2, $3, $4, $5);

-- name: staff_page
SELECT s.id, s.number, s.name, b.code AS branch, s.roles, s.active, s.locked_until
FROM staff s JOIN branch b ON b.id = s.branch_id WHERE s.number > $1 ORDER BY s.number LIMIT $2;

-- name: set_roles
UPDATE staff s SET roles = $2 FROM branch b WHERE s.number = $1 AND b.id = s.branch_id
RETURNING s.id, s.number, s.name, b.code AS branch, s.roles, s.active, s.locked_until;

-- name: set_active
UPDATE staff s SET active = $2 FROM branch b WHERE s.number = $1 AND b.id = s.branch_id
RETURNING s.id, s.number, s.name, b.code AS branch, s.roles, s.active, s.locked_until;

-- name: unlock
UPDATE staff s SET failed_attempts = 0, locked_until = NULL FROM branch b
WHERE s.number = $1 AND b.id = s.branch_id
RETURNING s.id, s.number, s.name, b.code AS branch, s.roles, s.active, s.locked_until;

-- name: audit_page
SELECT id, recorded_at, actor, action, subject, outcome FROM audit_event
WHERE id > $1 AND ($3::text IS NULL OR actor = $3) AND ($4::text IS NULL OR action = $4)
  AND ($5::text IS NULL OR subject = $5) AND ($6::timestamptz IS NULL OR recorded_at >= $6)
  AND ($7::timestamptz IS NULL OR recorded_at < $7) ORDER BY id LIMIT $2;

-- name: audit_newest
SELECT id, recorded_at, actor, action, subject, outcome FROM audit_event
WHERE id < $1 AND ($3::text IS NULL OR actor = $3) AND ($4::text IS NULL OR action = $4)
  AND ($5::text IS NULL OR subject = $5) AND ($6::timestamptz IS NULL OR recorded_at >= $6)
  AND ($7::timestamptz IS NULL OR recorded_at < $7) ORDER BY id DESC LIMIT $2;

-- name: staff_with_roles
SELECT s.number, s.name FROM staff s WHERE s.active AND (cardinality($1::text[]) = 0 OR s.roles && $1)
  AND (s.branch_id = $2 OR s.roles && $3::text[]) ORDER BY s.number LIMIT $4;
