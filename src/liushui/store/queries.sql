-- name: lock_head
UPDATE commit_head SET epoch = epoch + 1 WHERE id
RETURNING epoch, last_event_id, last_journal_id, business_date;

-- name: read_head
SELECT epoch, last_event_id, last_journal_id, business_date FROM commit_head;

-- name: insert_event
WITH head AS (UPDATE commit_head SET last_event_id = last_event_id + 1 WHERE id RETURNING last_event_id)
INSERT INTO event (id, kind, recorded_at, journal_id, subjects, payload)
SELECT last_event_id, $1, $2, $3, $4, $5 FROM head RETURNING id;

-- name: advance_business_date
UPDATE commit_head SET business_date = $1 WHERE id AND business_date < $1 RETURNING business_date;

-- name: lock_key
SELECT pg_advisory_xact_lock(hashtextextended($1, 7));

-- name: find_key
SELECT digest, result FROM idempotency WHERE key = $1;

-- name: insert_key
INSERT INTO idempotency (key, digest, result, recorded_at) VALUES ($1, $2, $3, $4);

-- name: register_handler
INSERT INTO outbox_cursor (handler, last_event_id) VALUES ($1, 0) ON CONFLICT DO NOTHING;

-- name: claim_cursor
SELECT last_event_id FROM outbox_cursor WHERE handler = $1 FOR UPDATE SKIP LOCKED;

-- name: events_after
SELECT id, kind, recorded_at, journal_id, subjects, payload
FROM event WHERE id > $1 AND kind = ANY($2::text[]) ORDER BY id LIMIT $3;

-- name: last_event
SELECT coalesce(max(id), 0) FROM event;

-- name: advance_cursor
UPDATE outbox_cursor SET last_event_id = $2, failures = 0, last_error = NULL WHERE handler = $1;

-- name: note_failure
UPDATE outbox_cursor SET failures = failures + 1, last_error = $2 WHERE handler = $1;

-- name: outbox_lag
SELECT handler, (SELECT last_event_id FROM commit_head) - last_event_id AS waiting, failures, last_error
FROM outbox_cursor ORDER BY handler;

-- name: applied_migrations
SELECT number, name, digest FROM migration ORDER BY number;

-- name: record_migration
INSERT INTO migration (number, name, digest) VALUES ($1, $2, $3);
