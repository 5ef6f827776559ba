-- name: enrol
INSERT INTO second_factor (party_id, sealed, enrolled_at, enrolled_by) VALUES ($1, $2, $3, $4)
ON CONFLICT (party_id) DO UPDATE SET sealed = excluded.sealed, last_step = 0, failures = 0,
                                     enrolled_at = excluded.enrolled_at, enrolled_by = excluded.enrolled_by;

-- name: locked
SELECT s.sealed, s.last_step, s.failures, p.number FROM second_factor s JOIN party p ON p.id = s.party_id
WHERE s.party_id = $1 FOR UPDATE OF s;

-- name: note_wrong
UPDATE second_factor SET failures = failures + 1 WHERE party_id = $1;

-- name: note_right
UPDATE second_factor SET failures = 0, last_step = $2 WHERE party_id = $1;
