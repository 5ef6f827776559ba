"""Cash deposit: counted, controlled, authorised, posted; or handed back."""

from __future__ import annotations

from tests.procedures import OTHER_TELLER, SUPERVISOR, TELLER, Story, person, refused, run

ZHANG = "0001010000000016"


def test_a_small_deposit_goes_straight_through(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "cash_deposit", account=ZHANG, amount="350.00",
                             denominations={"10000": 3, "5000": 1})  # fmt: skip
        assert await s.status(case) == "completed"
        assert await s.balance(ZHANG) == "12350.00"
        assert await s.ways(case) == [
            "Start", "Count", "Controls", "NeedsIdentity", "IdentityDone", "NeedsAuthorisation", "ReadyToPost",
            "Post", "Done"]  # fmt: skip
        rows = [
            e["decision_rows"]
            for e in await s.events(case)
            if e["element"] == "Controls" and e["decision_rows"]
        ]
        assert rows == [["none"]]
        assert (await s.variables(case))["amount_in_words"] == "人民币叁佰伍拾元整"

    run(demo, tell)


def test_a_large_deposit_waits_for_identity_and_for_another_pair_of_eyes(demo: str) -> None:
    async def tell(s: Story) -> None:
        supervisor_at_the_counter = person("S0001", "supervisor", "teller")
        case = await s.start(supervisor_at_the_counter, "cash_deposit", account=ZHANG, amount="60000.00",
                             denominations={"10000": 600})  # fmt: skip
        assert await s.open_tasks(case) == ["VerifyIdentity"]
        await s.do(TELLER, case, "VerifyIdentity", document_type="id_card", document_checked=True)
        own = s.do(supervisor_at_the_counter, case, "Authorise", decision="approve")
        assert await refused(own) == ["separation_of_duties"]
        teller = s.do(OTHER_TELLER, case, "Authorise", decision="approve")
        assert await refused(teller) == ["task_role_missing"]
        assert await s.balance(ZHANG) == "12000.00"
        await s.do(person("S0002", "supervisor"), case, "Authorise", decision="approve")
        assert await s.balance(ZHANG) == "72000.00"
        assert (await s.ways(case))[-2:] == ["Post", "Done"]

    run(demo, tell)


def test_what_no_supervisor_may_authorise_goes_to_the_remote_authoriser(demo: str) -> None:
    """Above five million a supervisor's authority ends; the task is the remote authoriser's too, who sits elsewhere."""

    async def tell(s: Story) -> None:
        case = await s.start(TELLER, "cash_deposit", account=ZHANG, amount="5000000.01",
                             denominations={"10000": 50_000, "1": 1})  # fmt: skip
        await s.do(TELLER, case, "VerifyIdentity", document_type="id_card", document_checked=True)
        assert await refused(s.do(SUPERVISOR, case, "Authorise", decision="approve")) == [
            "authority_exceeded"
        ]
        remote = person("M0001", "remote_authoriser", branch=2, anywhere=True)
        await s.do(remote, case, "Authorise", decision="approve")
        assert await s.balance(ZHANG) == "5012000.01"
        acted = [e["role"] for e in await s.events(case) if e["resource"] == "M0001"]
        assert set(acted) == {
            "remote_authoriser"
        }  # the evidence says in which role, not in which they might have

    run(demo, tell)


def test_notes_that_do_not_make_the_amount_are_not_taken(demo: str) -> None:
    async def tell(s: Story) -> None:
        wrong = s.start(TELLER, "cash_deposit", account=ZHANG, amount="350.00", denominations={"10000": 3})
        assert await refused(wrong) == ["count_differs"]
        empty = s.start(TELLER, "cash_deposit", account="?", amount="1.005")
        assert sorted(await refused(empty)) == [
            "amount_too_many_decimals", "form_field_malformed", "form_field_missing"]  # fmt: skip
        async with s.bank.db.read() as conn:
            assert await conn.fetchval("SELECT count(*) FROM process_instance") == 0

    run(demo, tell)


def test_the_books_say_no_and_the_case_takes_its_error_path(demo: str) -> None:
    async def tell(s: Story) -> None:
        await s.block(ZHANG, debit=True, credit=True)
        case = await s.start(
            TELLER, "cash_deposit", account=ZHANG, amount="100.00", denominations={"10000": 1}
        )
        assert await s.status(case) == "completed"
        assert (await s.ways(case))[-2:] == ["PostRefused", "Refused"]
        assert await s.balance(ZHANG) == "12000.00"

    run(demo, tell)


def test_the_same_key_begins_one_case(demo: str) -> None:
    async def tell(s: Story) -> None:
        given = {"account": ZHANG, "amount": "100.00", "denominations": {"10000": 1}}
        first = await s.start(TELLER, "cash_deposit", "k1", **given)
        assert await s.start(TELLER, "cash_deposit", "k1", **given) == first
        other = s.start(TELLER, "cash_deposit", "k1", **(given | {"amount": "200.00"}))
        assert await refused(other) == ["key_reused"]
        assert await s.balance(ZHANG) == "12100.00"

    run(demo, tell)


def test_a_supervisor_says_no(demo: str) -> None:
    async def tell(s: Story) -> None:
        case = await s.start(
            TELLER, "cash_deposit", account=ZHANG, amount="50000.00", denominations={"10000": 500}
        )
        await s.do(OTHER_TELLER, case, "VerifyIdentity", document_type="passport", document_checked=True)
        assert await s.status(case) == "completed"  # 50,000.00 is within the teller's authority
        case = await s.start(TELLER, "cash_deposit", account=ZHANG, amount="50000.01",
                             denominations={"10000": 500, "1": 1})  # fmt: skip
        await s.do(OTHER_TELLER, case, "VerifyIdentity", document_type="passport", document_checked=True)
        await s.do(SUPERVISOR, case, "Authorise", decision="reject", decision_reason="无法说明")
        assert (await s.ways(case))[-1] == "Rejected"
        assert await s.balance(ZHANG) == "62000.00"

    run(demo, tell)
