-- name: insert_person
INSERT INTO application_person (case_id, role, place, party_id, kind, name, document_type, document_country,
    document_number, document_expires_on, birth_date, mobile, address, relation, share_bp, removed, recorded_at,
    recorded_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) RETURNING id;

-- name: people
SELECT * FROM (
    SELECT DISTINCT ON (role, place) id, role, place, party_id, kind, name, document_type, document_country,
           document_number, document_expires_on, birth_date, mobile, address, relation, share_bp, removed
    FROM application_person WHERE case_id = $1 ORDER BY role, place, id DESC
) newest WHERE NOT removed ORDER BY role, place;

-- name: insert_check
INSERT INTO identity_check (person_id, answer, reference, recorded_at) VALUES ($1, $2, $3, $4);

-- name: insert_screening
INSERT INTO name_screening (person_id, list, entry, how, score, lists_digest, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: insert_entity_person
INSERT INTO entity_person (party_id, role, name, document_type, document_country, document_number,
    document_expires_on, birth_date, basis, share_bp, confirmed_at, case_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: entity_people
SELECT role, name, document_type, document_country, document_number, document_expires_on, birth_date, basis, share_bp
FROM entity_person WHERE party_id = $1 AND case_id = (SELECT max(case_id) FROM entity_person WHERE party_id = $1)
ORDER BY role DESC, document_number;
