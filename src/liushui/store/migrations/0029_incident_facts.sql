-- What a refusal named when nobody in the model caught it: which limit, how much was left. NULL where the reason is no refusal.
ALTER TABLE process_incident ADD COLUMN reason_params jsonb;
