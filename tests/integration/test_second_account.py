"""Another account, opened by a customer alone: class II or III, bound to their own class I account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.authenticator import decoded
from tests.online import LI, LIS, ZHANG, ZHANGS, Browser, Online, run
from tests.procedures import TELLER, person

REVIEWER = person("R0001", "reviewer")


async def ask(b: Browser, account_class: str = "2", bound: str = ZHANGS) -> Any:
    return await b.start(
        "open_second_account", account_class=account_class, bound_account=bound, agreement_language="zh-CN"
    )


async def signed(b: Browser, case: Any) -> None:
    done = await b.complete(case, one_time_password=b.one_time_password())
    assert done.status_code == 200, done.text


async def opened(o: Online, b: Browser, account_class: str) -> dict[str, Any]:
    case = await ask(b, account_class)
    await signed(b, case)
    await o.story.work()
    return await b.get(f"/v1/my/cases/{case['case']}")


def test_the_customer_signs_and_has_an_account_bound_to_their_own_with_the_limits_of_its_class(
    demo: str,
) -> None:
    """The limits are those of 银发〔2016〕302号: 10,000 a day and 200,000 a year with accounts that are not bound."""

    async def tell(o: Online) -> None:
        zhang = await o.member(ZHANG)
        case = await ask(zhang)
        (step,) = case["next"]
        shown = (await zhang.get(f"/v1/my/tasks/{step['task']}"))["values"]
        assert (shown["daily_limit"], shown["yearly_limit"], shown["bound_account"]) == (
            "10000.00", "200000.00", ZHANGS,
        )  # fmt: skip
        assert "个人" in shown["agreement_text"]
        assert len(await zhang.get("/v1/my/accounts")) == 1  # not before it is signed
        await signed(zhang, case)
        await o.story.work()
        ended = await zhang.get(f"/v1/my/cases/{case['case']}")
        assert (ended["status"], ended["milestones"][-1]["name"]) == ("completed", "开户完成 Account open")
        number = ended["told"]["account"]
        (fresh,) = [a for a in await zhang.get("/v1/my/accounts") if a["number"] == number]
        assert (fresh["account_class"], fresh["debit_blocked"], fresh["card_number"]) == (2, False, None)
        # From the bound account as much as there is, and back; to others no more than the class allows.
        await zhang.start("transfer", payer=ZHANGS, payee=number, amount="11500.00")
        assert await o.story.balance(number) == "11500.00"
        over = await zhang.start("transfer", payer=number, payee=LIS, amount="10000.01")
        await signed(zhang, over)
        told = await zhang.get(f"/v1/my/cases/{over['case']}")
        assert (told["refusal"], told["refusal_params"]) == ("daily_limit_exceeded", {"left": "10000.00"})
        agreement = "SELECT signature_method || ' ' || witnessed_by || ' ' || channel FROM customer_agreement ORDER BY id DESC"
        assert await o.row(agreement) == "one_time_password online online"

    run(demo, tell)


def test_no_account_without_a_signature(demo: str) -> None:
    async def tell(o: Online) -> None:
        zhang = await o.member(ZHANG)
        late = await ask(zhang)
        await o.story.wait(timedelta(minutes=5, seconds=1))
        assert await o.ended(late["case"]) == "Expired"
        wrong = await ask(zhang)
        for _ in range(3):
            case = await zhang.get(f"/v1/my/cases/{wrong['case']}")
            assert (await zhang.complete(case, one_time_password="000000")).status_code == 200
        assert await o.ended(wrong["case"]) == "NotProven"
        assert len(await zhang.get("/v1/my/accounts")) == 1

    run(demo, tell)


def test_a_passkey_signs_what_was_shown_with_the_agreement_in_it(demo: str) -> None:
    async def tell(o: Online) -> None:
        zhang = await o.member(ZHANG)
        key = await zhang.enrol_passkey({"one_time_password": zhang.one_time_password()})
        case = await ask(zhang, "3")
        (task,) = [step["task"] for step in case["next"]]
        options = (await zhang.ask("POST", f"/v1/my/tasks/{task}/signature-challenge")).json()["options"]
        await zhang.complete(case, assertion=key.get(decoded(options["challenge"])))
        await o.story.work()
        assert await o.ended(case["case"]) == "Opened"
        content = await o.row("SELECT content FROM electronic_signature")
        assert "2000.00" in content  # what class III may hold at most
        assert "个人" in content
        assert await o.row("SELECT signature_method FROM customer_agreement ORDER BY id DESC") == "passkey"

    run(demo, tell)


def test_the_bank_looks_at_who_has_many_accounts_and_says_no_more_than_that(demo: str) -> None:
    """With three accounts the next one is reviewed. Who asks is told that the bank looks at it and until when, and that it was
    not opened; not why, and not by whom."""

    async def tell(o: Online) -> None:
        zhang = await o.member(ZHANG)
        for account_class in ("2", "3"):
            assert (await opened(o, zhang, account_class))["status"] == "completed"
        third = await opened(o, zhang, "2")
        (step,) = third["next"]
        assert (step["name"], step["task"]) == ("银行审核 The bank looks at it", None)
        assert step["due_at"] is not None
        await o.story.do(REVIEWER, third["case"], "Review", decision="approve", decision_reason="fits")
        assert await o.ended(third["case"]) == "Opened"
        fourth = await opened(o, zhang, "2")
        await o.story.do(REVIEWER, fourth["case"], "Review", decision="reject", decision_reason="too many")
        told = await zhang.get(f"/v1/my/cases/{fourth['case']}")
        assert told["milestones"][-1]["name"] == "不予开户 Not opened"
        assert "too many" not in str(told)
        assert len(await zhang.get("/v1/my/accounts")) == 4

    run(demo, tell)


def test_it_is_bound_to_an_account_of_ones_own_of_class_one_that_nothing_stands_against(demo: str) -> None:
    async def tell(o: Online) -> None:
        zhang, li = await o.member(ZHANG), await o.member(LI)
        path = "/v1/my/processes/open_second_account/cases"

        async def refused(b: Browser, bound: str) -> str:
            form = {"account_class": "2", "bound_account": bound, "agreement_language": "en"}
            return (await b.code("POST", path, {"form": form}))[1]

        assert await refused(zhang, LIS) == "account_unknown"
        second = (await opened(o, zhang, "2"))["told"]["account"]
        assert await refused(zhang, second) == "bound_account_not_class_one"
        await o.story.start(TELLER, "report_loss", account=LIS, kind="oral", reporter="李示例")
        assert await refused(li, LIS) == "account_blocked"

    run(demo, tell)
