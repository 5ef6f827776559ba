-- The event of a posting that a process made names its case and element; where the case went straight through, also
-- its way (process_path): then this one row is the whole case. Otherwise as in 0002_ledger.sql.
DROP FUNCTION ledger_post(
    bigint, timestamptz, date, bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[],
    smallint[], integer[], date[], bigint[], bigint[], bytea[], text[], text[], text[], text[], text[],
    text[], text[], integer[], bigint[], bigint[], bigint[], bigint[], smallint[], boolean[], text[],
    integer[], timestamptz[], integer[], smallint[], bigint[], bigint[], boolean[], integer[], bigint[]);

CREATE FUNCTION ledger_post(
    p_epoch bigint, p_recorded_at timestamptz, p_booking_date date,
    a_id bigint[], a_before bigint[], a_dpe bigint[], a_dpo bigint[], a_cpe bigint[], a_cpo bigint[], a_position bigint[],
    j_kind smallint[], j_branch integer[], j_value_date date[], j_reverses bigint[], j_resolves bigint[],
    j_digest bytea[], j_key text[], j_code text[], j_operator text[], j_channel text[],
    j_instance text[], j_element text[], j_memo text[], j_path integer[],
    e_journal integer[], e_account bigint[], e_position bigint[], e_amount bigint[], e_balance bigint[],
    e_line smallint[], e_debit boolean[],
    ev_subjects text[],
    h_journal integer[], h_expires_at timestamptz[],
    hl_journal integer[], hl_line smallint[], hl_account bigint[], hl_amount bigint[], hl_debit boolean[],
    r_journal integer[], r_hold bigint[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n integer := cardinality(j_kind);
    base bigint;
    base_event bigint;
    touched integer;
BEGIN
    UPDATE commit_head
       SET epoch = epoch + (p_epoch IS NOT NULL)::int,
           last_journal_id = last_journal_id + n, last_event_id = last_event_id + n
     WHERE id AND epoch = coalesce(p_epoch, epoch) AND business_date = p_booking_date
    RETURNING last_journal_id - n, last_event_id - n INTO base, base_event;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the books have moved on' USING ERRCODE = '40001';
    END IF;

    UPDATE ledger_balance b
       SET debits_pending = u.dpe, debits_posted = u.dpo, credits_pending = u.cpe, credits_posted = u.cpo,
           position = u.position
      FROM unnest(a_id, a_before, a_dpe, a_dpo, a_cpe, a_cpo, a_position)
        AS u (id, before, dpe, dpo, cpe, cpo, position)
     WHERE b.account_id = u.id AND b.position = u.before;
    GET DIAGNOSTICS touched = ROW_COUNT;
    IF touched <> cardinality(a_id) THEN
        RAISE EXCEPTION 'the plan was made for another state of an account' USING ERRCODE = 'LS003';
    END IF;

    INSERT INTO journal (id, kind, branch_id, booking_date, value_date, recorded_at, reverses, resolves, digest,
                         idempotency_key, code, operator, channel, process_instance, process_element, memo)
    SELECT base + u.ordinality, u.kind, u.branch, p_booking_date, u.value_date, p_recorded_at, u.reverses,
           u.resolves, u.digest, u.key, u.code, u.operator, u.channel, u.instance, u.element, u.memo
      FROM unnest(j_kind, j_branch, j_value_date, j_reverses, j_resolves, j_digest, j_key, j_code, j_operator,
                  j_channel, j_instance, j_element, j_memo) WITH ORDINALITY
        AS u (kind, branch, value_date, reverses, resolves, digest, key, code, operator, channel, instance,
              element, memo, ordinality);

    INSERT INTO entry (journal_id, account_id, position, amount, balance_after, line, debit)
    SELECT base + u.journal, u.account, u.position, u.amount, u.balance, u.line, u.debit
      FROM unnest(e_journal, e_account, e_position, e_amount, e_balance, e_line, e_debit)
        AS u (journal, account, position, amount, balance, line, debit);

    INSERT INTO event (id, kind, recorded_at, journal_id, subjects, case_id, element, path_id)
    SELECT base_event + u.ordinality, 'journal_posted', p_recorded_at, base + u.ordinality, u.subjects::bigint[],
           u.instance::bigint, u.element, u.path
      FROM unnest(ev_subjects, j_instance, j_element, j_path) WITH ORDINALITY
        AS u (subjects, instance, element, path, ordinality);

    IF cardinality(h_journal) > 0 THEN
        INSERT INTO hold (journal_id, expires_at)
        SELECT base + u.journal, u.expires_at FROM unnest(h_journal, h_expires_at) AS u (journal, expires_at);
        INSERT INTO hold_line (journal_id, line, account_id, amount, debit)
        SELECT base + u.journal, u.line, u.account, u.amount, u.debit
          FROM unnest(hl_journal, hl_line, hl_account, hl_amount, hl_debit)
            AS u (journal, line, account, amount, debit);
    END IF;
    IF cardinality(r_hold) > 0 THEN
        UPDATE hold SET resolved_by = base + u.journal
          FROM unnest(r_journal, r_hold) AS u (journal, hold) WHERE hold.journal_id = u.hold;
    END IF;
    RETURN base;
END $$;
