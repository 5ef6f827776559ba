-- name: running_by_process
SELECT d.key, count(*) AS running, count(*) FILTER (WHERE i.status = 'incident') AS stopped
FROM process_instance i JOIN process_definition d ON d.id = i.definition_id
WHERE i.ended_at IS NULL AND ($1::integer IS NULL OR i.branch_id = $1) GROUP BY d.key;

-- name: tasks_in_time
SELECT d.key, count(*) AS tasks, count(*) FILTER (WHERE t.ended_at <= t.due_at) AS in_time
FROM user_task t JOIN process_instance i ON i.id = t.instance_id JOIN process_definition d ON d.id = i.definition_id
WHERE t.state = 'completed' AND t.due_at IS NOT NULL AND t.ended_at >= $1 AND t.ended_at < $2
  AND ($3::integer IS NULL OR i.branch_id = $3) GROUP BY d.key;

-- name: releases
SELECT r.key, d.version, r.released_at, r.released_by,
       (SELECT count(*) FROM process_definition o WHERE o.key = r.key) AS versions
FROM process_release r JOIN process_definition d ON d.id = r.definition_id;

-- name: heat
-- One visit of an element is one token; a visit from before tokens were written has no duration.
WITH step AS (
    SELECT case_id, element, token, lifecycle, recorded_at FROM event
    WHERE definition_id = $1 AND recorded_at >= $2 AND recorded_at < $3 AND kind = 'process_step'
      AND ($4::integer IS NULL OR branch_id = $4)
), done AS (
    SELECT s.element, extract(epoch FROM s.recorded_at - (
               SELECT min(b.recorded_at) FROM event b
               WHERE b.case_id = s.case_id AND b.path_id IS NULL AND b.kind = 'process_step'
                 AND b.token = s.token AND b.element = s.element)) AS seconds
    FROM step s WHERE s.lifecycle = 'completed'
)
SELECT element, count(*) AS visits, percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds)::bigint AS median_s,
       percentile_disc(0.9) WITHIN GROUP (ORDER BY seconds)::bigint AS most_s
FROM done GROUP BY element;

-- name: straight_heat
WITH taken AS (
    SELECT e.path_id, count(*) AS cases FROM event e
    WHERE e.path_id IN (SELECT id FROM process_path WHERE definition_id = $1)
      AND e.recorded_at >= $2 AND e.recorded_at < $3
      AND ($4::integer IS NULL
           OR coalesce(e.branch_id, (SELECT j.branch_id FROM journal j WHERE j.id = e.journal_id)) = $4)
    GROUP BY e.path_id
)
SELECT s.element, sum(t.cases)::bigint AS visits
FROM taken t JOIN process_path p ON p.id = t.path_id, unnest(p.elements, p.lifecycles) AS s (element, lifecycle)
WHERE s.lifecycle = 'completed' GROUP BY s.element;

-- name: waiting_at
SELECT array_to_string(t.scope_path || t.element, '/') AS element, count(*) AS waiting,
       count(*) FILTER (WHERE t.due_at <= $2) AS overdue
FROM process_instance i JOIN user_task t ON t.instance_id = i.id AND t.state IN ('open', 'claimed')
WHERE i.definition_id = $1 AND i.ended_at IS NULL AND ($3::integer IS NULL OR i.branch_id = $3) GROUP BY 1;
