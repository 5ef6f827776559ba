-- name: definitions
SELECT id, key, version FROM process_definition ORDER BY id;

-- name: definition
SELECT bpmn, called FROM process_definition WHERE id = $1;

-- name: path
SELECT elements, lifecycles, decision_rows, definition_id FROM process_path WHERE id = $1;

-- name: log_size
SELECT count(*) FROM process_log l
WHERE $1::text IS NULL OR l.definition_id IN (SELECT id FROM process_definition WHERE key = $1);

-- name: step_types
SELECT DISTINCT definition_id, element FROM event
WHERE kind = 'process_step' AND path_id IS NULL AND definition_id IS NOT NULL
UNION
SELECT p.definition_id, u.element FROM process_path p, unnest(p.elements) u (element)
ORDER BY 1, 2;

-- name: log
SELECT l.id, l.kind, l.recorded_at, l.journal_id, l.case_id, l.definition_id, l.element, l.lifecycle, l.resource, l.role,
       l.channel, b.code AS branch, l.priority, l.cost_minor, l.decision_rows, l.payload, l.path_id, l.token,
       CASE WHEN l.token IS NOT NULL THEN (
           SELECT t.id FROM user_task t WHERE t.instance_id = l.case_id AND t.token = l.token
       ) WHEN l.kind = 'process_step' AND l.path_id IS NULL THEN (
           -- A step from before tokens were written: the task, where no other of the same case and element may be meant.
           SELECT CASE WHEN count(*) = 1 THEN min(t.id) END FROM user_task t
           WHERE t.instance_id = l.case_id AND array_to_string(t.scope_path || t.element, '/') = l.element
             AND CASE l.lifecycle
                   WHEN 'enabled' THEN t.opened_at = l.recorded_at
                   WHEN 'completed' THEN t.state = 'completed' AND t.ended_at = l.recorded_at AND t.completed_by = l.resource
                   WHEN 'cancelled' THEN t.state = 'withdrawn' AND t.ended_at = l.recorded_at
                   ELSE t.opened_at <= l.recorded_at AND (t.ended_at IS NULL OR t.ended_at >= l.recorded_at)
                 END
       ) END AS task,
       CASE WHEN l.kind = 'journal_posted' THEN (
           SELECT array_agg(DISTINCT CASE WHEN n.debit THEN 'debited ' ELSE 'credited ' END || a.number)
           FROM entry n JOIN ledger_account a ON a.id = n.account_id WHERE n.journal_id = l.journal_id
       ) END AS accounts,
       CASE WHEN l.path_id IS NOT NULL THEN (
           -- Step by step, the posting names the customers' accounts that it is about; so it is here.
           SELECT array_agg(DISTINCT a.number)
           FROM entry n JOIN ledger_account a ON a.id = n.account_id
           WHERE n.journal_id = l.journal_id AND a.terms_id IS NOT NULL
       ) END AS about
FROM process_log l LEFT JOIN branch b ON b.id = l.branch_id
ORDER BY l.id;

-- name: log_of_process
SELECT l.id, l.kind, l.recorded_at, l.journal_id, l.case_id, l.definition_id, l.element, l.lifecycle, l.resource, l.role,
       l.channel, b.code AS branch, l.priority, l.cost_minor, l.decision_rows, l.payload, l.path_id, l.token,
       NULL::bigint AS task, NULL::text[] AS accounts, NULL::text[] AS about,
       i.initiator, i.channel AS case_channel, c.code AS case_branch, i.status, i.outcome, i.started_at, i.ended_at
FROM process_log l LEFT JOIN branch b ON b.id = l.branch_id
LEFT JOIN process_instance i ON i.id = l.case_id LEFT JOIN branch c ON c.id = i.branch_id
WHERE l.definition_id IN (SELECT id FROM process_definition WHERE key = $1)
ORDER BY l.case_id, l.id;

-- name: object_types
SELECT DISTINCT type FROM case_object ORDER BY type;

-- name: objects_size
SELECT (SELECT count(*) FROM process_instance) + (SELECT count(*) FROM user_task)
     + (SELECT count(*) FROM process_log WHERE kind = 'journal_posted');

-- name: cases
SELECT i.id, i.definition_id, i.status, i.initiator, b.code AS branch, i.channel, i.outcome, i.started_at, i.ended_at,
       i.objects::text AS objects
FROM process_instance i LEFT JOIN branch b ON b.id = i.branch_id
UNION ALL
-- A straight-through case is its one row. Its journal is what it is about, as it is of a case that posts step by step.
SELECT l.case_id, l.definition_id, 'completed', l.resource, b.code, l.channel, NULL, l.recorded_at, l.recorded_at,
       CASE WHEN l.journal_id IS NOT NULL THEN jsonb_build_object(
           'journal', jsonb_build_array(l.journal_id::text),
           'account', (SELECT coalesce(jsonb_agg(DISTINCT a.number), '[]')
                       FROM entry n JOIN ledger_account a ON a.id = n.account_id
                       WHERE n.journal_id = l.journal_id AND a.terms_id IS NOT NULL))::text END
FROM process_log l LEFT JOIN branch b ON b.id = l.branch_id WHERE l.path_id IS NOT NULL;

-- name: tasks
SELECT t.id, t.instance_id, array_to_string(t.scope_path || t.element, '/') AS element, t.state, t.role, b.code AS branch,
       t.opened_at, t.due_at, t.claimed_at, t.ended_at
FROM user_task t LEFT JOIN branch b ON b.id = t.branch_id ORDER BY t.id;

-- name: journals
SELECT j.id, j.code, j.booking_date, j.value_date, b.code AS branch, j.channel, j.reverses, l.case_id,
       (SELECT sum(n.amount) FROM entry n WHERE n.journal_id = j.id AND n.debit)::bigint AS amount,
       (SELECT array_agg(DISTINCT CASE WHEN n.debit THEN 'debited ' ELSE 'credited ' END || a.number)
        FROM entry n JOIN ledger_account a ON a.id = n.account_id WHERE n.journal_id = j.id) AS accounts,
       EXISTS (SELECT 1 FROM process_log o WHERE o.kind = 'journal_posted' AND o.journal_id = j.reverses) AS reverses_known
FROM process_log l JOIN journal j ON j.id = l.journal_id LEFT JOIN branch b ON b.id = j.branch_id
WHERE l.kind = 'journal_posted' ORDER BY j.id;

-- name: linked_journals
SELECT DISTINCT o.number FROM case_object o
WHERE o.type = 'journal'
  AND NOT EXISTS (SELECT 1 FROM process_log l WHERE l.kind = 'journal_posted' AND l.journal_id::text = o.number);

-- name: accounts
WITH known AS (
    SELECT number FROM case_object WHERE type = 'account'
    UNION
    SELECT a.number FROM process_log l JOIN entry n ON n.journal_id = l.journal_id JOIN ledger_account a ON a.id = n.account_id
    WHERE l.kind = 'journal_posted'
)
SELECT k.number, a.currency, a.gl_code, b.code AS branch, a.terms_id, a.opened_on, a.closed_on,
       (SELECT array_agg(p.number || ' ' || ap.role ORDER BY p.number)
        FROM account_party ap JOIN party p ON p.id = ap.party_id WHERE ap.account_id = a.id) AS parties
FROM known k LEFT JOIN ledger_account a ON a.number = k.number LEFT JOIN branch b ON b.id = a.branch_id;

-- name: customers
WITH accounts AS (
    SELECT number FROM case_object WHERE type = 'account'
    UNION
    SELECT a.number FROM process_log l JOIN entry n ON n.journal_id = l.journal_id JOIN ledger_account a ON a.id = n.account_id
    WHERE l.kind = 'journal_posted'
), known AS (
    SELECT number FROM case_object WHERE type = 'customer'
    UNION
    SELECT p.number FROM accounts k JOIN ledger_account a ON a.number = k.number
    JOIN account_party ap ON ap.account_id = a.id JOIN party p ON p.id = ap.party_id
)
SELECT k.number, p.kind, b.code AS branch, p.opened_at
FROM known k LEFT JOIN party p ON p.number = k.number LEFT JOIN branch b ON b.id = p.branch_id;

-- name: other_objects
SELECT DISTINCT type, number FROM case_object WHERE type <> ALL ($1::text[]);
