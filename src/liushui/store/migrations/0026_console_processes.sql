-- What the console asks of processes: cases by what is known of them, and how processes have done over a time.

CREATE INDEX process_instance_definition ON process_instance (definition_id, id);
CREATE INDEX process_instance_branch ON process_instance (branch_id, id);
CREATE INDEX process_instance_started ON process_instance (started_at);
CREATE INDEX user_task_completed_by ON user_task (completed_by, instance_id) WHERE completed_by IS NOT NULL;
CREATE INDEX user_task_due ON user_task (due_at) WHERE state IN ('open', 'claimed') AND due_at IS NOT NULL;
CREATE INDEX user_task_done ON user_task (ended_at) WHERE state = 'completed' AND due_at IS NOT NULL;
-- Postings name no definition: what goes straight through pays nothing for these.
CREATE INDEX event_of_definition ON event (definition_id, recorded_at) WHERE definition_id IS NOT NULL;
CREATE INDEX event_straight_at ON event USING brin (recorded_at) WITH (pages_per_range = 32, autosummarize = on)
    WHERE path_id IS NOT NULL;
