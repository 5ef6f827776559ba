-- The general ledger: turnover per day, branch, currency and account of the chart, rolled up behind the
-- postings. Journals are numbered without gaps in the order of commits, so the cut is exact.
CREATE TABLE gl_turnover (
    booking_date date    NOT NULL,
    branch_id    integer NOT NULL,
    currency     char(3) NOT NULL,
    gl_code      text    NOT NULL,
    debit        numeric(30) NOT NULL,
    credit       numeric(30) NOT NULL,
    PRIMARY KEY (booking_date, branch_id, currency, gl_code)
);
CREATE TABLE gl_rollup_state (
    id              boolean PRIMARY KEY DEFAULT true CHECK (id),
    last_journal_id bigint NOT NULL
);
INSERT INTO gl_rollup_state (last_journal_id) VALUES (0);

-- Rolled turnover and the tail that is not rolled yet: always current.
CREATE VIEW gl_turnover_current AS
SELECT booking_date, branch_id, currency, gl_code, sum(debit) AS debit, sum(credit) AS credit
FROM (
    SELECT booking_date, branch_id, currency, gl_code, debit, credit FROM gl_turnover
    UNION ALL
    SELECT j.booking_date, a.branch_id, a.currency, a.gl_code,
           CASE WHEN e.debit THEN e.amount ELSE 0 END, CASE WHEN e.debit THEN 0 ELSE e.amount END
    FROM entry e JOIN journal j ON j.id = e.journal_id JOIN ledger_account a ON a.id = e.account_id
    WHERE e.journal_id > (SELECT last_journal_id FROM gl_rollup_state)
) t GROUP BY booking_date, branch_id, currency, gl_code;
