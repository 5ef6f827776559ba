-- name: business_date
SELECT business_date FROM commit_head;

-- name: journal_span
SELECT min(id) AS first, max(id) AS last, count(*) AS journals FROM journal WHERE booking_date BETWEEN $1 AND $2;

-- name: journal_totals
SELECT j.code, a.currency, count(DISTINCT e.journal_id) AS journals, count(*) AS entries,
       coalesce(sum(e.amount) FILTER (WHERE e.debit), 0)::numeric(30) AS debit,
       coalesce(sum(e.amount) FILTER (WHERE NOT e.debit), 0)::numeric(30) AS credit
FROM entry e JOIN journal j ON j.id = e.journal_id JOIN ledger_account a ON a.id = e.account_id
WHERE e.journal_id BETWEEN $1 AND $2 AND j.id BETWEEN $1 AND $2 AND j.booking_date BETWEEN $3 AND $4
  AND ($5::integer IS NULL OR a.branch_id = $5) AND ($6::text IS NULL OR a.currency = $6)
GROUP BY j.code, a.currency ORDER BY j.code, a.currency;

-- name: journal_entries
SELECT e.journal_id, e.line, j.booking_date, j.recorded_at, a.branch_id, j.code, j.operator, j.channel,
       a.number, a.gl_code, a.currency, e.debit, e.amount, j.memo
FROM entry e JOIN journal j ON j.id = e.journal_id JOIN ledger_account a ON a.id = e.account_id
WHERE e.journal_id BETWEEN $1 AND $2 AND j.id BETWEEN $1 AND $2 AND j.booking_date BETWEEN $3 AND $4
  AND ($5::integer IS NULL OR a.branch_id = $5) AND ($6::text IS NULL OR a.currency = $6)
ORDER BY e.journal_id, e.line;

-- name: carried_profit
SELECT a.gl_code, sum(CASE WHEN e.debit THEN e.amount ELSE -e.amount END)::numeric(30) AS net
FROM journal j JOIN entry e ON e.journal_id = j.id JOIN ledger_account a ON a.id = e.account_id
WHERE j.booking_date = ANY ($1::date[]) AND j.code = $2
  AND ($3::integer IS NULL OR a.branch_id = $3) AND ($4::text IS NULL OR a.currency = $4)
GROUP BY a.gl_code;

-- name: holder_of_account
SELECT p.name FROM account_party ap JOIN party p ON p.id = ap.party_id
JOIN ledger_account a ON a.id = ap.account_id WHERE a.number = $1 AND ap.role = 'owner';

-- name: branch_of_account
SELECT branch_id FROM ledger_account WHERE number = $1;

-- name: own_journals
WITH own AS (
    SELECT id FROM journal WHERE channel = 'counter' AND operator = $3 AND booking_date = $2
    UNION
    SELECT n.journal::bigint FROM process_instance i CROSS JOIN LATERAL jsonb_array_elements_text(i.objects -> 'journal') n (journal)
    WHERE i.initiator = $3 AND i.channel = 'counter' AND (i.ended_at IS NULL OR i.ended_at >= $2::date - interval '1 day')
)
SELECT j.id, j.kind, j.code, j.booking_date, j.recorded_at, j.operator, i.initiator, j.memo, j.reverses, r.id AS reversed_by,
       j.process_instance, moved.amount, moved.currency, moved.accounts,
       (SELECT count(*) FROM journal_receipt p WHERE p.journal_id = j.id) AS receipts
FROM own JOIN journal j USING (id) LEFT JOIN journal r ON r.reverses = j.id
LEFT JOIN process_instance i ON i.id = CASE WHEN j.process_instance ~ '^[0-9]{1,18}$' THEN j.process_instance::bigint END
CROSS JOIN LATERAL (
    SELECT max(e.amount) AS amount, min(a.currency) AS currency,
           coalesce(array_agg(DISTINCT a.number) FILTER (WHERE o.account_id IS NOT NULL), '{}') AS accounts,
           bool_or(a.number = $5) AS touched
    FROM entry e JOIN ledger_account a ON a.id = e.account_id
    LEFT JOIN account_party o ON o.account_id = a.id AND o.role = 'owner' WHERE e.journal_id = j.id) moved
WHERE j.id < $1 AND j.booking_date = $2 AND ($4::text IS NULL OR j.code = $4) AND ($5::text IS NULL OR moved.touched)
  AND moved.amount BETWEEN $6 AND $7
ORDER BY j.id DESC LIMIT $8;

-- name: branch_journals
SELECT j.id, j.kind, j.code, j.booking_date, j.recorded_at, j.operator, i.initiator, j.memo, j.reverses, r.id AS reversed_by,
       j.process_instance, moved.amount, moved.currency, moved.accounts,
       (SELECT count(*) FROM journal_receipt p WHERE p.journal_id = j.id) AS receipts
FROM journal j LEFT JOIN journal r ON r.reverses = j.id
LEFT JOIN process_instance i ON i.id = CASE WHEN j.process_instance ~ '^[0-9]{1,18}$' THEN j.process_instance::bigint END
CROSS JOIN LATERAL (
    SELECT max(e.amount) AS amount, min(a.currency) AS currency,
           coalesce(array_agg(DISTINCT a.number) FILTER (WHERE o.account_id IS NOT NULL), '{}') AS accounts,
           bool_or(a.number = $5) AS touched
    FROM entry e JOIN ledger_account a ON a.id = e.account_id
    LEFT JOIN account_party o ON o.account_id = a.id AND o.role = 'owner' WHERE e.journal_id = j.id) moved
WHERE j.channel = 'counter' AND j.id < $1 AND j.booking_date = $2 AND ($3::text IS NULL OR $3 IN (j.operator, i.initiator))
  AND ($4::text IS NULL OR j.code = $4) AND ($5::text IS NULL OR moved.touched) AND moved.amount BETWEEN $6 AND $7
  AND ($9::integer IS NULL OR j.branch_id = $9)
ORDER BY j.id DESC LIMIT $8;

-- name: journal_owner
SELECT j.operator, j.branch_id, i.initiator FROM journal j
LEFT JOIN process_instance i ON i.id = CASE WHEN j.process_instance ~ '^[0-9]{1,18}$' THEN j.process_instance::bigint END
WHERE j.id = $1;

-- name: receipt
SELECT p.id, p.journal_id, p.copy, p.printed_at, p.printed_by, j.kind, j.code, j.booking_date, j.value_date, j.recorded_at,
       j.operator, i.initiator, j.branch_id, j.process_instance, j.memo, j.reverses
FROM journal_receipt p JOIN journal j ON j.id = p.journal_id
LEFT JOIN process_instance i ON i.id = CASE WHEN j.process_instance ~ '^[0-9]{1,18}$' THEN j.process_instance::bigint END
WHERE p.id = $1;

-- name: receipt_entries
SELECT a.number, a.currency, e.debit, e.amount, array(
    SELECT p.name FROM account_party o JOIN party p ON p.id = o.party_id
    WHERE o.account_id = a.id AND o.role = 'owner' ORDER BY p.number) AS holders
FROM entry e JOIN ledger_account a ON a.id = e.account_id WHERE e.journal_id = $1 ORDER BY e.line;

-- name: agreements_of_customer
WITH owned AS (
    SELECT a.id, a.number, a.currency FROM party p JOIN account_party o ON o.party_id = p.id
    JOIN ledger_account a ON a.id = o.account_id WHERE p.number = $1
)
SELECT 'agreement_deposit' AS kind, NULL AS detail, w.number AS account, w.currency, d.base AS amount, d.agreed_at AS since,
       coalesce(d.ended_on, d.until_on) AS until, CASE WHEN d.ended_on IS NULL THEN 'running' ELSE 'ended' END AS state
FROM agreement_deposit d JOIN owned w ON w.id = d.account_id
UNION ALL
SELECT 'transfer_limit', t.channel, w.number, w.currency, t.daily_amount, t.agreed_at, NULL, 'running'
FROM owned w CROSS JOIN LATERAL (
    SELECT DISTINCT ON (channel) channel, daily_amount, daily_count, agreed_at FROM transfer_agreement
    WHERE account_id = w.id ORDER BY channel, id DESC) t
WHERE t.daily_amount IS NOT NULL OR t.daily_count IS NOT NULL
UNION ALL
SELECT 'movement_notices', NULL, w.number, w.currency, n.least_amount, n.agreed_at, NULL, 'running'
FROM notice_agreement n JOIN owned w ON w.id = n.account_id
UNION ALL
SELECT 'online_banking', NULL, NULL, NULL, NULL,
       (SELECT max(c.changed_at) FROM online_access_change c WHERE c.party_id = p.id AND c.what = 'opened'), NULL,
       CASE a.state WHEN 'closed' THEN 'ended' WHEN 'opened' THEN 'not_activated' ELSE 'running' END
FROM online_access a JOIN party p ON p.id = a.party_id WHERE p.number = $1
UNION ALL
SELECT 'signed', c.agreement || ' ' || c.version, NULL, NULL, NULL, c.agreed_at, NULL, 'running'
FROM customer_agreement c JOIN party p ON p.id = c.party_id WHERE p.number = $1
ORDER BY since DESC NULLS LAST LIMIT $2;

-- name: volumes
SELECT booking_date, code, channel, count(*) AS journals FROM journal
WHERE booking_date BETWEEN $1 AND $2 AND ($3::integer IS NULL OR branch_id = $3)
GROUP BY booking_date, code, channel ORDER BY booking_date, code, channel;

-- name: amounts_of_day
SELECT j.code, a.currency, sum(e.amount)::numeric(30) AS debit
FROM journal j JOIN entry e ON e.journal_id = j.id JOIN ledger_account a ON a.id = e.account_id
WHERE j.booking_date = $1 AND e.debit AND ($2::integer IS NULL OR a.branch_id = $2) GROUP BY j.code, a.currency;

-- name: turnover_of
SELECT booking_date, currency, sum(debit)::numeric(30) AS debit, sum(credit)::numeric(30) AS credit
FROM gl_turnover_current
WHERE booking_date BETWEEN $1 AND $2 AND gl_code = ANY ($3::text[]) AND ($4::integer IS NULL OR branch_id = $4)
GROUP BY booking_date, currency ORDER BY booking_date, currency;

-- name: credit_balance_of
SELECT currency, sum(credit - debit)::numeric(30) AS balance FROM gl_turnover_current
WHERE gl_code = ANY ($1::text[]) AND ($2::integer IS NULL OR branch_id = $2) GROUP BY currency ORDER BY currency;

-- name: add_refusals
INSERT INTO refusal_count AS kept (hour, visitor, channel, branch_id, operation, process, case_left, code, refused, first_at, last_at)
SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::boolean[], $8::text[],
                     $9::bigint[], $10::timestamptz[], $11::timestamptz[])
ON CONFLICT (hour, visitor, channel, branch_id, operation, process, case_left, code) DO UPDATE
SET refused = kept.refused + excluded.refused, first_at = least(kept.first_at, excluded.first_at),
    last_at = greatest(kept.last_at, excluded.last_at);

-- name: forget_refusals
DELETE FROM refusal_count WHERE hour < $1;

-- name: refused
WITH every AS (
    SELECT code, CASE WHEN NOT case_left THEN operation END AS operation, process, channel,
           CASE WHEN case_left THEN 'end_of_case' WHEN operation ~ '[{](task|case|incident)[}]' THEN 'in_case' ELSE 'no_case' END AS stage,
           refused, last_at
    FROM refusal_count
    WHERE hour > $1::timestamptz - interval '1 hour' AND ($2::integer IS NULL OR branch_id = $2)
    UNION ALL
    SELECT i.refused_with, NULL, d.key, i.channel, 'end_of_case', 1, i.ended_at
    FROM process_instance i JOIN process_definition d ON d.id = i.definition_id
    WHERE i.refused_with IS NOT NULL AND i.ended_at >= $1 AND ($2::integer IS NULL OR i.branch_id = $2)
)
SELECT code, operation, process, channel, stage, sum(refused)::bigint AS refused, max(last_at) AS last,
       (sum(sum(refused)) OVER ())::bigint AS in_all
FROM every GROUP BY code, operation, process, channel, stage
ORDER BY refused DESC, code, operation, process, channel, stage LIMIT $3;

-- name: process_known
SELECT key FROM process_definition WHERE key = $1 LIMIT 1;

-- name: process_of_task
SELECT d.key FROM user_task t JOIN process_instance i ON i.id = t.instance_id
JOIN process_definition d ON d.id = i.definition_id WHERE t.id = $1;

-- name: process_of_case
SELECT d.key FROM process_instance i JOIN process_definition d ON d.id = i.definition_id WHERE i.id = $1;

-- name: process_of_incident
SELECT d.key FROM process_incident n JOIN process_instance i ON i.id = n.instance_id
JOIN process_definition d ON d.id = i.definition_id WHERE n.id = $1;
