-- name: places_of_kind
SELECT count(*) FROM cash_place WHERE branch_id = $1 AND currency = $2 AND kind = $3;

-- name: insert_place
INSERT INTO cash_place (code, kind, branch_id, currency, account_id, opened_on) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id;

-- name: place_by_code
SELECT id, code, kind, branch_id, currency, account_id FROM cash_place WHERE code = $1;

-- name: place_by_id
SELECT id, code, kind, branch_id, currency, account_id FROM cash_place WHERE id = $1;

-- name: only_place
SELECT id, code, kind, branch_id, currency, account_id FROM cash_place WHERE branch_id = $1 AND kind = $2 AND currency = $3;

-- name: places
SELECT p.id, p.code, p.kind, p.branch_id, p.currency, p.account_id, b.code AS branch, s.teller, s.state, s.opened_on AS held_on,
       l.debits_posted - l.credits_posted AS book
FROM cash_place p JOIN branch b ON b.id = p.branch_id JOIN ledger_balance l ON l.account_id = p.account_id
LEFT JOIN till_session s ON s.place_id = p.id AND s.state <> 'closed'
WHERE ($1::integer IS NULL OR p.branch_id = $1) ORDER BY p.code;

-- name: stock
SELECT face, pieces FROM cash_stock WHERE place_id = $1 AND pieces > 0 ORDER BY face DESC;

-- name: insert_movement
INSERT INTO cash_movement (place_id, journal_id, business_date, recorded_at, moved_by, case_id)
VALUES ($1, $2, $3, $4, $5, $6) RETURNING id;

-- name: insert_movement_lines
INSERT INTO cash_movement_line (movement_id, face, pieces) SELECT $1, * FROM unnest($2::bigint[], $3::bigint[]);

-- name: touch_stock
INSERT INTO cash_stock (place_id, face, pieces) SELECT $1, face, 0 FROM unnest($2::bigint[]) u (face) ON CONFLICT DO NOTHING;

-- name: change_stock
UPDATE cash_stock s SET pieces = s.pieces + u.pieces FROM unnest($2::bigint[], $3::bigint[]) u (face, pieces)
WHERE s.place_id = $1 AND s.face = u.face;

-- name: last_movement
SELECT coalesce(max(id), 0) FROM cash_movement WHERE place_id = $1;

-- name: notes_of_journal
SELECT m.place_id, l.face, l.pieces FROM cash_movement m LEFT JOIN cash_movement_line l ON l.movement_id = m.id
WHERE m.journal_id = $1 ORDER BY m.place_id, l.face DESC;

-- name: session_of
SELECT s.id AS session_id, s.state, s.opened_on AS session_opened_on, p.id, p.code, p.kind, p.branch_id, p.currency, p.account_id
FROM till_session s JOIN cash_place p ON p.id = s.place_id WHERE s.teller = $1 AND s.state <> 'closed';

-- name: last_session_of
SELECT s.state, s.opened_on, s.signed_in_at, s.closed_at, p.id, p.code, p.kind, p.branch_id, p.currency, p.account_id
FROM till_session s JOIN cash_place p ON p.id = s.place_id WHERE s.teller = $1 ORDER BY s.id DESC LIMIT 1;

-- name: free_tills
SELECT p.code FROM cash_place p WHERE p.branch_id = $1 AND p.kind = 'till'
  AND NOT EXISTS (SELECT 1 FROM till_session s WHERE s.place_id = p.id AND s.state <> 'closed') ORDER BY p.code LIMIT $2;

-- name: count_to_explain
SELECT c.id FROM cash_count c JOIN process_instance i ON i.id = c.case_id
WHERE c.id = (SELECT max(id) FROM cash_count WHERE place_id = $1) AND c.counted_by = $2 AND c.purpose = 'closing'
  AND c.counted <> c.book AND i.ended_at IS NOT NULL
  AND c.last_movement = (SELECT coalesce(max(id), 0) FROM cash_movement WHERE place_id = $1);

-- name: holder_of
SELECT teller FROM till_session WHERE place_id = $1 AND state <> 'closed';

-- name: open_session
INSERT INTO till_session (place_id, teller, opened_on, signed_in_at, state) VALUES ($1, $2, $3, $4, 'open') RETURNING id;

-- name: set_session_state
UPDATE till_session SET state = $2 WHERE id = $1;

-- name: close_session
UPDATE till_session SET state = 'closed', closed_at = $2 WHERE id = $1;

-- name: left_open
SELECT 'till' AS what, p.code, s.teller, s.opened_on AS since FROM till_session s JOIN cash_place p ON p.id = s.place_id
WHERE s.state <> 'closed' AND s.opened_on <= $1
UNION ALL
SELECT p.kind, p.code, NULL, min(m.business_date) FROM cash_place p JOIN cash_movement m ON m.place_id = p.id
WHERE p.kind IN ('vault', 'machine') AND m.business_date <= $1
  AND m.id > coalesce((SELECT max(c.last_movement) FROM cash_count c
                       WHERE c.place_id = p.id AND c.purpose = 'closing' AND c.counted = c.book), 0)
GROUP BY p.kind, p.code
UNION ALL
SELECT 'transfer', p.code, t.sent_by, j.booking_date FROM cash_transfer t JOIN cash_place p ON p.id = t.giver_id
JOIN journal j ON j.id = t.sent_journal WHERE t.state = 'sent' AND j.booking_date <= $1
ORDER BY 1, 2;

-- name: insert_count
INSERT INTO cash_count (place_id, purpose, notes, counted, book, last_movement, business_date, counted_at, counted_by, second_by, case_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id;

-- name: count_by_id
SELECT place_id, notes, counted, book, last_movement, counted_by, second_by FROM cash_count WHERE id = $1;

-- name: counts
SELECT c.id, c.purpose, c.notes, c.counted, c.book, c.business_date, c.counted_at, c.counted_by, c.second_by, c.case_id
FROM cash_count c WHERE c.place_id = $1 AND c.id < $2 ORDER BY c.id DESC LIMIT $3;

-- name: insert_transfer
INSERT INTO cash_transfer (case_id, giver_id, receiver_id, transit_id, amount, notes, sent_by, sent_at, sent_journal, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'sent');

-- name: lock_transfer
SELECT giver_id, receiver_id, transit_id, amount, notes, sent_by FROM cash_transfer WHERE case_id = $1 AND state = 'sent' FOR UPDATE;

-- name: settle_transfer
UPDATE cash_transfer SET state = $2, settled_by = $3, settled_at = $4, settled_journal = $5 WHERE case_id = $1;

-- name: abandoned_transfers
SELECT t.case_id, p.branch_id FROM cash_transfer t JOIN process_instance i ON i.id = t.case_id JOIN cash_place p ON p.id = t.giver_id
WHERE t.state = 'sent' AND i.status NOT IN ('running', 'incident') ORDER BY t.case_id;

-- name: insert_difference
INSERT INTO cash_difference (count_id, place_id, kind, amount, booked_on, booked_journal, found_by, confirmed_by, case_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id;

-- name: lock_difference
SELECT d.kind, d.amount, p.branch_id, p.currency FROM cash_difference d JOIN cash_place p ON p.id = d.place_id
WHERE d.id = $1 AND d.outcome IS NULL FOR UPDATE OF d;

-- name: settle_difference
UPDATE cash_difference SET outcome = $2, settled_on = $3, settled_journal = $4, settled_by = $5 WHERE id = $1;

-- name: differences
SELECT d.id, p.code AS place, p.currency, d.kind, d.amount, d.booked_on, d.booked_journal, d.found_by, d.confirmed_by, d.case_id, d.outcome,
       d.settled_on, d.settled_journal, d.settled_by
FROM cash_difference d JOIN cash_place p ON p.id = d.place_id
WHERE ($1::integer IS NULL OR p.branch_id = $1) AND (NOT $2 OR d.outcome IS NULL) AND d.id < $3 ORDER BY d.id DESC LIMIT $4;

-- name: journal_of_day
SELECT m.id, m.journal_id, m.recorded_at, m.moved_by, m.case_id, j.code, j.memo,
       jsonb_object_agg(l.face, l.pieces) FILTER (WHERE l.face IS NOT NULL) AS notes
FROM cash_movement m LEFT JOIN journal j ON j.id = m.journal_id LEFT JOIN cash_movement_line l ON l.movement_id = m.id
WHERE m.place_id = $1 AND m.business_date = $2
GROUP BY m.id, m.journal_id, m.recorded_at, m.moved_by, m.case_id, j.code, j.memo ORDER BY m.id;

-- name: notes_before
SELECT l.face, sum(l.pieces)::bigint AS pieces FROM cash_movement m JOIN cash_movement_line l ON l.movement_id = m.id
WHERE m.place_id = $1 AND m.business_date < $2 GROUP BY l.face HAVING sum(l.pieces) <> 0;

-- name: verify_stock
SELECT place_id, face FROM cash_stock s
FULL JOIN (SELECT m.place_id, l.face, sum(l.pieces) AS pieces FROM cash_movement m JOIN cash_movement_line l ON l.movement_id = m.id
           GROUP BY m.place_id, l.face) moved USING (place_id, face)
WHERE coalesce(s.pieces, 0) <> coalesce(moved.pieces, 0) ORDER BY place_id, face LIMIT $1;

-- name: verify_places
SELECT p.code AS place FROM cash_place p JOIN ledger_balance b ON b.account_id = p.account_id
WHERE b.debits_posted - b.credits_posted
   <> coalesce((SELECT sum(s.face * s.pieces) FROM cash_stock s WHERE s.place_id = p.id), 0) ORDER BY p.code LIMIT $1;

-- name: verify_movements
WITH booked AS (
    SELECT e.journal_id, p.id AS place_id, sum(CASE WHEN e.debit THEN e.amount ELSE -e.amount END) AS amount
    FROM entry e JOIN cash_place p ON p.account_id = e.account_id WHERE e.journal_id > $2 GROUP BY e.journal_id, p.id
), moved AS (
    SELECT m.journal_id, m.place_id, coalesce(sum(l.face * l.pieces), 0) AS amount
    FROM cash_movement m LEFT JOIN cash_movement_line l ON l.movement_id = m.id
    WHERE m.journal_id > $2 OR m.journal_id IS NULL GROUP BY m.id, m.journal_id, m.place_id
)
SELECT coalesce(b.journal_id, m.journal_id) AS journal, coalesce(b.place_id, m.place_id) AS place
FROM booked b FULL JOIN moved m ON m.journal_id = b.journal_id AND m.place_id = b.place_id
WHERE coalesce(b.amount, 0) <> coalesce(m.amount, 0) ORDER BY 1, 2 LIMIT $1;

-- name: verify_transit
SELECT p.code AS place FROM cash_place p JOIN ledger_balance b ON b.account_id = p.account_id
WHERE p.kind = 'transit' AND b.debits_posted - b.credits_posted
   <> coalesce((SELECT sum(t.amount) FROM cash_transfer t WHERE t.transit_id = p.id AND t.state = 'sent'), 0)
ORDER BY p.code LIMIT $1;

-- name: verify_differences
SELECT a.number AS account FROM internal_account i JOIN ledger_account a ON a.id = i.account_id
JOIN ledger_balance b ON b.account_id = a.id
WHERE i.role IN ('cash_overage', 'cash_shortage')
  AND abs(b.debits_posted - b.credits_posted) <> coalesce((
        SELECT sum(d.amount) FROM cash_difference d JOIN cash_place p ON p.id = d.place_id
        WHERE d.outcome IS NULL AND p.branch_id = i.branch_id AND p.currency = i.currency
          AND d.kind = CASE i.role WHEN 'cash_overage' THEN 'over' ELSE 'short' END), 0)
ORDER BY a.number LIMIT $1;

-- name: business_date
SELECT business_date FROM commit_head;
