-- name: interest_places
SELECT DISTINCT a.branch_id, r.code AS branch, a.currency, a.terms_id AS product
FROM ledger_account a JOIN branch r ON r.id = a.branch_id
JOIN unnest($1::text[], $2::text[]) AS t (product, currency) ON t.product = a.terms_id AND t.currency = a.currency
WHERE a.closed_on IS NULL
  AND NOT EXISTS (SELECT 1 FROM internal_account i WHERE i.branch_id = a.branch_id AND i.currency = a.currency
                  AND i.role = 'interest_payable_' || a.terms_id)
ORDER BY branch, currency, product;

-- name: payable_account
SELECT account_id FROM internal_account WHERE branch_id = $1 AND currency = $2 AND role = 'interest_payable_' || $3::text;

-- name: interest_since
SELECT interest_since FROM ledger_balance WHERE account_id = $1;

-- name: terms_of
SELECT terms_id FROM ledger_account WHERE id = $1;

-- name: next_accounts
SELECT max(account_id) FROM (SELECT account_id FROM ledger_balance WHERE account_id > $1 ORDER BY account_id LIMIT $2) b;

-- name: settle
-- Balance-days of every account to settle up to a day, as migrations/0015 derives them. Entries booked on later days are
-- looked for only where there are such days ($9): while a day is closed on time, none of its accounts has any. The range is said
-- of both tables: the planner does not carry it over by itself, and would read all accounts for each part.
WITH terms AS MATERIALIZED (
    SELECT t.product, t.currency, t.rate, t.basis, t.rounding, i.branch_id, i.account_id AS payable, t.tax,
           CASE WHEN t.tax > 0 THEN (SELECT x.account_id FROM internal_account x WHERE x.branch_id = i.branch_id
                                     AND x.currency = i.currency AND x.role = 'interest_tax') END AS tax_payable
    FROM unnest($3::text[], $4::text[], $5::numeric[], $6::integer[], $7::text[], $16::numeric[])
      AS t (product, currency, rate, basis, rounding, tax)
    JOIN internal_account i ON i.currency = t.currency AND i.role = 'interest_payable_' || t.product
), later AS (
    SELECT account_id, sum(days) AS days FROM (
        SELECT e.account_id, (CASE WHEN e.debit THEN -e.amount ELSE e.amount END) * (j.value_date - $8::date) AS days
          FROM journal j JOIN entry e ON e.journal_id = j.id
         WHERE j.value_date > $8 AND j.value_date > j.booking_date AND e.account_id > $1 AND e.account_id <= $2
        UNION ALL
        SELECT e.account_id, (CASE WHEN e.debit THEN -e.amount ELSE e.amount END) * (j.value_date - $8::date)
          FROM entry e JOIN journal j ON j.id = e.journal_id
         WHERE $9::boolean AND j.value_date > $8 AND j.value_date <= j.booking_date
           AND e.account_id > $1 AND e.account_id <= $2
    ) x GROUP BY account_id
), reckoned AS (
    SELECT b.account_id, t.payable, t.tax_payable, t.rate, t.basis, t.rounding, t.tax AS percent,
           coalesce(l.days, 0)::bigint AS later,
           (b.credits_posted - b.debits_posted) * ($8 - b.interest_since) - b.value_days + coalesce(l.days, 0)::bigint AS days
      FROM ledger_balance b
      JOIN ledger_account a ON a.id = b.account_id
      JOIN terms t ON t.branch_id = a.branch_id AND t.currency = a.currency AND t.product = a.terms_id
      LEFT JOIN later l ON l.account_id = b.account_id
     WHERE b.account_id > $1 AND b.account_id <= $2 AND a.id > $1 AND a.id <= $2
       AND b.interest_since < $8 AND a.closed_on IS NULL
), due AS MATERIALIZED (
    SELECT account_id, payable, tax_payable, percent, rounding, later, CASE rounding
               WHEN 'half_up' THEN round(exact)
               WHEN 'down' THEN trunc(exact)
               WHEN 'half_even' THEN CASE WHEN mod(abs(exact), 2) = 0.5 THEN trunc(exact) ELSE round(exact) END
           END::bigint AS amount
      FROM (SELECT *, days * rate / basis AS exact FROM reckoned WHERE days <> 0) r
), nothing AS (
    UPDATE ledger_balance b SET interest_since = $8, value_days = d.later, settled_position = b.position
      FROM due d WHERE b.account_id = d.account_id AND d.amount <= 0
), taxed AS (
    SELECT *, CASE WHEN percent = 0 THEN 0 ELSE CASE rounding
               WHEN 'half_up' THEN round(part)
               WHEN 'down' THEN trunc(part)
               WHEN 'half_even' THEN CASE WHEN mod(part, 2) = 0.5 THEN trunc(part) ELSE round(part) END
           END END::bigint AS tax
      FROM (SELECT *, amount * percent / 100 AS part FROM due WHERE amount > 0) d
), arrays AS (
    SELECT count(*) AS n, array_agg(account_id ORDER BY account_id) AS accounts, array_agg(amount ORDER BY account_id) AS amounts,
           array_agg(later ORDER BY account_id) AS laters, array_agg(payable ORDER BY account_id) AS payables,
           coalesce(sum(tax), 0)::bigint AS tax, array_agg(tax ORDER BY account_id) AS taxes,
           array_agg(tax_payable ORDER BY account_id) AS tax_payables
      FROM taxed
)
SELECT n, tax,
       CASE WHEN n > 0 THEN ledger_settle_interest(
           $10, $8, $11, $12, 'system', $13, $14, $15, accounts, amounts, laters, payables,
           CASE WHEN tax > 0 THEN taxes ELSE '{}' END, CASE WHEN tax > 0 THEN tax_payables ELSE '{}' END) END AS base
FROM arrays;

-- name: accrued
WITH terms AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::numeric[], $4::integer[], $5::text[]) AS t (product, currency, rate, basis, rounding)
), later AS (
    SELECT account_id, sum(days) AS days FROM (
        SELECT e.account_id, (CASE WHEN e.debit THEN -e.amount ELSE e.amount END) * (j.value_date - $6::date) AS days
          FROM journal j JOIN entry e ON e.journal_id = j.id WHERE j.value_date > $6 AND j.value_date > j.booking_date
        UNION ALL
        SELECT e.account_id, (CASE WHEN e.debit THEN -e.amount ELSE e.amount END) * (j.value_date - $6::date)
          FROM journal j JOIN entry e ON e.journal_id = j.id
         WHERE $7::boolean AND j.id > $8 AND e.journal_id > $8 AND j.value_date > $6 AND j.value_date <= j.booking_date
    ) x GROUP BY account_id
), days AS (
    SELECT a.branch_id, a.currency, a.terms_id AS product,
           sum((b.credits_posted - b.debits_posted) * ($6 - b.interest_since) - b.value_days + coalesce(l.days, 0)) AS days
      FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id
      LEFT JOIN later l ON l.account_id = b.account_id
     WHERE a.terms_id = ANY ($1) AND a.closed_on IS NULL AND b.interest_since < $6
     GROUP BY a.branch_id, a.currency, a.terms_id
)
SELECT i.branch_id, i.currency, t.product, i.account_id AS payable, p.credits_posted - p.debits_posted AS owed,
       coalesce(d.days * t.rate / t.basis, 0) AS exact
FROM internal_account i
JOIN terms t ON i.role = 'interest_payable_' || t.product AND i.currency = t.currency
JOIN ledger_balance p ON p.account_id = i.account_id
LEFT JOIN days d ON d.branch_id = i.branch_id AND d.currency = i.currency AND d.product = t.product
ORDER BY i.branch_id, i.currency, t.product;

-- name: insert_accrual
INSERT INTO interest_accrual (date, branch_id, currency, product, exact, booked, journal_id)
VALUES ($1, $2, $3, $4, $5, $6, $7);
