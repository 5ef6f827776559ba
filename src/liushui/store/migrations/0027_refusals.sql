-- What the open API has refused, counted by the hour: kinds and codes, nobody and nothing of a request itself.

CREATE TABLE refusal_count (
    hour      timestamptz NOT NULL,
    visitor   text    NOT NULL CHECK (visitor IN ('staff', 'customer', 'machine', 'nobody')),
    channel   text,                          -- NULL: of nobody, none is known
    branch_id integer REFERENCES branch,     -- of the staff or the machine; NULL: of none
    operation text    NOT NULL,              -- method and template of the route; 'other'
    process   text,                          -- NULL: no case of a known process was begun or moved
    case_left boolean NOT NULL,              -- a case that went straight through has ended with it
    code      text    NOT NULL,              -- of the first fault; 'other'
    refused   bigint  NOT NULL CHECK (refused > 0),
    first_at  timestamptz NOT NULL,
    last_at   timestamptz NOT NULL CHECK (last_at >= first_at),
    UNIQUE NULLS NOT DISTINCT (hour, visitor, channel, branch_id, operation, process, case_left, code)
);
