-- name: insert_rate
INSERT INTO interest_rate (name, currency, tenor, valid_from, percent, source, case_id, entered_by, approved_by, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: rate_on
SELECT percent FROM interest_rate WHERE name = $1 AND currency = $2 AND tenor = $3 AND valid_from <= $4
ORDER BY valid_from DESC, id DESC LIMIT 1;

-- name: rates_on
SELECT DISTINCT ON (name, currency, tenor) name, currency, tenor, percent FROM interest_rate WHERE valid_from <= $1
ORDER BY name, currency, tenor, valid_from DESC, id DESC;

-- name: rate_history
SELECT DISTINCT ON (name, currency, tenor, valid_from) name, currency, tenor, valid_from, percent FROM interest_rate
ORDER BY name, currency, tenor, valid_from, id DESC;

-- name: versions
SELECT body, digest, key, version, valid_from, valid_to, case_id IS NULL AS house FROM product_version ORDER BY key, version;

-- name: lock_versions
LOCK TABLE product_version IN SHARE ROW EXCLUSIVE MODE;

-- name: insert_version
INSERT INTO product_version (key, version, valid_from, valid_to, body, digest, case_id, entered_by, approved_by, released_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: texts
SELECT body FROM product_version WHERE key = $1 ORDER BY version;

-- name: releases
SELECT key, version, body, case_id, entered_by, approved_by, released_at FROM product_version ORDER BY key, version;

-- name: rates_posted
SELECT DISTINCT ON (name, currency, tenor, valid_from) name, currency, tenor, valid_from, percent, case_id, entered_by, approved_by
FROM interest_rate ORDER BY name, currency, tenor, valid_from, id DESC;
