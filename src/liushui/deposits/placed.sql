-- name: next_serial
UPDATE placed_serial SET last = last + 1 RETURNING last;

-- name: insert
INSERT INTO placed_deposit (account_id, product, version, kind, tenor, opened_on, matures_on, rate, instruction,
                            linked_account_id, voucher, principal, instalment, issue_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- name: insert_owner
INSERT INTO account_party (account_id, party_id, role) VALUES ($1, $2, 'owner');

-- name: contract
-- by number, or by id.
SELECT d.account_id, a.number, a.branch_id, a.currency, d.product, d.version, d.kind, d.tenor, d.opened_on, d.matures_on,
       d.rate, d.instruction, d.linked_account_id, l.number AS linked, d.voucher, d.state, d.principal, d.taken, d.term,
       d.instalment, d.issue_id, p.id AS party_id, p.number AS owner, p.kind AS holder
FROM placed_deposit d JOIN ledger_account a ON a.id = d.account_id JOIN ledger_account l ON l.id = d.linked_account_id
JOIN account_party ap ON ap.account_id = d.account_id AND ap.role = 'owner' JOIN party p ON p.id = ap.party_id
WHERE a.number = $1;

-- name: contracts
SELECT d.account_id, a.number, a.branch_id, a.currency, d.product, d.version, d.kind, d.tenor, d.opened_on, d.matures_on,
       d.rate, d.instruction, d.linked_account_id, l.number AS linked, d.voucher, d.state, d.principal, d.taken, d.term,
       d.instalment, d.issue_id, p.id AS party_id, p.number AS owner, p.kind AS holder
FROM placed_deposit d JOIN ledger_account a ON a.id = d.account_id JOIN ledger_account l ON l.id = d.linked_account_id
JOIN account_party ap ON ap.account_id = d.account_id AND ap.role = 'owner' JOIN party p ON p.id = ap.party_id
WHERE d.account_id = ANY ($1::bigint[]) ORDER BY d.account_id;

-- name: of_customer
SELECT d.account_id FROM placed_deposit d JOIN account_party ap ON ap.account_id = d.account_id AND ap.role = 'owner'
JOIN party p ON p.id = ap.party_id WHERE p.number = $1 AND d.account_id > $2 ORDER BY d.account_id LIMIT $3;

-- name: linked_here
SELECT EXISTS (SELECT 1 FROM placed_deposit WHERE linked_account_id = $1 AND state <> 'closed');

-- name: maturing
SELECT account_id FROM placed_deposit WHERE state = 'running' AND matures_on <= $1 AND account_id > $2
ORDER BY account_id LIMIT $3;

-- name: withdrawn
UPDATE placed_deposit SET principal = $2::bigint, taken = taken + $3, opened_on = $4,
       state = CASE WHEN $2::bigint = 0 THEN 'closed' ELSE state END
WHERE account_id = $1;

-- name: paid_in
UPDATE placed_deposit SET principal = principal + $2 WHERE account_id = $1;

-- name: matured
UPDATE placed_deposit SET state = 'matured' WHERE account_id = $1;

-- name: renewed
UPDATE placed_deposit SET version = $2, opened_on = $3, matures_on = $4, rate = $5, principal = $6, taken = 0, term = term + 1
WHERE account_id = $1;

-- name: set_instruction
UPDATE placed_deposit SET instruction = $2 WHERE account_id = $1;

-- name: change_owner
UPDATE account_party SET party_id = $2 WHERE account_id = $1 AND role = 'owner';

-- name: change_linked
UPDATE placed_deposit SET linked_account_id = $2, instruction = 'stay' WHERE account_id = $1;

-- name: insert_history
INSERT INTO placed_deposit_history (account_id, date, kind, amount, interest, tax, detail, journal_id, case_id, recorded_by,
                                    recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: history
SELECT date, kind, amount, interest, tax, detail, journal_id, case_id, recorded_by, recorded_at FROM placed_deposit_history
WHERE account_id = $1 ORDER BY id;

-- name: payments
SELECT account_id, date, amount FROM placed_deposit_history WHERE account_id = ANY ($1::bigint[]) AND kind IN ('opened', 'paid_in')
ORDER BY id;

-- name: notices
SELECT id, account_id, given_on, for_day, amount, state, idle_amount, idle_to FROM deposit_notice
WHERE account_id = ANY ($1::bigint[]) AND (state = 'open' OR idle_amount > 0) ORDER BY id;

-- name: insert_notice
INSERT INTO deposit_notice (account_id, given_on, for_day, amount, case_id) VALUES ($1, $2, $3, $4, $5);

-- name: use_notice
UPDATE deposit_notice SET state = 'used', ended_on = $2 WHERE account_id = $1 AND state = 'open';

-- name: end_notice
UPDATE deposit_notice SET state = $2, ended_on = $3::date, idle_amount = amount, idle_to = least($3::date, for_day)
WHERE account_id = $1 AND state = 'open' RETURNING amount, given_on, for_day;

-- name: clear_idle
UPDATE deposit_notice SET idle_amount = greatest(idle_amount - $2, 0) WHERE account_id = $1 AND idle_amount > 0;

-- name: lapsing
SELECT n.account_id FROM deposit_notice n WHERE n.state = 'open' AND n.for_day <= $1 AND n.account_id > $2
ORDER BY n.account_id LIMIT $3;

-- name: open_issue
SELECT id FROM certificate_issue
WHERE product = $1 AND tenor = $2 AND $3 BETWEEN from_on AND to_on AND offered - placed >= $4 ORDER BY id LIMIT 1;

-- name: issue_left
SELECT coalesce(max(offered - placed), 0) FROM certificate_issue WHERE product = $1 AND tenor = $2 AND $3 BETWEEN from_on AND to_on;

-- name: use_issue
UPDATE certificate_issue SET placed = placed + $2 WHERE id = $1;

-- name: insert_issue
INSERT INTO certificate_issue (product, tenor, offered, from_on, to_on, case_id, entered_by, approved_by, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id;

-- name: accruing
-- Interest is linear in the principal that counts, so what was placed on one day on the same terms is reckoned as one sum.
-- What has a history of its own (instalments, notices that were not used) is not: see accruing_singly.
SELECT a.branch_id, a.currency, d.product, d.version, d.kind, d.tenor, d.opened_on, d.matures_on, d.rate, d.state,
       sum(d.principal - d.principal % u.unit)::bigint AS principal
FROM placed_deposit d JOIN ledger_account a ON a.id = d.account_id
JOIN unnest($1::text[], $2::integer[], $3::bigint[]) AS u (product, version, unit) ON u.product = d.product AND u.version = d.version
WHERE d.state <> 'closed' AND d.opened_on < $4 AND d.kind <> 'instalment'
  AND NOT EXISTS (SELECT 1 FROM deposit_notice n WHERE n.account_id = d.account_id AND n.idle_amount > 0)
GROUP BY a.branch_id, a.currency, d.product, d.version, d.kind, d.tenor, d.opened_on, d.matures_on, d.rate, d.state;

-- name: accruing_singly
SELECT d.account_id FROM placed_deposit d
WHERE d.state <> 'closed' AND d.opened_on < $1
  AND (d.kind = 'instalment'
       OR EXISTS (SELECT 1 FROM deposit_notice n WHERE n.account_id = d.account_id AND n.idle_amount > 0))
ORDER BY d.account_id;

-- name: payables
SELECT i.branch_id, i.currency, substr(i.role, 18) AS product, i.account_id AS payable,
       b.credits_posted - b.debits_posted AS owed
FROM internal_account i JOIN ledger_balance b ON b.account_id = i.account_id
WHERE i.role = ANY ($1::text[]) ORDER BY i.branch_id, i.currency, i.role;

-- name: verify_principals
SELECT a.number FROM placed_deposit d JOIN ledger_account a ON a.id = d.account_id JOIN ledger_balance b ON b.account_id = a.id
WHERE d.principal <> b.credits_posted - b.debits_posted OR (d.state = 'closed') <> (a.closed_on IS NOT NULL)
   OR a.terms_id <> d.product OR NOT a.by_contract
ORDER BY a.number LIMIT $1;

-- name: verify_contracts
SELECT a.number FROM ledger_account a LEFT JOIN placed_deposit d ON d.account_id = a.id
WHERE a.by_contract AND d.account_id IS NULL ORDER BY a.number LIMIT $1;

-- name: verify_issues
SELECT i.id FROM certificate_issue i
LEFT JOIN (SELECT d.issue_id, sum(h.amount) AS placed FROM placed_deposit d
           JOIN placed_deposit_history h ON h.account_id = d.account_id AND h.kind = 'opened' GROUP BY d.issue_id) p ON p.issue_id = i.id
WHERE i.placed <> coalesce(p.placed, 0) ORDER BY i.id LIMIT $1;

-- name: verify_tax
-- What a deposit's history, or an agreement's, says was withheld is what its journal has put aside.
SELECT h.journal_id AS journal
FROM (SELECT journal_id, tax FROM placed_deposit_history WHERE interest > 0 AND journal_id IS NOT NULL
      UNION ALL SELECT journal_id, tax FROM agreement_settlement WHERE journal_id IS NOT NULL) h
WHERE h.tax <> (SELECT coalesce(sum(e.amount), 0) FROM entry e JOIN internal_account i ON i.account_id = e.account_id
                WHERE e.journal_id = h.journal_id AND NOT e.debit AND i.role = 'interest_tax')
ORDER BY h.journal_id LIMIT $1;

-- name: blocked
SELECT id FROM ledger_account WHERE id = ANY ($1::bigint[]) AND (debit_blocked OR credit_blocked);
