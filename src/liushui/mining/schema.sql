-- name: shared
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL REFERENCES event_map_type (ocel_type));
CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL REFERENCES object_map_type (ocel_type));
CREATE TABLE event_object (
    ocel_event_id TEXT NOT NULL REFERENCES event (ocel_id), ocel_object_id TEXT NOT NULL REFERENCES object (ocel_id),
    ocel_qualifier TEXT NOT NULL, PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier)
);
CREATE TABLE object_object (
    ocel_source_id TEXT NOT NULL REFERENCES object (ocel_id), ocel_target_id TEXT NOT NULL REFERENCES object (ocel_id),
    ocel_qualifier TEXT NOT NULL, PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier)
);

-- name: event_type
CREATE TABLE "event_{map}" (ocel_id TEXT PRIMARY KEY REFERENCES event (ocel_id), ocel_time TIMESTAMP NOT NULL{columns});

-- name: object_type
CREATE TABLE "object_{map}" (ocel_id TEXT NOT NULL REFERENCES object (ocel_id), ocel_time TIMESTAMP NOT NULL,
                             ocel_changed_field TEXT{columns});

-- name: insert_event_map
INSERT INTO event_map_type VALUES (?, ?);

-- name: insert_object_map
INSERT INTO object_map_type VALUES (?, ?);

-- name: insert_event
INSERT INTO event VALUES (?, ?);

-- name: insert_object
INSERT INTO object VALUES (?, ?);

-- name: insert_event_object
INSERT INTO event_object VALUES (?, ?, ?);

-- name: insert_object_object
INSERT INTO object_object VALUES (?, ?, ?);

-- name: insert_event_row
INSERT INTO "event_{map}" VALUES ({holes});

-- name: insert_object_row
INSERT INTO "object_{map}" VALUES ({holes});
