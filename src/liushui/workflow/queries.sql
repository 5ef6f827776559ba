-- name: lock_deployment
SELECT pg_advisory_xact_lock(7305808869229848);

-- name: definition
SELECT id, key, version, bpmn, parts, called FROM process_definition WHERE id = $1;

-- name: definition_by_digest
SELECT id, version FROM process_definition WHERE key = $1 AND digest = $2;

-- name: definition_by_version
SELECT id FROM process_definition WHERE key = $1 AND version = $2;

-- name: insert_definition
INSERT INTO process_definition (key, version, digest, bpmn, parts, called, deployed_at, deployed_by)
VALUES ($1, (SELECT coalesce(max(version), 0) + 1 FROM process_definition WHERE key = $1), $2, $3, $4, $5, $6, $7)
RETURNING id, version;

-- name: release
INSERT INTO process_release (key, definition_id, released_at, released_by) VALUES ($1, $2, $3, $4)
ON CONFLICT (key) DO UPDATE SET definition_id = excluded.definition_id, released_at = excluded.released_at,
                                released_by = excluded.released_by
WHERE process_release.definition_id <> excluded.definition_id;

-- name: released
SELECT definition_id FROM process_release WHERE key = $1;

-- name: all_released
SELECT key, definition_id FROM process_release ORDER BY key;

-- name: released_calls
SELECT r.key, array(SELECT DISTINCT o.key FROM jsonb_each_text(d.called) c JOIN process_definition o ON o.id = c.value::integer)
                  AS calls
FROM process_release r JOIN process_definition d ON d.id = r.definition_id;

-- name: versions
SELECT d.id, d.key, d.version, encode(d.digest, 'hex') AS digest, d.deployed_at, d.deployed_by,
       r.definition_id IS NOT NULL AS released,
       (SELECT count(*) FROM process_instance i WHERE i.definition_id = d.id AND i.ended_at IS NULL) AS running
FROM process_definition d LEFT JOIN process_release r ON r.definition_id = d.id
WHERE $1::text IS NULL OR d.key = $1 ORDER BY d.key, d.version;

-- name: next_cases
SELECT nextval('case_number');

-- name: insert_instance
INSERT INTO process_instance (id, definition_id, status, state, name, initiator, branch_id, channel, objects, outcome,
                              started_at, ended_at, refused_with)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: lock_instance
SELECT id, definition_id, status, state, name, initiator, branch_id, channel, objects, started_at
FROM process_instance WHERE id = $1 FOR UPDATE;

-- name: update_instance
UPDATE process_instance SET status = $2, state = $3, name = $4, objects = $5, outcome = $6, ended_at = $7,
       refused_with = $8 WHERE id = $1;

-- name: rebind_instance
UPDATE process_instance SET definition_id = $2 WHERE id = $1;

-- name: instance
SELECT i.id, i.definition_id, d.key, d.version, i.status, i.state, i.name, i.initiator, i.branch_id, i.channel,
       i.objects, i.outcome, i.started_at, i.ended_at
FROM process_instance i JOIN process_definition d ON d.id = i.definition_id WHERE i.id = $1;

-- name: plan_for_these_values
-- A plan for any values would pass over the indexes of whatever is not asked for.
SET LOCAL plan_cache_mode = force_custom_plan;

-- name: instances
SELECT i.id, d.key, d.version, i.definition_id, i.status, i.name, i.initiator, i.branch_id, i.channel, i.outcome,
       i.started_at, i.ended_at, t.due_at, t.elements
FROM process_instance i JOIN process_definition d ON d.id = i.definition_id
LEFT JOIN LATERAL (
    SELECT min(o.due_at) AS due_at, array_agg(array_to_string(o.scope_path || o.element, '/') ORDER BY o.id) AS elements
    FROM user_task o WHERE o.instance_id = i.id AND o.state IN ('open', 'claimed')
) t ON i.ended_at IS NULL
WHERE i.id < $1
  AND ($2::text IS NULL OR i.definition_id = ANY (array(SELECT o.id FROM process_definition o WHERE o.key = $2)))
  AND ($3::text IS NULL OR i.status = $3)
  AND ($4::jsonb IS NULL OR i.objects @> $4) AND ($5::integer IS NULL OR i.branch_id = $5)
  AND ($6::text IS NULL OR i.initiator = $6)
  AND ($8::timestamptz IS NULL OR i.started_at >= $8) AND ($9::timestamptz IS NULL OR i.started_at < $9)
  AND ($10::timestamptz IS NULL OR i.id = ANY (array(
        SELECT o.instance_id FROM user_task o WHERE o.state IN ('open', 'claimed') AND o.due_at <= $10)))
  AND ($11::text IS NULL OR i.initiator = $11 OR i.id IN (
        SELECT o.instance_id FROM user_task o WHERE o.completed_by = $11
        UNION SELECT o.instance_id FROM user_task o WHERE o.claimed_by = $11 AND o.state = 'claimed'))
ORDER BY i.id DESC LIMIT $7;

-- name: running_of_definition
SELECT id, state FROM process_instance WHERE definition_id = $1 AND ended_at IS NULL AND id > $2 ORDER BY id LIMIT $3;

-- name: insert_events
WITH head AS (UPDATE commit_head SET last_event_id = last_event_id + cardinality($1::text[]) WHERE id
              RETURNING last_event_id - cardinality($1::text[]) AS base)
INSERT INTO event (id, kind, recorded_at, subjects, payload, case_id, definition_id, element, lifecycle, resource, role,
                   channel, branch_id, priority, cost_minor, decision_rows, token)
SELECT base + u.ordinality, u.kind, $2, '{}', u.payload::jsonb, $3, $4, u.element, u.lifecycle, u.resource, u.role,
       $5, $6, u.priority, u.cost, CASE WHEN u.rows = '' THEN NULL ELSE string_to_array(u.rows, ',') END,
       u.token
FROM head, unnest($1::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::integer[],
                  $13::bigint[], $14::text[], $15::integer[])
     WITH ORDINALITY AS u (kind, payload, element, lifecycle, resource, role, priority, cost, rows, token, ordinality);

-- name: events_of_case
SELECT id, kind, recorded_at, journal_id, element, lifecycle, resource, role, channel, branch_id, priority,
       cost_minor, decision_rows, payload, path_id, token
FROM event WHERE case_id = $1 AND path_id IS NULL ORDER BY id;

-- name: insert_task
INSERT INTO user_task (instance_id, token, element, scope_path, role, assignee, branch_id, priority, opened_at,
                       at_risk_at, due_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: withdraw_task
UPDATE user_task SET state = 'withdrawn', version = version + 1, ended_at = $3
WHERE instance_id = $1 AND token = $2 AND state IN ('open', 'claimed');

-- name: insert_timer
INSERT INTO process_timer (instance_id, timer, element, due_at) VALUES ($1, $2, $3, $4);

-- name: delete_timer
DELETE FROM process_timer WHERE instance_id = $1 AND timer = $2;

-- name: insert_subscription
INSERT INTO process_subscription (instance_id, subscription, kind, name, correlation) VALUES ($1, $2, $3, $4, $5);

-- name: delete_subscription
DELETE FROM process_subscription WHERE instance_id = $1 AND subscription = $2;

-- name: insert_job
INSERT INTO process_job (instance_id, token, element, leased_until) VALUES ($1, $2, $3, $4);

-- name: delete_job
DELETE FROM process_job WHERE instance_id = $1 AND token = $2 RETURNING token;

-- name: lease_job
UPDATE process_job SET leased_until = $3
WHERE (instance_id, token) = (SELECT instance_id, token FROM process_job
                              WHERE leased_until <= $1 AND ($2::bigint IS NULL OR instance_id = $2)
                              ORDER BY leased_until LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING instance_id, token;

-- name: insert_incident
INSERT INTO process_incident (instance_id, incident, element, reason, reason_params, raised_at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: clear_incident
UPDATE process_incident SET cleared_at = $3, cleared_by = $4, how = $5, note = $6
WHERE instance_id = $1 AND incident = $2 AND cleared_at IS NULL;

-- name: incident
SELECT i.id, i.instance_id, i.incident, i.element, i.reason, i.reason_params, i.raised_at, i.cleared_at, i.cleared_by, i.how, i.note,
       d.key, d.version, p.definition_id, p.name, p.branch_id
FROM process_incident i JOIN process_instance p ON p.id = i.instance_id
JOIN process_definition d ON d.id = p.definition_id WHERE i.id = $1;

-- name: open_incidents
SELECT i.id, i.instance_id, i.element, i.reason, i.reason_params, i.raised_at, i.cleared_at, i.cleared_by, i.how, d.key, p.definition_id,
       p.name, p.branch_id
FROM process_incident i JOIN process_instance p ON p.id = i.instance_id
JOIN process_definition d ON d.id = p.definition_id
WHERE i.cleared_at IS NULL AND i.id > $1 AND ($3::integer IS NULL OR p.branch_id = $3) ORDER BY i.id LIMIT $2;

-- name: cleared_incidents
SELECT i.id, i.instance_id, i.element, i.reason, i.reason_params, i.raised_at, i.cleared_at, i.cleared_by, i.how, d.key, p.definition_id,
       p.name, p.branch_id
FROM process_incident i JOIN process_instance p ON p.id = i.instance_id
JOIN process_definition d ON d.id = p.definition_id
WHERE i.cleared_at IS NOT NULL AND ($1::bigint = 0 OR i.id < $1) AND ($3::integer IS NULL OR p.branch_id = $3)
ORDER BY i.id DESC LIMIT $2;

-- name: incidents_of_case
SELECT id, element, reason, reason_params, raised_at, cleared_at, cleared_by, how, note FROM process_incident
WHERE instance_id = $1 ORDER BY id;

-- name: definition_of_version
SELECT d.id, encode(d.digest, 'hex') AS digest, d.deployed_at, d.deployed_by, r.definition_id IS NOT NULL AS released
FROM process_definition d LEFT JOIN process_release r ON r.definition_id = d.id WHERE d.key = $1 AND d.version = $2;

-- name: task
SELECT t.id, t.instance_id, t.token, t.element, t.scope_path, t.state, t.version, t.role, t.assignee, t.branch_id,
       t.priority, t.opened_at, t.at_risk_at, t.due_at, t.warned, t.claimed_by, t.claimed_at, t.delegated_by,
       t.completed_by, t.ended_at, t.draft, i.definition_id, i.name AS case_name, i.initiator, d.key, d.version AS process_version
FROM user_task t JOIN process_instance i ON i.id = t.instance_id
JOIN process_definition d ON d.id = i.definition_id WHERE t.id = $1;

-- name: lock_task
SELECT id, state, version, claimed_by, delegated_by FROM user_task WHERE id = $1 FOR UPDATE;

-- name: worklist
SELECT t.id, t.instance_id, t.element, t.scope_path, t.state, t.version, t.role, t.assignee, t.branch_id, t.priority,
       t.opened_at, t.at_risk_at, t.due_at, t.warned, t.claimed_by, i.name AS case_name, i.initiator,
       i.definition_id, d.key, d.version AS process_version
FROM user_task t JOIN process_instance i ON i.id = t.instance_id
JOIN process_definition d ON d.id = i.definition_id
WHERE t.state IN ('open', 'claimed')
  AND (t.claimed_by = $1
       OR (t.state = 'open' AND coalesce(t.assignee, $1) = $1
           AND (t.role IS NULL OR string_to_array(t.role, ' ') && $2::text[]) AND ($3 OR t.branch_id = $4)))
ORDER BY t.priority DESC, t.due_at NULLS LAST, t.id LIMIT $5 OFFSET $6;

-- name: tasks_of_case
SELECT id, token, element, scope_path, state, version, role, assignee, opened_at, due_at, claimed_by, completed_by,
       ended_at FROM user_task WHERE instance_id = $1 ORDER BY id;

-- name: claim_task
UPDATE user_task SET state = 'claimed', version = version + 1, claimed_by = $2, claimed_at = $3 WHERE id = $1
RETURNING version;

-- name: release_task
UPDATE user_task SET state = 'open', version = version + 1, claimed_by = NULL, claimed_at = NULL WHERE id = $1
RETURNING version;

-- name: delegate_task
UPDATE user_task SET state = 'claimed', version = version + 1, claimed_by = $2, claimed_at = $3,
       delegated_by = delegated_by || $4::text, assignee = $2 WHERE id = $1 RETURNING version;

-- name: complete_task
UPDATE user_task SET state = 'completed', version = version + 1, completed_by = $2, ended_at = $3, draft = NULL
WHERE id = $1;

-- name: save_draft
UPDATE user_task SET draft = $2 WHERE id = $1;

-- name: task_of_token
SELECT id FROM user_task WHERE instance_id = $1 AND token = $2;

-- name: participants
SELECT element, completed_by, delegated_by FROM user_task
WHERE instance_id = $1 AND element = ANY ($2::text[]) AND state = 'completed';

-- name: insert_comment
INSERT INTO task_comment (task_id, author, written_at, text) VALUES ($1, $2, $3, $4) RETURNING id;

-- name: comments
SELECT c.id, c.author, c.written_at, c.text FROM task_comment c JOIN user_task t ON t.id = c.task_id
WHERE t.instance_id = $1 ORDER BY c.id;

-- name: insert_attachment
INSERT INTO task_attachment (task_id, author, added_at, name, media_type, size, digest)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id;

-- name: insert_content
INSERT INTO attachment_content (digest, content) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: attachments
SELECT a.id, a.author, a.added_at, a.name, a.media_type, a.size FROM task_attachment a JOIN user_task t ON t.id = a.task_id
WHERE t.instance_id = $1 ORDER BY a.id;

-- name: attached_to_case
SELECT t.element, encode(a.digest, 'hex') AS digest FROM task_attachment a JOIN user_task t ON t.id = a.task_id
WHERE t.instance_id = $1 ORDER BY a.id;

-- name: attachment
SELECT a.task_id, a.name, a.media_type, c.content FROM task_attachment a
JOIN attachment_content c ON c.digest = a.digest JOIN user_task t ON t.id = a.task_id WHERE a.id = $1 AND t.instance_id = $2;

-- name: timers_due
SELECT instance_id, timer FROM process_timer WHERE due_at <= $1 ORDER BY due_at LIMIT $2;

-- name: lock_instance_if_free
SELECT id, definition_id, status, state, name, initiator, branch_id, channel, objects, started_at
FROM process_instance WHERE id = $1 FOR UPDATE SKIP LOCKED;

-- name: timer_is_due
SELECT EXISTS (SELECT 1 FROM process_timer WHERE instance_id = $1 AND timer = $2 AND due_at <= $3);

-- name: warnings_due
SELECT t.id, t.instance_id FROM user_task t
WHERE t.state IN ('open', 'claimed')
  AND ((t.warned = 0 AND t.at_risk_at <= $1) OR (t.warned < 2 AND t.due_at <= $1))
ORDER BY t.id LIMIT $2;

-- name: warning_of
SELECT id, token, element, scope_path, role, warned, at_risk_at, due_at, claimed_by FROM user_task
WHERE id = $1 AND state IN ('open', 'claimed') FOR UPDATE;

-- name: warn_task
UPDATE user_task SET warned = $2, priority = priority + $3 WHERE id = $1;

-- name: message_takers
SELECT instance_id, subscription FROM process_subscription
WHERE kind = 'message' AND name = $1 AND correlation IS NOT DISTINCT FROM $2
ORDER BY instance_id, subscription LIMIT 1;

-- name: signal_takers
SELECT DISTINCT instance_id FROM process_subscription WHERE kind = 'signal' AND name = $1 ORDER BY instance_id;

-- name: subscription_exists
SELECT EXISTS (SELECT 1 FROM process_subscription WHERE instance_id = $1 AND subscription = $2);

-- name: insert_pending
INSERT INTO pending_message (name, correlation, variables, arrived_at) VALUES ($1, $2, $3, $4);

-- name: take_pending
DELETE FROM pending_message WHERE id = (
    SELECT id FROM pending_message WHERE name = $1 AND correlation IS NOT DISTINCT FROM $2
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING variables;

-- name: rename_task
UPDATE user_task SET element = $3 WHERE instance_id = $1 AND token = $2 AND state IN ('open', 'claimed');

-- name: insert_path
INSERT INTO process_path (definition_id, elements, lifecycles, decision_rows, outcome, digest)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (digest) DO NOTHING RETURNING id;

-- name: path_by_digest
SELECT id FROM process_path WHERE digest = $1;

-- name: insert_straight_case
WITH head AS (UPDATE commit_head SET last_event_id = last_event_id + 1 WHERE id RETURNING last_event_id)
INSERT INTO event (id, kind, recorded_at, subjects, case_id, resource, channel, branch_id, path_id)
SELECT last_event_id, 'process_case', $1, '{}', $2, $3, $4, $5, $6 FROM head;

-- name: straight_case
SELECT e.case_id, e.recorded_at, e.journal_id, coalesce(j.operator, e.resource) AS initiator,
       coalesce(j.channel, e.channel) AS channel, coalesce(j.branch_id, e.branch_id) AS branch_id,
       p.elements, p.lifecycles, p.decision_rows, p.outcome, d.key, d.version, e.id
FROM event e JOIN process_path p ON p.id = e.path_id JOIN process_definition d ON d.id = p.definition_id
LEFT JOIN journal j ON j.id = e.journal_id WHERE e.case_id = $1 AND e.path_id IS NOT NULL;

-- name: posting_of_key
SELECT j.id, j.digest, j.process_element AS element, e.case_id, p.definition_id
FROM journal j LEFT JOIN event e ON e.case_id = j.process_instance::bigint AND e.path_id IS NOT NULL AND e.journal_id = j.id
LEFT JOIN process_path p ON p.id = e.path_id WHERE j.idempotency_key = $1;

-- name: verify_case_of_journal
WITH posted AS (
    SELECT j.id AS journal, j.process_element AS element, e.case_id, e.path_id,
           e.id IS NOT NULL AND e.case_id = j.process_instance::bigint AND e.element = j.process_element AS agrees
    FROM journal j LEFT JOIN event e ON e.journal_id = j.id AND e.kind = 'journal_posted' AND e.id > $3
    WHERE j.process_instance IS NOT NULL AND j.id > $2
)
SELECT journal FROM posted p LEFT JOIN process_path w ON w.id = p.path_id
WHERE NOT p.agrees
   OR (p.path_id IS NOT NULL AND (w.id IS NULL OR NOT p.element = ANY (w.elements)))
   OR (p.path_id IS NULL AND NOT EXISTS (
        SELECT 1 FROM event s WHERE s.case_id = p.case_id AND s.path_id IS NULL AND s.kind = 'process_step'
        AND s.lifecycle = 'completed' AND (s.element = p.element OR s.element LIKE '%/' || p.element)))
ORDER BY journal LIMIT $1;

-- name: verify_posting_of_event
SELECT e.id AS event FROM event e LEFT JOIN journal j ON j.id = e.journal_id AND j.id > $2
WHERE e.id > $3 AND e.journal_id IS NOT NULL
  AND (j.id IS NULL OR e.case_id IS DISTINCT FROM j.process_instance::bigint)
ORDER BY e.id LIMIT $1;

-- name: verify_path_of_event
SELECT e.id AS event FROM event e LEFT JOIN process_path w ON w.id = e.path_id
WHERE e.id > $2 AND e.path_id IS NOT NULL AND w.id IS NULL ORDER BY e.id LIMIT $1;

-- name: verify_ended
SELECT i.id AS "case" FROM process_instance i
WHERE (i.ended_at IS NULL) <> (i.status IN ('running', 'incident'))
   OR (i.ended_at IS NOT NULL AND ($2::timestamptz IS NULL OR i.ended_at >= $2) AND (
        EXISTS (SELECT 1 FROM user_task t WHERE t.instance_id = i.id AND t.state IN ('open', 'claimed'))
     OR EXISTS (SELECT 1 FROM process_timer t WHERE t.instance_id = i.id)
     OR EXISTS (SELECT 1 FROM process_job t WHERE t.instance_id = i.id)
     OR EXISTS (SELECT 1 FROM process_subscription t WHERE t.instance_id = i.id)))
ORDER BY i.id LIMIT $1;

-- name: verify_running
SELECT i.id, i.definition_id, i.state,
       array(SELECT t.token FROM user_task t WHERE t.instance_id = i.id AND t.state IN ('open', 'claimed') ORDER BY 1) AS tasks,
       array(SELECT t.timer FROM process_timer t WHERE t.instance_id = i.id ORDER BY 1) AS timers,
       array(SELECT t.token FROM process_job t WHERE t.instance_id = i.id ORDER BY 1) AS jobs,
       array(SELECT t.subscription FROM process_subscription t WHERE t.instance_id = i.id ORDER BY 1) AS subscriptions
FROM process_instance i WHERE i.ended_at IS NULL AND i.id > $1 ORDER BY i.id LIMIT $2;

-- name: cases_of_customer
SELECT i.id, i.definition_id, d.key, d.version, i.status, i.state, i.name, i.outcome, i.started_at, i.ended_at, i.initiator,
       i.channel
FROM process_instance i JOIN process_definition d ON d.id = i.definition_id
WHERE i.id < $1 AND d.key = ANY ($2::text[]) AND ($3::bigint IS NULL OR i.id = $3)
  AND ((i.initiator = $4 AND i.channel = ANY ($5::text[])) OR i.objects @> $6)
  AND ($7::jsonb IS NULL OR i.objects @> $7 OR (i.initiator = $4 AND NOT i.objects ? 'account'))
ORDER BY i.id DESC LIMIT $8;

-- name: tasks_of_assignee
SELECT t.id, t.instance_id, t.element, t.scope_path, t.version, t.opened_at, t.due_at, i.definition_id, d.key
FROM user_task t JOIN process_instance i ON i.id = t.instance_id JOIN process_definition d ON d.id = i.definition_id
WHERE t.assignee = $1 AND t.role = $2 AND t.state IN ('open', 'claimed') ORDER BY t.id LIMIT $3;

-- name: timers_of_case
SELECT element, due_at FROM process_timer WHERE instance_id = $1 ORDER BY due_at;

-- name: queues
SELECT t.role, t.branch_id, count(*) AS tasks, count(*) FILTER (WHERE t.state = 'claimed') AS claimed,
       count(*) FILTER (WHERE t.due_at < $2) AS overdue, min(t.due_at) AS first_due, min(t.opened_at) AS oldest
FROM user_task t WHERE t.state IN ('open', 'claimed') AND ($1::integer IS NULL OR t.branch_id = $1)
GROUP BY t.role, t.branch_id ORDER BY t.role NULLS LAST, t.branch_id;

-- name: times_kept
SELECT d.key, t.role, count(*) AS done, count(*) FILTER (WHERE t.ended_at <= t.due_at) AS in_time
FROM user_task t JOIN process_instance i ON i.id = t.instance_id JOIN process_definition d ON d.id = i.definition_id
WHERE t.state = 'completed' AND t.due_at IS NOT NULL AND t.ended_at >= $2 AND ($1::integer IS NULL OR t.branch_id = $1)
GROUP BY d.key, t.role ORDER BY d.key, t.role NULLS LAST;

-- name: incidents_open
SELECT count(*) AS incidents, min(i.raised_at) AS oldest
FROM process_incident i JOIN process_instance p ON p.id = i.instance_id
WHERE i.cleared_at IS NULL AND ($1::integer IS NULL OR p.branch_id = $1);

-- name: refusals
SELECT refused_with, count(*) AS cases, max(ended_at) AS last FROM process_instance
WHERE refused_with IS NOT NULL AND ended_at >= $2 AND ($1::integer IS NULL OR branch_id = $1)
GROUP BY refused_with ORDER BY cases DESC, refused_with LIMIT $3;
