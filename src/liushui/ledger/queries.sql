-- name: post
SELECT ledger_post($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                   $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40,
                   $41, $42)
-- $18 are the journals' keys: one that has begun a case is answered by it.
WHERE NOT EXISTS (SELECT 1 FROM idempotency WHERE key = ANY($18::text[]) AND result ? 'journal');

-- name: read_epoch
SELECT epoch, business_date FROM commit_head;

-- name: load_accounts
SELECT a.id, a.number, a.branch_id, a.currency, a.debit_normal, a.floor_minor, a.debit_blocked,
       a.credit_blocked, a.closed_on IS NOT NULL AS closed, b.debits_pending, b.debits_posted,
       b.credits_pending, b.credits_posted, b.position, a.counted
FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
WHERE a.id = ANY($1::bigint[]);

-- name: load_inter_branch
SELECT i.branch_id, i.currency, i.account_id FROM inter_branch_account i
JOIN unnest($1::integer[], $2::text[]) AS u (branch_id, currency)
  ON u.branch_id = i.branch_id AND u.currency = i.currency;

-- name: load_hold_lines
SELECT h.journal_id, h.expires_at, h.resolved_by IS NOT NULL AS resolved, l.account_id, l.debit, l.amount
FROM hold h JOIN hold_line l ON l.journal_id = h.journal_id
WHERE h.journal_id = ANY($1::bigint[]) ORDER BY h.journal_id, l.line;

-- name: load_originals
SELECT j.id, j.kind, EXISTS (SELECT 1 FROM journal r WHERE r.reverses = j.id) AS reversed,
       e.account_id, e.debit, e.amount
FROM journal j LEFT JOIN entry e ON e.journal_id = j.id
WHERE j.id = ANY($1::bigint[]) ORDER BY j.id, e.line;

-- name: find_keys
SELECT id, idempotency_key, digest FROM journal WHERE idempotency_key = ANY($1::text[])
UNION ALL SELECT NULL, key, NULL FROM idempotency WHERE key = ANY($1::text[]) AND result ? 'journal';

-- name: load_journals
SELECT j.id, j.kind, j.booking_date, j.value_date, j.recorded_at,
       e.account_id, e.debit, e.amount, e.position, e.balance_after
FROM journal j LEFT JOIN entry e ON e.journal_id = j.id
WHERE j.id = ANY($1::bigint[]) ORDER BY j.id, e.line;

-- name: insert_account
INSERT INTO ledger_account (number, branch_id, currency, gl_code, debit_normal, terms_id, floor_minor, opened_on, by_contract)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id;

-- name: insert_balance
INSERT INTO ledger_balance (account_id, interest_since)
SELECT id, CASE WHEN terms_id IS NOT NULL THEN opened_on END FROM ledger_account WHERE id = $1;

-- name: insert_inter_branch
INSERT INTO inter_branch_account (branch_id, currency, account_id) VALUES ($1, $2, $3);

-- name: set_blocks
UPDATE ledger_account SET debit_blocked = $2, credit_blocked = $3 WHERE id = $1 AND closed_on IS NULL
RETURNING id;

-- name: set_terms
UPDATE ledger_account SET terms_id = $2 WHERE id = $1 AND closed_on IS NULL AND terms_id IS NOT NULL RETURNING id;

-- name: set_floor
UPDATE ledger_account SET floor_minor = $2 WHERE id = $1 AND closed_on IS NULL RETURNING id;

-- name: count_movements
UPDATE ledger_account SET counted = true WHERE id = $1 AND NOT counted;

-- name: close_account
UPDATE ledger_account SET closed_on = $2 WHERE id = $1 AND closed_on IS NULL RETURNING id;

-- name: account_facts
SELECT id, number, branch_id, currency, gl_code, debit_normal, floor_minor, debit_blocked, credit_blocked,
       opened_on, closed_on
FROM ledger_account WHERE number = $1;

-- name: account_ids
SELECT number, id FROM ledger_account WHERE number = ANY($1::text[]);

-- name: statement
SELECT e.position, e.journal_id, e.debit, e.amount, e.balance_after, j.booking_date, j.value_date,
       j.recorded_at, j.code, j.kind, j.channel, j.branch_id, j.reverses, j.memo
FROM entry e JOIN journal j ON j.id = e.journal_id
WHERE e.account_id = $1 AND e.position > $2 ORDER BY e.position LIMIT $3;

-- name: statement_newest_first
SELECT e.position, e.journal_id, e.debit, e.amount, e.balance_after, j.booking_date, j.value_date,
       j.recorded_at, j.code, j.kind, j.channel, j.branch_id, j.reverses, j.memo
FROM entry e JOIN journal j ON j.id = e.journal_id
WHERE e.account_id = $1 AND e.position < $2 ORDER BY e.position DESC LIMIT $3;

-- name: journal_facts
SELECT j.id, j.kind, j.branch_id, j.booking_date, j.value_date, j.recorded_at, j.reverses, j.resolves, j.code,
       j.operator, j.channel, j.process_instance, j.process_element, j.memo,
       (SELECT r.id FROM journal r WHERE r.reverses = j.id) AS reversed_by
FROM journal j WHERE j.id = $1;

-- name: journal_entries
SELECT e.line, a.number, a.branch_id, a.currency, a.gl_code, a.by_contract, e.debit, e.amount, e.position, e.balance_after
FROM entry e JOIN ledger_account a ON a.id = e.account_id WHERE e.journal_id = $1 ORDER BY e.line;

-- name: holds_due
SELECT journal_id, j.branch_id FROM hold h JOIN journal j ON j.id = h.journal_id
WHERE h.resolved_by IS NULL AND h.expires_at <= $1 ORDER BY h.expires_at LIMIT $2;

-- name: holds_of_account
SELECT h.journal_id, h.expires_at, l.amount, l.debit, j.recorded_at, j.code
FROM hold_line l JOIN hold h ON h.journal_id = l.journal_id JOIN journal j ON j.id = h.journal_id
WHERE l.account_id = $1 AND h.resolved_by IS NULL ORDER BY h.journal_id;

-- name: lock_sealing
SELECT pg_advisory_xact_lock(7305808869229847);

-- name: last_seal
SELECT block, last_journal, root FROM seal ORDER BY block DESC LIMIT 1;

-- name: leaves
SELECT j.id, sha256(convert_to(jsonb_build_array(
    j.id, j.kind, j.branch_id, j.booking_date, j.value_date,
    (extract(epoch FROM j.recorded_at) * 1000000)::bigint, j.reverses, j.resolves, encode(j.digest, 'hex'),
    j.idempotency_key, j.code, j.operator, j.channel, j.process_instance, j.process_element, j.memo,
    (SELECT jsonb_agg(jsonb_build_array(e.line, e.account_id, e.position, e.debit, e.amount, e.balance_after)
                      ORDER BY e.line) FROM entry e WHERE e.journal_id = j.id),
    (SELECT jsonb_agg(jsonb_build_array(l.line, l.account_id, l.debit, l.amount) ORDER BY l.line)
       FROM hold_line l WHERE l.journal_id = j.id)
)::text, 'UTF8')) AS leaf
FROM journal j WHERE j.id BETWEEN $1 AND $2 ORDER BY j.id;

-- name: insert_seal
INSERT INTO seal (block, first_journal, last_journal, leaves, root, sealed_at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: seal_before
SELECT last_journal, root FROM seal WHERE last_journal <= $1 ORDER BY block DESC LIMIT 1;

-- name: seals
SELECT block, first_journal, last_journal, leaves, root FROM seal WHERE last_journal > $1 ORDER BY block;

-- name: verify_numbering
SELECT count(*) AS journals, coalesce(min(id), $1::bigint + 1) AS first, coalesce(max(id), $1::bigint) AS last,
       (SELECT last_journal_id FROM commit_head) AS head
FROM journal WHERE id > $1;

-- name: verify_journals
SELECT e.journal_id, a.branch_id, a.currency,
       sum(CASE WHEN e.debit THEN e.amount ELSE -e.amount END)::bigint AS difference
FROM entry e JOIN ledger_account a ON a.id = e.account_id
WHERE e.journal_id > $2
GROUP BY e.journal_id, a.branch_id, a.currency
HAVING sum(CASE WHEN e.debit THEN e.amount ELSE -e.amount END) <> 0
ORDER BY e.journal_id LIMIT $1;

-- name: verify_orphans
SELECT e.journal_id, e.account_id FROM entry e
LEFT JOIN journal j ON j.id = e.journal_id AND j.kind IN (1, 3, 6) AND j.id > $2
LEFT JOIN ledger_account a ON a.id = e.account_id
WHERE e.journal_id > $2 AND (j.id IS NULL OR a.id IS NULL)
ORDER BY e.journal_id LIMIT $1;

-- name: verify_without_entries
SELECT j.id FROM journal j
WHERE j.id > $2 AND j.kind IN (1, 3, 6)
  AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.journal_id = j.id AND e.journal_id > $2)
ORDER BY j.id LIMIT $1;

-- Every entry follows from the one before it on its account; the first of those looked at from the last that is given.
-- name: verify_statements
SELECT a.number, s.position FROM (
    SELECT e.account_id, e.position, e.balance_after,
           CASE WHEN e.debit = a.debit_normal THEN e.amount ELSE -e.amount END AS net,
           lag(e.position) OVER w AS position_before, lag(e.balance_after) OVER w AS balance_before
    FROM entry e JOIN ledger_account a ON a.id = e.account_id
    WHERE e.journal_id > $2
    WINDOW w AS (PARTITION BY e.account_id ORDER BY e.position)
) s JOIN ledger_account a ON a.id = s.account_id
WHERE CASE
    WHEN s.position_before IS NOT NULL
        THEN (s.position_before + 1, s.balance_before + s.net) <> (s.position, s.balance_after)
    WHEN s.position = 1 THEN s.net <> s.balance_after
    ELSE s.balance_after - s.net IS DISTINCT FROM (
        SELECT p.balance_after FROM entry p
        WHERE p.account_id = s.account_id AND p.position = s.position - 1 AND p.journal_id <= $2)
    END
ORDER BY a.number, s.position LIMIT $1;

-- name: verify_counters
WITH booked AS (
    SELECT account_id, sum(amount) FILTER (WHERE debit) AS debits, sum(amount) FILTER (WHERE NOT debit) AS credits,
           count(*) AS entries
    FROM entry GROUP BY account_id
), held AS (
    SELECT l.account_id, sum(l.amount) FILTER (WHERE l.debit) AS debits,
           sum(l.amount) FILTER (WHERE NOT l.debit) AS credits
    FROM hold_line l JOIN hold h ON h.journal_id = l.journal_id
    WHERE h.resolved_by IS NULL GROUP BY l.account_id
)
SELECT a.number FROM ledger_account a
LEFT JOIN ledger_balance b ON b.account_id = a.id
LEFT JOIN booked k ON k.account_id = a.id LEFT JOIN held h ON h.account_id = a.id
WHERE b.account_id IS NULL
   OR (b.debits_posted, b.credits_posted, b.position, b.debits_pending, b.credits_pending) IS DISTINCT FROM
      (coalesce(k.debits, 0), coalesce(k.credits, 0), coalesce(k.entries, 0),
       coalesce(h.debits, 0), coalesce(h.credits, 0))
ORDER BY a.number LIMIT $1;

-- Every account, moved or not, stands where its last entry has left it. That its debits and its credits are each right the
-- general ledger says, in sum.
-- name: verify_counters_since
WITH held AS (
    SELECT l.account_id, sum(l.amount) FILTER (WHERE l.debit) AS debits,
           sum(l.amount) FILTER (WHERE NOT l.debit) AS credits
    FROM hold_line l JOIN hold h ON h.journal_id = l.journal_id
    WHERE h.resolved_by IS NULL GROUP BY l.account_id
)
SELECT a.number FROM ledger_account a
LEFT JOIN ledger_balance b ON b.account_id = a.id LEFT JOIN held h ON h.account_id = a.id
WHERE b.account_id IS NULL
   OR (b.debits_pending, b.credits_pending) IS DISTINCT FROM (coalesce(h.debits, 0), coalesce(h.credits, 0))
   OR ARRAY[b.position, CASE WHEN a.debit_normal THEN b.debits_posted - b.credits_posted
                             ELSE b.credits_posted - b.debits_posted END]
      IS DISTINCT FROM coalesce((SELECT ARRAY[e.position, e.balance_after] FROM entry e WHERE e.account_id = a.id
                                 ORDER BY e.position DESC LIMIT 1), ARRAY[0, 0]::bigint[])
ORDER BY a.number LIMIT $1;

-- name: verify_holds
SELECT h.journal_id FROM hold h LEFT JOIN journal r ON r.resolves = h.journal_id
WHERE h.resolved_by IS DISTINCT FROM r.id ORDER BY h.journal_id LIMIT $1;

-- name: verify_holds_since
SELECT h.journal_id FROM hold h
WHERE (h.resolved_by IS NULL OR h.journal_id > $2 OR h.resolved_by > $2)
  AND h.resolved_by IS DISTINCT FROM (SELECT r.id FROM journal r WHERE r.resolves = h.journal_id)
ORDER BY h.journal_id LIMIT $1;

-- name: verify_events
SELECT j.id FROM journal j LEFT JOIN event e ON e.journal_id = j.id AND e.kind = 'journal_posted' AND e.id > $3
WHERE j.id > $2 GROUP BY j.id HAVING count(e.id) <> 1 ORDER BY j.id LIMIT $1;

-- name: customer_accounts
SELECT id, number, branch_id, currency FROM ledger_account WHERE number = ANY ($1::text[]) AND terms_id IS NOT NULL AND NOT by_contract;

-- name: verify_balance_days
WITH booked AS (
    SELECT e.account_id, sum((CASE WHEN e.debit THEN -e.amount ELSE e.amount END) * (j.value_date - b.interest_since)) AS days
    FROM entry e JOIN journal j ON j.id = e.journal_id JOIN ledger_balance b ON b.account_id = e.account_id
    WHERE b.interest_since IS NOT NULL AND (e.position > b.settled_position OR j.value_date > b.interest_since)
    GROUP BY e.account_id
)
SELECT a.number FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id
LEFT JOIN booked k ON k.account_id = b.account_id
WHERE b.value_days <> coalesce(k.days, 0) ORDER BY a.number LIMIT $1;

-- name: verify_balance_days_since
SELECT (SELECT a.number FROM ledger_account a WHERE a.id = b.account_id) AS number FROM ledger_balance b
WHERE b.account_id = ANY (ARRAY(SELECT DISTINCT account_id FROM entry WHERE journal_id > $2))
  AND b.interest_since IS NOT NULL AND b.value_days <> (
    SELECT coalesce(sum(x.net * (x.value_date - b.interest_since))
                    FILTER (WHERE x.position > b.settled_position OR x.value_date > b.interest_since), 0)
    FROM (SELECT e.position, CASE WHEN e.debit THEN -e.amount ELSE e.amount END AS net,
                 (SELECT j.value_date FROM journal j WHERE j.id = e.journal_id) AS value_date
          FROM entry e WHERE e.account_id = b.account_id) x)
ORDER BY number LIMIT $1;
