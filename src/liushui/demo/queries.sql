-- name: staff
SELECT s.number, s.roles, s.branch_id FROM staff s WHERE s.active ORDER BY s.number;

-- name: tills
SELECT p.code, p.branch_id, t.teller
FROM cash_place p LEFT JOIN till_session t ON t.place_id = p.id AND t.closed_at IS NULL
WHERE p.kind = 'till' ORDER BY p.code;

-- name: residents
SELECT p.number AS customer, p.name, p.kind, a.number AS account, b.code AS branch,
       (l.credits_posted - l.debits_posted)::bigint AS money,
       EXISTS (SELECT 1 FROM online_access o WHERE o.party_id = p.id AND o.state IN ('opened', 'active')) AS online
FROM party p JOIN account_party ap ON ap.party_id = p.id JOIN ledger_account a ON a.id = ap.account_id
JOIN deposit_account d ON d.account_id = a.id JOIN ledger_balance l ON l.account_id = a.id
JOIN branch b ON b.id = a.branch_id
WHERE a.currency = 'CNY' AND (d.account_class = 1 OR d.account_class IS NULL) AND NOT d.awaits_activation
  AND NOT a.debit_blocked AND NOT EXISTS (SELECT 1 FROM placed_deposit x WHERE x.account_id = a.id)
ORDER BY a.number;

-- name: standing
SELECT CASE WHEN i.ended_at IS NOT NULL THEN
           (SELECT (array_agg(e.element ORDER BY e.id DESC))[1] FROM event e
            WHERE e.case_id = i.id AND e.path_id IS NULL AND e.kind = 'process_step' AND e.lifecycle = 'completed') END AS last,
       i.ended_at IS NOT NULL AS ended, t.id, t.version, t.element, t.role, t.assignee
FROM process_instance i LEFT JOIN user_task t ON t.instance_id = i.id AND t.state = 'open'
WHERE i.id = $1 ORDER BY t.id;

-- name: news
SELECT DISTINCT i.id FROM process_instance i
LEFT JOIN user_task t ON t.instance_id = i.id AND t.state = 'open' AND t.id <> ALL ($2::bigint[])
WHERE i.id = ANY ($1::bigint[]) AND (i.ended_at IS NOT NULL OR t.id IS NOT NULL) ORDER BY i.id;

-- name: cases_left
SELECT i.id, d.key, i.initiator, i.branch_id, i.channel, i.objects FROM process_instance i
JOIN process_definition d ON d.id = i.definition_id
WHERE i.status = 'running' AND i.initiator = ANY ($1::text[]) ORDER BY i.id;
