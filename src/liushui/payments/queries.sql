-- name: owners
SELECT p.id, p.kind, bool_or(ap.account_id = $1) AS pays, bool_or(ap.account_id = $2) AS is_paid
FROM account_party ap JOIN party p ON p.id = ap.party_id
WHERE ap.account_id IN ($1, $2) AND ap.role = 'owner' GROUP BY p.id, p.kind;

-- name: newest_agreement
SELECT daily_amount, daily_count FROM transfer_agreement WHERE account_id = $1 AND channel = $2 ORDER BY id DESC LIMIT 1;

-- name: insert_agreement
INSERT INTO transfer_agreement (account_id, channel, daily_amount, daily_count, agreed_at, agreed_by)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: usage
SELECT coalesce(sum(own + others) FILTER (WHERE account_id = $1 AND channel = $3), 0)::bigint AS channel_amount,
       coalesce(sum(transfers) FILTER (WHERE account_id = $1 AND channel = $3), 0)::bigint AS channel_count,
       coalesce(sum(own + others) FILTER (WHERE account_id = $1 AND channel = ANY ($5::text[])), 0)::bigint AS account_amount,
       coalesce(sum(others) FILTER (WHERE channel = ANY ($5::text[])), 0)::bigint AS owner_others
FROM transfer_usage
WHERE day = $2 AND account_id IN (SELECT $1 UNION SELECT account_id FROM account_party
                                  WHERE role = 'owner' AND party_id = ANY ($4::bigint[]));

-- name: use
INSERT INTO transfer_usage (account_id, day, channel, own, others, transfers) VALUES ($1, $2, $3, $4, $5, 1)
ON CONFLICT (account_id, day, channel) DO UPDATE
SET own = transfer_usage.own + excluded.own, others = transfer_usage.others + excluded.others,
    transfers = transfer_usage.transfers + 1;

-- name: give_back
UPDATE transfer_usage SET own = own - $4, others = others - $5, transfers = transfers - 1
WHERE account_id = $1 AND day = $2 AND channel = $3;

-- name: has_paid
SELECT EXISTS (SELECT 1 FROM entry paid JOIN entry got ON got.journal_id = paid.journal_id AND got.account_id = $2 AND NOT got.debit
               WHERE paid.account_id = $1 AND paid.debit);

-- name: paid_since
SELECT count(*) FROM (
    SELECT j.recorded_at FROM entry e JOIN journal j ON j.id = e.journal_id
    WHERE e.account_id = $1 AND e.debit ORDER BY e.position DESC LIMIT $3
) newest WHERE recorded_at > $2;

-- name: ordered_since
SELECT count(*) FROM transfer_order WHERE payer_id = $1 AND ordered_at > $2 AND state = 'held';

-- name: insert_order
INSERT INTO transfer_order (case_id, payer_id, payee_id, amount, channel, own, class_counted, ordered_on, ordered_at, hold_id, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'held');

-- name: lock_order
SELECT o.payer_id, o.payee_id, o.amount, o.channel, o.own, o.class_counted, o.ordered_on, o.hold_id, h.expires_at,
       h.resolved_by, r.kind AS resolved_how, j.branch_id, a.currency
FROM transfer_order o JOIN ledger_account a ON a.id = o.payer_id
JOIN hold h ON h.journal_id = o.hold_id JOIN journal j ON j.id = o.hold_id LEFT JOIN journal r ON r.id = h.resolved_by
WHERE o.case_id = $1 AND o.state = 'held' FOR UPDATE OF o;

-- name: number_of
SELECT number FROM ledger_account WHERE id = $1;

-- name: settle_order
UPDATE transfer_order SET state = $2, settled_at = $3 WHERE case_id = $1;

-- name: abandoned
SELECT o.case_id, j.branch_id FROM transfer_order o JOIN process_instance i ON i.id = o.case_id
JOIN journal j ON j.id = o.hold_id
WHERE o.state = 'held' AND i.status NOT IN ('running', 'incident') ORDER BY o.case_id;

-- name: insert_withdrawal
INSERT INTO transfer_withdrawal (case_id, reason, asked_at, asked_by) VALUES ($1, $2, $3, $4)
ON CONFLICT (case_id) DO NOTHING;

-- name: is_withdrawn
SELECT EXISTS (SELECT 1 FROM transfer_withdrawal WHERE case_id = $1);

-- name: remember
INSERT INTO transfer_use_of_journal (journal_id, payer_id, day, channel, own, others) VALUES ($1, $2, $3, $4, $5, $6);

-- name: counted_by
SELECT payer_id, day, channel, own, others FROM transfer_use_of_journal WHERE journal_id = $1;
