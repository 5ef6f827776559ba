-- name: begin
INSERT INTO second_factor_pending (party_id, sealed, begun_at) VALUES ($1, $2, $3)
ON CONFLICT (party_id) DO UPDATE SET sealed = excluded.sealed, begun_at = excluded.begun_at;

-- name: pending
SELECT sealed, begun_at FROM second_factor_pending WHERE party_id = $1 FOR UPDATE;

-- name: end_pending
DELETE FROM second_factor_pending WHERE party_id = $1;

-- name: enrol
INSERT INTO second_factor (party_id, sealed, last_step, enrolled_at, enrolled_by) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (party_id) DO UPDATE SET sealed = excluded.sealed, last_step = excluded.last_step, failures = 0,
                                     enrolled_at = excluded.enrolled_at, enrolled_by = excluded.enrolled_by;

-- name: enrolled_at
SELECT enrolled_at FROM second_factor WHERE party_id = $1;

-- name: remove
DELETE FROM second_factor WHERE party_id = $1;

-- name: locked
SELECT s.sealed, s.last_step, s.failures, p.number FROM second_factor s JOIN party p ON p.id = s.party_id
WHERE s.party_id = $1 FOR UPDATE OF s;

-- name: note_wrong
UPDATE second_factor SET failures = failures + 1 WHERE party_id = $1;

-- name: note_right
UPDATE second_factor SET failures = 0, last_step = $2 WHERE party_id = $1;
