-- name: business_date
SELECT business_date FROM commit_head;

-- name: journal_span
SELECT min(id) AS first, max(id) AS last, count(*) AS journals FROM journal WHERE booking_date BETWEEN $1 AND $2;

-- name: journal_totals
SELECT j.code, a.currency, count(DISTINCT e.journal_id) AS journals, count(*) AS entries,
       coalesce(sum(e.amount) FILTER (WHERE e.debit), 0)::numeric(30) AS debit,
       coalesce(sum(e.amount) FILTER (WHERE NOT e.debit), 0)::numeric(30) AS credit
FROM entry e JOIN journal j ON j.id = e.journal_id JOIN ledger_account a ON a.id = e.account_id
WHERE e.journal_id BETWEEN $1 AND $2 AND j.booking_date BETWEEN $3 AND $4
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
