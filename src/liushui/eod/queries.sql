-- name: insert_day
INSERT INTO business_day (date, cut_at, cut_by, cut_journal) VALUES ($1, $2, $3, $4);

-- name: insert_step
INSERT INTO day_end_step (date, position, name) VALUES ($1, $2, $3);

-- name: next_step
-- The oldest day that is not closed; its step that is to be worked on, locked, unless somebody else has it in hand.
SELECT s.date, s.name, s.state, s.mark, d.cut_journal, h.business_date
FROM day_end_step s JOIN business_day d ON d.date = s.date CROSS JOIN commit_head h
WHERE (s.date, s.position) = (SELECT t.date, t.position FROM day_end_step t JOIN business_day o ON o.date = t.date
                              WHERE o.closed_at IS NULL AND t.state <> 'done' ORDER BY t.date, t.position LIMIT 1)
FOR UPDATE OF s SKIP LOCKED;

-- name: advance_step
UPDATE day_end_step SET state = CASE WHEN $3::bigint IS NULL THEN 'done' ELSE 'running' END, mark = coalesce($3, mark),
       handled = handled + $4, started_at = coalesce(started_at, $5), ended_at = CASE WHEN $3::bigint IS NULL THEN $5 END,
       fault = NULL
WHERE date = $1 AND name = $2;

-- name: fail_step
UPDATE day_end_step SET state = 'failed', started_at = coalesce(started_at, $4), ended_at = $4, fault = $3
WHERE date = $1 AND name = $2;

-- name: resume_day
UPDATE day_end_step SET state = 'running', ended_at = NULL, fault = NULL WHERE date = $1 AND state = 'failed' RETURNING name;

-- name: close_day
UPDATE business_day SET closed_at = $2, last_journal = (SELECT last_journal_id FROM commit_head), trial_digest = $3
WHERE date = $1 AND closed_at IS NULL RETURNING date;

-- name: close_through
UPDATE commit_head SET closed_through = $1 WHERE id;

-- name: digest_before
SELECT trial_digest FROM business_day WHERE date < $1 AND closed_at IS NOT NULL ORDER BY date DESC LIMIT 1;

-- name: days
SELECT date, cut_at, closed_at FROM business_day ORDER BY date DESC LIMIT $1;

-- name: day
SELECT date, cut_at, closed_at FROM business_day WHERE date = $1;

-- name: steps
SELECT date, name, state, handled, started_at, ended_at, fault FROM day_end_step WHERE date = ANY ($1::date[])
ORDER BY date, position;

-- name: business_date
SELECT business_date FROM commit_head;

-- name: closed_days
SELECT date, trial_digest FROM business_day WHERE closed_at IS NOT NULL AND ($1::date IS NULL OR date >= $1)
ORDER BY date;

-- Of which every journal up to the cut-off stands under a seal.
-- name: last_closed
SELECT date, cut_journal, cut_at FROM business_day
WHERE closed_at IS NOT NULL AND date < $1 AND cut_journal <= coalesce((SELECT max(last_journal) FROM seal), 0)
ORDER BY date DESC LIMIT 1;

-- Walks back from the newest event, so it takes as long as there are events since.
-- name: event_of_journal
SELECT coalesce((SELECT id FROM event WHERE journal_id <= $1 ORDER BY id DESC LIMIT 1), 0);
