-- name: next_number
SELECT nextval('party_number');

-- name: insert_party
INSERT INTO party (number, kind, name, birth_date, mobile, address, branch_id, opened_at, opened_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id;

-- name: insert_document
INSERT INTO party_document (party_id, type, country, number, expires_on) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING RETURNING party_id;

-- name: by_number
SELECT p.id, p.number, p.kind, p.name, p.birth_date, d.type AS document_type, d.country AS document_country,
       d.number AS document_number, p.mobile, p.address, p.branch_id, p.opened_at, d.expires_on AS document_expires_on
FROM party p JOIN party_document d ON d.party_id = p.id WHERE p.number = $1;

-- name: number_by_document
SELECT p.number FROM party p JOIN party_document d ON d.party_id = p.id
WHERE d.type = $1 AND d.country = $2 AND d.number = $3;

-- name: keep_contact
INSERT INTO party_contact_change (party_id, changed_at, mobile_before, address_before)
SELECT id, $2, mobile, address FROM party WHERE id = $1 FOR UPDATE;

-- name: set_contact
UPDATE party SET mobile = $2, address = $3 WHERE id = $1;

-- name: document_expiry
SELECT expires_on FROM party_document WHERE party_id = $1;

-- name: request_change
INSERT INTO party_data_change (party_id, case_id, requested_at, requested_by, mobile_before, mobile_after,
                               address_before, address_after, document_type, document_before, document_after,
                               expires_before, expires_after)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id;

-- name: lock_change
SELECT c.party_id, c.mobile_before, c.mobile_after, c.address_before, c.address_after, c.document_before,
       c.document_after, c.expires_after, c.applied_at, p.number AS customer
FROM party_data_change c JOIN party p ON p.id = c.party_id WHERE c.id = $1 FOR UPDATE;

-- name: renew_document
UPDATE party_document SET number = $3, expires_on = coalesce($4, expires_on) WHERE party_id = $1 AND number = $2
RETURNING party_id;

-- name: change_applied
UPDATE party_data_change SET applied_at = $2, applied_by = $3 WHERE id = $1;

-- name: found_by_identifier
SELECT p.number, p.kind, p.name, d.type AS document_type, d.number AS document_number, p.mobile, b.code AS branch
FROM party p JOIN party_document d ON d.party_id = p.id JOIN branch b ON b.id = p.branch_id
WHERE p.id IN (SELECT id FROM party WHERE number = $1 UNION SELECT id FROM party WHERE mobile = $1
               UNION SELECT party_id FROM party_document WHERE number = $1)
  AND p.number > $2 ORDER BY p.number LIMIT $3;

-- name: found_by_name
SELECT p.number, p.kind, p.name, d.type AS document_type, d.number AS document_number, p.mobile, b.code AS branch
FROM party p JOIN party_document d ON d.party_id = p.id JOIN branch b ON b.id = p.branch_id
WHERE p.name COLLATE "C" >= $1 AND p.name COLLATE "C" < $2 AND ($3::integer IS NULL OR p.branch_id = $3)
  AND p.number > $4 ORDER BY p.number LIMIT $5;

-- name: found_by_initials
SELECT p.number, p.kind, p.name, d.type AS document_type, d.number AS document_number, p.mobile, b.code AS branch
FROM party p JOIN party_document d ON d.party_id = p.id JOIN branch b ON b.id = p.branch_id
WHERE pinyin_initials(p.name) COLLATE "C" >= $1 AND pinyin_initials(p.name) COLLATE "C" < $2
  AND ($3::integer IS NULL OR p.branch_id = $3) AND p.number > $4 ORDER BY p.number LIMIT $5;
