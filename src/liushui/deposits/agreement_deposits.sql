-- name: contracts
SELECT g.id, g.account_id, a.number, a.branch_id, a.currency, g.base, g.from_on, g.until_on, g.renews,
       coalesce(s.until, g.from_on) AS settled_to, coalesce(s.within, 0)::bigint AS settled_within,
       coalesce(s.above, 0)::bigint AS settled_above, i.account_id AS payable
FROM agreement_deposit g JOIN ledger_account a ON a.id = g.account_id
JOIN internal_account i ON i.branch_id = a.branch_id AND i.currency = a.currency AND i.role = 'interest_payable_agreement'
LEFT JOIN LATERAL (SELECT max(until) AS until, sum(within_days) AS within, sum(above_days) AS above
                   FROM agreement_settlement WHERE agreement_id = g.id) s ON true
WHERE g.ended_on IS NULL AND g.id > $1 AND ($3::bigint IS NULL OR g.account_id = $3) ORDER BY g.id LIMIT $2;

-- name: balances
-- What each day of value has changed, as booked before a day. What was valued before the contract began counts in its first
-- balance; where it was booked after that, "before" has the balance-days that it adds to the time before.
SELECT g.id, greatest(j.value_date, g.from_on) AS day,
       sum(CASE WHEN e.debit THEN -e.amount ELSE e.amount END)::bigint AS net,
       coalesce(sum((CASE WHEN e.debit THEN -e.amount ELSE e.amount END) * (g.from_on - j.value_date))
                FILTER (WHERE e.position > g.began_position AND j.value_date < g.from_on), 0)::bigint AS before
FROM agreement_deposit g JOIN entry e ON e.account_id = g.account_id JOIN journal j ON j.id = e.journal_id
WHERE g.id = ANY ($1::bigint[]) AND j.booking_date < $2
GROUP BY g.id, greatest(j.value_date, g.from_on) ORDER BY g.id, day;

-- name: later
SELECT coalesce(sum((CASE WHEN e.debit THEN -e.amount ELSE e.amount END) * (j.value_date - $2::date)), 0)::bigint
FROM entry e JOIN journal j ON j.id = e.journal_id WHERE e.account_id = $1 AND j.value_date > $2;

-- name: settle
SELECT ledger_settle_interest(
    $1, $2, $3, $4, 'system', $5, $6, $7, ARRAY[$8::bigint], ARRAY[$9::bigint], ARRAY[$10::bigint], ARRAY[$11::bigint],
    CASE WHEN $12::bigint > 0 THEN ARRAY[$12::bigint] ELSE '{}' END,
    ARRAY(SELECT i.account_id FROM internal_account i
          JOIN ledger_account a ON a.branch_id = i.branch_id AND a.currency = i.currency
          WHERE $12::bigint > 0 AND a.id = $8::bigint AND i.role = 'interest_tax'));

-- name: settle_nothing
UPDATE ledger_balance SET interest_since = $2, value_days = $3, settled_position = position WHERE account_id = $1;

-- name: insert_settlement
INSERT INTO agreement_settlement (agreement_id, until, within_days, above_days, percent_within, percent_above, amount, tax, journal_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: insert
INSERT INTO agreement_deposit (id, account_id, base, from_on, until_on, renews, began_position, case_id, agreed_at, entered_by,
                               approved_by)
SELECT (SELECT coalesce(max(id), 0) + 1 FROM agreement_deposit), $1, $2, $3, $4, $5, b.position, $6, $7, $8, $9 FROM ledger_balance b WHERE b.account_id = $1 RETURNING id;

-- name: renew
UPDATE agreement_deposit SET until_on = $2 WHERE id = $1;

-- name: end
UPDATE agreement_deposit SET ended_on = $2, ended_by = $3 WHERE id = $1 AND ended_on IS NULL;

-- name: facts
SELECT a.currency, a.closed_on, a.terms_id,
       EXISTS (SELECT 1 FROM account_party ap JOIN party p ON p.id = ap.party_id
               WHERE ap.account_id = a.id AND ap.role = 'owner' AND p.kind = 'entity') AS entity,
       EXISTS (SELECT 1 FROM agreement_deposit g WHERE g.account_id = a.id AND g.ended_on IS NULL) AS running
FROM ledger_account a WHERE a.id = $1;

-- name: payables
SELECT i.branch_id, i.currency, i.account_id AS payable, b.credits_posted - b.debits_posted AS owed
FROM internal_account i JOIN ledger_balance b ON b.account_id = i.account_id
WHERE i.role = 'interest_payable_agreement' ORDER BY i.branch_id, i.currency;
