-- What the console asks of the processes: what turned cases away, and how people kept to their times.

-- The refusal that a case was told and ended with, by its code; null where none was. Old rows bring theirs along: the engine's
-- state holds it as the variable "fault".
ALTER TABLE process_instance ADD COLUMN refused_with text;
UPDATE process_instance SET refused_with = substring(state FROM '"fault":\{"code":"([a-z0-9_]+)"')
WHERE ended_at IS NOT NULL AND state LIKE '%"fault":{"code":"%';
CREATE INDEX process_instance_refused ON process_instance (ended_at) WHERE refused_with IS NOT NULL;

-- Tasks by when they were done: those that had a time limit.
CREATE INDEX user_task_completed ON user_task (ended_at) WHERE state = 'completed' AND due_at IS NOT NULL;

-- The audit trail by who, by what it is about, and by when.
CREATE INDEX audit_event_actor ON audit_event (actor, id);
CREATE INDEX audit_event_subject ON audit_event (subject, id);
CREATE INDEX audit_event_recorded ON audit_event USING brin (recorded_at) WITH (pages_per_range = 32, autosummarize = on);
