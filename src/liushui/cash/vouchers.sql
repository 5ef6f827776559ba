-- name: overlapping
SELECT first, last FROM voucher_range
WHERE int8range(kind * 1000000000000 + first, kind * 1000000000000 + last, '[]')
   && int8range($1::bigint * 1000000000000 + $2, $1::bigint * 1000000000000 + $3, '[]') ORDER BY first LIMIT 1;

-- name: insert_range
INSERT INTO voucher_range (kind, first, last, branch_id, state, holder) VALUES ($1, $2, $3, $4, $5, $6);

-- name: covering
SELECT id, first, last FROM voucher_range
WHERE kind = $1 AND branch_id = $4 AND state = $5 AND holder IS NOT DISTINCT FROM $6 AND last >= $2 AND first <= $3
ORDER BY first FOR UPDATE;

-- name: delete_ranges
DELETE FROM voucher_range WHERE id = ANY ($1::bigint[]);

-- name: neighbours
SELECT id, first, last FROM voucher_range
WHERE kind = $1 AND branch_id = $4 AND state = $5 AND holder IS NOT DISTINCT FROM $6 AND (last = $2 - 1 OR first = $3 + 1)
FOR UPDATE;

-- name: insert_movement
INSERT INTO voucher_movement (kind, first, last, branch_id, what, from_whom, to_whom, moved_at, moved_by, second_by, reason, account, case_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: next_number
SELECT min(first) FROM voucher_range WHERE kind = $1 AND branch_id = $2 AND state = 'held' AND holder = $3;

-- name: held_by
SELECT kind, sum(last - first + 1)::bigint AS pieces FROM voucher_range WHERE state = 'held' AND holder = $1 GROUP BY kind;

-- name: where_is
SELECT state, holder, branch_id FROM voucher_range WHERE kind = $1 AND first <= $2 AND last >= $2;

-- name: ranges
SELECT r.kind, r.first, r.last, r.state, r.holder, b.code AS branch FROM voucher_range r JOIN branch b ON b.id = r.branch_id
WHERE ($1::integer IS NULL OR r.branch_id = $1) AND ($2::integer IS NULL OR r.kind = $2)
  AND ($3::text IS NULL OR r.state = $3) AND (r.kind, r.first) > ($4, $5) ORDER BY r.kind, r.first LIMIT $6;

-- name: history
SELECT what, from_whom, to_whom, moved_at, moved_by, second_by, reason, account, case_id FROM voucher_movement
WHERE kind = $1 AND first <= $2 AND last >= $2 ORDER BY id;

-- name: movements_of_teller
SELECT id, kind, first, last, what, from_whom, to_whom, moved_at, moved_by, second_by, reason, account, case_id FROM voucher_movement
WHERE moved_at >= $2 AND id < $3 AND (from_whom = $1 OR to_whom = $1 OR moved_by = $1) ORDER BY id DESC LIMIT $4;

-- name: insert_count
INSERT INTO voucher_count (teller, counted, book, business_date, counted_at, case_id) VALUES ($1, $2, $3, $4, $5, $6);

-- name: verify_numbers
WITH there AS (
    SELECT kind, range_agg(int8range(first, last, '[]')) AS numbers FROM voucher_range GROUP BY kind
), received AS (
    SELECT kind, range_agg(int8range(first, last, '[]')) AS numbers FROM voucher_movement WHERE what = 'received' GROUP BY kind
)
SELECT kind, (coalesce(received.numbers, '{}') - coalesce(there.numbers, '{}'))::text AS missing,
       (coalesce(there.numbers, '{}') - coalesce(received.numbers, '{}'))::text AS unexplained
FROM there FULL JOIN received USING (kind) WHERE there.numbers IS DISTINCT FROM received.numbers ORDER BY kind LIMIT $1;

-- name: verify_states
WITH told AS (
    SELECT kind, CASE what WHEN 'used' THEN 'used' ELSE 'void' END AS state, range_agg(int8range(first, last, '[]')) AS numbers
    FROM voucher_movement WHERE what IN ('used', 'voided') GROUP BY 1, 2
), there AS (
    SELECT kind, state, range_agg(int8range(first, last, '[]')) AS numbers FROM voucher_range WHERE state IN ('used', 'void') GROUP BY 1, 2
)
SELECT kind, state FROM told FULL JOIN there USING (kind, state) WHERE told.numbers IS DISTINCT FROM there.numbers
ORDER BY kind, state LIMIT $1;

-- name: abandoned
SELECT m.kind, m.first, m.last, m.branch_id, m.from_whom, m.case_id FROM voucher_range r
JOIN voucher_movement m ON m.kind = r.kind AND m.first BETWEEN r.first AND r.last AND m.what = 'sent'
JOIN process_instance i ON i.id = m.case_id
WHERE r.state = 'on_the_way' AND i.status NOT IN ('running', 'incident')
  AND NOT EXISTS (SELECT 1 FROM voucher_movement o WHERE o.case_id = m.case_id AND o.what IN ('taken', 'turned_back'))
ORDER BY m.id;
