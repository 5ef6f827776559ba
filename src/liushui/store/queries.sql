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

-- name: outbox_register
INSERT INTO outbox_cursor (handler, last_event_id) VALUES ($1, 0) ON CONFLICT DO NOTHING;

-- name: outbox_claim
SELECT last_event_id FROM outbox_cursor WHERE handler = $1 FOR UPDATE SKIP LOCKED;

-- name: outbox_read
SELECT id, kind, recorded_at, journal_id, subjects, payload FROM event
WHERE id > $1 AND id <= $2 ORDER BY id;

-- name: outbox_advance
UPDATE outbox_cursor SET last_event_id = $2 WHERE handler = $1;

-- name: outbox_blocked
SELECT DISTINCT unnest(subjects) FROM outbox_parked WHERE handler = $1;

-- name: outbox_park
INSERT INTO outbox_parked (handler, event_id, subjects, attempts, due_at, error) VALUES ($1, $2, $3, $4, $5, $6);

-- name: outbox_due
SELECT e.id, e.kind, e.recorded_at, e.journal_id, e.subjects, e.payload, p.attempts
FROM outbox_parked p JOIN event e ON e.id = p.event_id
WHERE p.handler = $1 AND p.due_at <= $2
  AND NOT EXISTS (SELECT 1 FROM outbox_parked q
                  WHERE q.handler = p.handler AND q.event_id < p.event_id AND q.subjects && p.subjects)
ORDER BY e.id LIMIT $3;

-- name: outbox_unpark
DELETE FROM outbox_parked WHERE handler = $1 AND event_id = $2;

-- name: outbox_postpone
UPDATE outbox_parked SET attempts = attempts + 1, due_at = $3, error = $4 WHERE handler = $1 AND event_id = $2;

-- name: outbox_backlog
SELECT c.handler, h.last_event_id - c.last_event_id AS behind,
       (SELECT count(*) FROM outbox_parked p WHERE p.handler = c.handler) AS parked
FROM outbox_cursor c, commit_head h ORDER BY c.handler;

-- Whoever surveys whole tables has them joined whole: where they have grown since they were last analysed, the planner takes
-- them for small and would join them row by row, hours instead of seconds. It may pause longer than others do in between.
-- name: join_whole_tables
SELECT set_config('enable_nestloop', 'off', true), set_config('work_mem', '64MB', true),
       set_config('idle_in_transaction_session_timeout', '600s', true);
