-- name: lock_head
UPDATE commit_head SET epoch = epoch + 1 WHERE id
RETURNING epoch, last_event_id, last_journal_id, business_date;

-- name: start_books
INSERT INTO commit_head (business_date) VALUES ($1);

-- name: has_books
SELECT EXISTS (SELECT 1 FROM commit_head);

-- name: has_journals
SELECT last_journal_id > 0 FROM commit_head;

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

-- name: applied_migrations
SELECT number, name, digest FROM migration ORDER BY number;

-- name: record_migration
INSERT INTO migration (number, name, digest) VALUES ($1, $2, $3);
