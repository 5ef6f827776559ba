-- name: next_complaint
SELECT nextval('complaint_number');

-- name: insert_complaint
INSERT INTO complaint (number, case_id, branch_id, received_on, received_via, customer, complainant, contact, account,
                       product, subject, amount_minor, people, complained_staff, text, registered_at, registered_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) RETURNING id;

-- name: staff_exists
SELECT EXISTS (SELECT 1 FROM staff WHERE number = $1);

-- name: lock_complaint
SELECT id FROM complaint WHERE number = $1 FOR UPDATE;

-- name: append
INSERT INTO complaint_history (complaint_id, position, what, at, by_whom, kind, severity, deadline, satisfaction, note)
SELECT $1, coalesce(max(position), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9
FROM complaint_history WHERE complaint_id = $1;

-- name: complaint
SELECT id, number, case_id, branch_id, received_on, received_via, customer, complainant, contact, account, product,
       subject, amount_minor, people, complained_staff, text, registered_at, registered_by
FROM complaint WHERE number = $1;

-- name: history
SELECT position, what, at, by_whom, kind, severity, deadline, satisfaction, note
FROM complaint_history WHERE complaint_id = $1 ORDER BY position;

-- name: complaints
SELECT c.number, c.case_id, c.branch_id, c.received_on, c.received_via, c.product, c.subject, h.kind, h.severity, h.deadline,
       h.what, h.at
FROM complaint c CROSS JOIN LATERAL (
    SELECT (array_agg(kind ORDER BY position DESC) FILTER (WHERE kind IS NOT NULL))[1] AS kind,
           (array_agg(severity ORDER BY position DESC) FILTER (WHERE severity IS NOT NULL))[1] AS severity,
           (array_agg(deadline ORDER BY position DESC) FILTER (WHERE deadline IS NOT NULL))[1] AS deadline,
           (array_agg(what ORDER BY position DESC))[1] AS what, max(at) AS at
    FROM complaint_history WHERE complaint_id = c.id
) h
WHERE c.number > $1 AND ($2::date IS NULL OR c.received_on >= $2) AND ($3::text IS NULL OR c.customer = $3)
ORDER BY c.number LIMIT $4;
