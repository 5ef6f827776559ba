-- Keys that have begun a case which another release might let go straight through (their first answer names a journal, or
-- says that there is none yet): group commit looks for them, so they have an index that is small.
CREATE INDEX idempotency_case ON idempotency (key) WHERE result ? 'journal';

-- Which visit of an element an event is about: the token, which two tasks of one element at the same time do not share.
-- Events from before have none.
ALTER TABLE event ADD COLUMN token integer;

CREATE OR REPLACE VIEW process_log AS
SELECT e.id, e.kind, e.recorded_at, e.journal_id, k.case_id,
       coalesce(e.definition_id, p.definition_id, i.definition_id) AS definition_id,
       coalesce(e.element, j.process_element) AS element, e.lifecycle, coalesce(e.resource, j.operator) AS resource, e.role,
       coalesce(e.channel, j.channel) AS channel, coalesce(e.branch_id, j.branch_id) AS branch_id, e.priority, e.cost_minor,
       e.decision_rows, e.payload, e.path_id, e.token
FROM event e
LEFT JOIN journal j ON e.kind = 'journal_posted' AND j.id = e.journal_id
CROSS JOIN LATERAL (SELECT coalesce(e.case_id, CASE WHEN j.process_instance ~ '^[0-9]{1,18}$'
                                                    THEN j.process_instance::bigint END) AS case_id) k
LEFT JOIN process_path p ON p.id = e.path_id
LEFT JOIN process_instance i ON i.id = k.case_id
WHERE k.case_id IS NOT NULL
  AND (e.path_id IS NOT NULL
       OR e.kind IN ('process_step', 'objects_linked', 'task_at_risk', 'task_overdue', 'journal_posted'));
