-- name: next_accounts
SELECT max(account_id) FROM (SELECT account_id FROM deposit_account WHERE account_id > $1 ORDER BY account_id LIMIT $2) d;

-- name: resting
-- Accounts of the range that are noticed already, or have rested long enough for it. A court's freeze stops the clock: who may
-- not move an account has not left it. An entity that owes the bank is not asked to close. The range is said of every table:
-- the planner does not carry it over by itself, and would read all accounts for each part.
SELECT * FROM (
    SELECT a.id, a.number, o.id AS dormancy, o.last_activity AS noted_activity, o.due_on, o.dormant_on,
           b.credits_posted - b.debits_posted AS balance,
           EXISTS (SELECT 1 FROM account_party ap JOIN party p ON p.id = ap.party_id
                   WHERE ap.account_id = a.id AND ap.role = 'owner' AND p.kind = 'entity') AS entity,
           EXISTS (SELECT 1 FROM account_block f WHERE f.account_id = a.id AND f.cause = 'court' AND f.lifted_at IS NULL) AS frozen,
           greatest(a.opened_on, m.booking_date, r.ended_on) AS last_activity
      FROM deposit_account d JOIN ledger_account a ON a.id = d.account_id JOIN ledger_balance b ON b.account_id = a.id
      LEFT JOIN account_dormancy o ON o.account_id = a.id AND o.ended_on IS NULL
      LEFT JOIN LATERAL (SELECT j.booking_date FROM entry e JOIN journal j ON j.id = e.journal_id
                         WHERE e.account_id = a.id AND j.code <> ALL ($4::text[]) ORDER BY e.position DESC LIMIT 1) m ON true
      LEFT JOIN LATERAL (SELECT max(ended_on) AS ended_on FROM account_dormancy
                         WHERE account_id = a.id AND ended_how = 'reactivated') r ON true
     WHERE d.account_id > $1 AND d.account_id <= $2 AND a.id > $1 AND a.id <= $2 AND b.account_id > $1 AND b.account_id <= $2
       AND a.closed_on IS NULL AND a.terms_id = ANY ($3::text[])
) x
WHERE dormancy IS NOT NULL
   OR NOT frozen AND (entity AND balance >= 0 AND last_activity <= $5
                      OR NOT entity AND balance BETWEEN 0 AND $7::bigint - 1 AND last_activity <= $6)
ORDER BY id;

-- name: notice
INSERT INTO account_dormancy (account_id, last_activity, noticed_on, due_on) VALUES ($1, $2, $3, $4);

-- name: become_dormant
UPDATE account_dormancy SET dormant_on = $2, block_id = $3 WHERE id = $1;

-- name: end
UPDATE account_dormancy SET ended_on = $2, ended_how = $3, case_id = $4 WHERE account_id = $1 AND ended_on IS NULL
RETURNING block_id;

-- name: standing
SELECT dormant_on, block_id FROM account_dormancy WHERE account_id = $1 AND ended_on IS NULL;
