"""What a customer reads of their own money online, and the browser's session with which they do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from pyotp.totp import TOTP

from liushui.demo import demo_data
from liushui.demo.online_customers import give_online_banking
from tests.online import LI, LIS, PASSWORD, ZHANG, ZHANGS, Browser, Online, run
from tests.rates import withhold

HERE = {"Origin": "http://bank", "X-Requested-With": "liushui"}
CUSTOMERS, STAFFS, DEVICE = "liushui_customer", "liushui_session", "liushui_device"


async def into_cookie(o: Online, b: Browser, **headers: str) -> httpx.Response:
    """Log in as our own page does."""
    password = {"customer": ZHANG, "password": PASSWORD}
    ticket = (await o.http.post("/v1/customer-sessions", json=password, headers=HERE)).json()["ticket"]
    body = {"ticket": ticket, "one_time_password": b.one_time_password(), "cookie": True}
    return await o.http.post("/v1/customer-sessions/confirmation", json=body, headers=HERE | headers)


async def me(o: Online) -> int:
    return (await o.http.get("/v1/my/session")).status_code


def test_a_customers_token_lies_in_a_cookie_of_its_own(demo: str) -> None:
    async def tell(o: Online) -> None:
        zhang = await o.member(ZHANG)
        answer = await into_cookie(o, zhang)
        assert (answer.status_code, answer.json()["token"], answer.json()["device"]) == (201, None, None)
        cookies = answer.headers.get_list("set-cookie")
        for cookie in cookies:
            assert {"HttpOnly", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}
        (device,) = [cookie for cookie in cookies if cookie.startswith(DEVICE)]
        assert "Path=/v1/customer-sessions" in device  # sent where it is asked for, and nowhere else
        assert (await me(o), (await o.http.get("/v1/sessions/current")).status_code) == (200, 401)
        first = o.http.cookies[CUSTOMERS]
        again = await into_cookie(o, zhang)
        assert not [
            c for c in again.headers.get_list("set-cookie") if c.startswith(DEVICE)
        ]  # it is known now
        old = await o.http.get("/v1/my/session", headers={"Authorization": f"Bearer {first}"})
        assert (old.status_code, await me(o)) == (401, 200)  # the session before has ended
        gone = await o.http.delete("/v1/my/session", headers=HERE)
        assert (gone.status_code, await me(o), CUSTOMERS in o.http.cookies) == (204, 401, False)

    run(demo, tell)


def test_a_member_of_the_staff_who_banks_here_is_two_people_at_one_browser(demo: str) -> None:
    """Neither cookie is tried for the other's pages, and logging out of one leaves the other alone."""

    async def tell(o: Online) -> None:
        zhang = await o.member(ZHANG)
        await into_cookie(o, zhang)
        staff = {"number": "T0001", "password": "demo-counter-1", "cookie": True}
        await o.http.post("/v1/sessions", json=staff, headers=HERE)
        assert {CUSTOMERS, STAFFS} <= set(o.http.cookies)
        assert (await o.http.get("/v1/my/session")).json()["customer"] == ZHANG
        assert (await o.http.get("/v1/sessions/current")).json()["number"] == "T0001"
        await o.http.delete("/v1/sessions/current", headers=HERE)
        assert (await me(o), (await o.http.get("/v1/sessions/current")).status_code) == (200, 401)

    run(demo, tell)


def test_nobody_elses_page_acts_for_a_customer(demo: str) -> None:
    async def tell(o: Online) -> None:
        zhang = await o.member(ZHANG)
        foreign = await into_cookie(o, zhang, Origin="http://elsewhere")
        assert (foreign.status_code, foreign.json()["code"]) == (403, "request_foreign")
        assert "set-cookie" not in foreign.headers
        await into_cookie(o, zhang)
        form = {"form": {"payer": ZHANGS, "payee": LIS, "amount": "1.00"}}
        path = "/v1/my/processes/transfer/cases"
        forged = await o.http.post(path, json=form, headers={"Idempotency-Key": "forged"})
        assert (forged.status_code, forged.json()["code"]) == (403, "request_foreign")
        mine = await o.http.post(path, json=form, headers=HERE | {"Idempotency-Key": "mine"})
        assert mine.status_code == 201

    run(demo, tell)


def test_the_picture_for_the_authenticator_app_says_what_the_address_says(demo: str) -> None:
    """The oracle is another library's reading of the picture where there is one; here, that three finder patterns of the
    standard stand in its corners, and that the typed secret is the address's."""

    async def tell(o: Online) -> None:
        zhang = o.browser()
        await zhang.activate(ZHANG, await o.open(ZHANG))
        begun = (await zhang.ask("POST", "/v1/my/second-factors/one-time-password", {})).json()
        assert parse_qs(urlsplit(begun["address"]).query)["secret"] == [begun["secret"]]
        size, dark = begun["picture"]["size"], cells(begun["picture"]["path"])
        assert (size - 17) % 4 == 0  # ISO/IEC 18004: 17 + 4 times the version
        for row, column in ((0, 0), (0, size - 7), (size - 7, 0)):
            assert {(r, c) for r in range(7) for c in range(7) if (row + r, column + c) in dark} == FINDER

    run(demo, tell)


FINDER = {
    (r, c) for r in range(7) for c in range(7) if r in (0, 6) or c in (0, 6) or (2 <= r <= 4 and 2 <= c <= 4)
}


def cells(path: str) -> set[tuple[int, int]]:
    parts = [part.split("h")[0].split() for part in path.split("M")[1:]]
    return {(int(row), int(column)) for column, row in parts}


def test_movements_are_found_by_day_words_amount_and_number(demo: str) -> None:
    async def tell(o: Online) -> None:
        zhang = await o.member(ZHANG)
        for amount, memo in (
            ("10.00", "tea"),
            ("20.00", "Rent of May"),
            ("30.00", "rent of June"),
            ("40.00", "100%_x"),
        ):
            await zhang.start("transfer", payer=ZHANGS, payee=LIS, amount=amount, memo=memo)
        path = f"/v1/my/accounts/{ZHANGS}/movements"

        async def amounts(**query: str) -> list[str]:
            page = await o.http.get(path, params=query, headers={"Authorization": f"Bearer {zhang.token}"})
            assert page.status_code == 200, page.text
            return [line["amount"] for line in page.json()["lines"]]

        everything = ["40.00", "30.00", "20.00", "10.00", "12000.00"]  # the newest first
        assert await amounts() == everything
        assert await amounts(text="RENT") == ["30.00", "20.00"]
        assert await amounts(text="%_") == ["40.00"]  # letters, and no pattern
        assert await amounts(least="20", most="30.00") == ["30.00", "20.00"]
        first = (await zhang.get(path))["lines"][0]
        assert await amounts(text=str(first["journal"])) == ["40.00"]
        assert (first["counterparty"], first["side"], first["memo"]) == (LIS, "debit", "100%_x")
        assert await amounts(**{"from": "2026-01-06"}) == []
        assert await amounts(to="2026-01-05") == everything
        read, before = [], ""
        while True:
            page = await zhang.get(f"{path}?limit=2{before}")
            read += [line["amount"] for line in page["lines"]]
            if page["next"] is None:
                break
            before = f"&before={page['next']}"
        assert read == everything

    run(demo, tell)


def test_a_transfer_is_what_its_preview_said(demo: str) -> None:
    async def tell(o: Online) -> None:
        zhang = await o.member(ZHANG)

        async def look(**asked: str) -> Any:
            return (
                await zhang.ask("POST", "/v1/my/transfer-previews", {"payer": ZHANGS, "payee": LIS, **asked})
            ).json()

        small = await look(amount="100.00")
        assert (small["payee_name"], small["new_payee"], small["factor"]) == ("**例", True, "none")
        assert (small["available"], small["day_used"], small["execute_at"]) == ("12000.00", "0.00", None)
        large = await look(amount="6000.00")
        assert large["factor"] == "one_time_password"
        case = await zhang.start("transfer", payer=ZHANGS, payee=LIS, amount="6000.00")
        (step,) = case["next"]
        assert step["task"] is not None  # which is asked for, as it was said
        done = await zhang.start("transfer", payer=ZHANGS, payee=LIS, amount="100.00")
        assert done["status"] == "completed"
        assert (await look(amount="1.00"))["day_used"] == "100.00"
        assert (await look(amount="1.00"))["new_payee"] is False
        later = await look(amount="1.00", execution="next_day")
        assert later["execute_at"].startswith("2026-01-06")
        refusal = await zhang.code(
            "POST", "/v1/my/transfer-previews", {"payer": LIS, "payee": ZHANGS, "amount": "1.00"}
        )
        assert refusal == (422, "account_unknown")
        assert (
            await o.row("SELECT count(*) FROM process_instance WHERE initiator = $1", ZHANG) == 2
        )  # none for looking

    run(demo, tell)


def test_what_is_on_offer_is_what_a_deposit_then_is(demo: str) -> None:
    """Interest of 1,000.00 for three months at the posted 0.90 % by hand: 90 days of 360, 2.25 (five months before: 0.90)."""

    async def tell(o: Online) -> None:
        zhang = await o.member(ZHANG)
        offers = {(one["product"], one["tenor"]): one for one in await zhang.get("/v1/my/deposit-offers")}
        offer = offers["time", "3M"]
        asked = {"account": ZHANGS, "product": "time", "tenor": "3M", "amount": "1000.00"}
        quote = (await zhang.ask("POST", "/v1/my/deposit-quotes", asked)).json()
        assert (float(offer["rate"]), float(quote["rate"]), quote["interest"]) == (0.9, 0.9, "2.25")
        assert (offer["matures_on"], quote["matures_on"]) == ("2026-04-05", "2026-04-05")
        case = await zhang.start("open_time_deposit", **asked, rate=quote["rate"])
        assert (case["status"], case["told"]["interest_shown"]) == ("completed", "2.25")
        (placed,) = (await zhang.get("/v1/my/deposits"))["deposits"]
        assert (placed["number"], placed["matures_on"]) == (case["told"]["deposit"], "2026-04-05")
        assert [one for one, _ in offers if one.startswith("certificate")] == []

    run(demo, tell)


def test_what_is_withheld_is_no_surprise_online(demo: str) -> None:
    """1,000.00 for three months at 0.90 %: 2.25, of it 20 % are 0.45. In the quote, in what taking it out would pay, in the
    request and in the movements."""

    async def tell(o: Online) -> None:
        await withhold(o.bank.db, "time", date(2026, 1, 5), "20")
        zhang = await o.member(ZHANG)
        asked = {"account": ZHANGS, "product": "time", "tenor": "3M", "amount": "1000.00"}
        quote = (await zhang.ask("POST", "/v1/my/deposit-quotes", asked)).json()
        assert (quote["interest"], quote["tax"]) == ("2.25", "0.45")
        case = await zhang.start("open_time_deposit", **asked, rate=quote["rate"])
        assert (case["told"]["interest_shown"], case["told"]["tax_shown"]) == ("2.25", "0.45")
        o.clock.advance(timedelta(days=90))
        await o.bank.db.transact(lambda uow: uow.advance_business_date(date(2026, 4, 5)))
        await zhang.log_in(ZHANG)
        deposit = case["told"]["deposit"]
        today = (await zhang.get(f"/v1/my/deposits/{deposit}"))["today"]
        assert (today["interest"], today["tax"], today["total"]) == ("2.25", "0.45", "1001.80")
        taken = await zhang.start("withdraw_time_deposit", deposit=deposit)
        assert taken["status"] == "completed"
        (paid,) = [
            h for h in (await zhang.get(f"/v1/my/deposits/{deposit}"))["history"] if h["kind"] == "closed"
        ]
        assert (paid["interest"], paid["tax"]) == ("2.25", "0.45")
        tax, interest = (await zhang.get(f"/v1/my/accounts/{ZHANGS}/movements"))["lines"][:2]
        assert (interest["side"], interest["amount"], interest["zh"]) == ("credit", "1002.25", None)
        assert (tax["side"], tax["amount"], tax["zh"], tax["en"]) == (
            "debit", "0.45", "代扣利息税", "Interest tax withheld",
        )  # fmt: skip

    run(demo, tell)


def test_the_statement_that_was_made_for_one_is_nobody_elses(demo: str) -> None:
    async def tell(o: Online) -> None:
        zhang, li = await o.member(ZHANG), await o.member(LI)
        case = await zhang.start(
            "print_statement", account=ZHANGS, **{"from": "2026-01-05", "to": "2026-01-05"}
        )
        code = case["told"]["statement"]
        paper = await zhang.ask("GET", f"/v1/my/statements/{code}?format=pdf")
        assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
        assert "12000.00" in (await zhang.ask("GET", f"/v1/my/statements/{code}?format=csv")).text
        assert await li.code("GET", f"/v1/my/statements/{code}") == (404, "statement_unknown")

    run(demo, tell)


def test_standing_orders_are_their_owners(demo: str) -> None:
    async def tell(o: Online) -> None:
        zhang, li = await o.member(ZHANG), await o.member(LI)
        case = await zhang.start(
            "agree_standing_order", payer=ZHANGS, payee=LIS, what="fixed", amount="100.00", rhythm="monthly",
            month_day=5, first_on="2026-02-05", on_holiday="as_it_is",
        )  # fmt: skip
        await zhang.complete(case, one_time_password=zhang.one_time_password())
        (order,) = (await zhang.get("/v1/my/standing-orders"))["orders"]
        assert (order["payee"], order["next_on"]) == (LIS, "2026-02-05")
        assert (await li.get("/v1/my/standing-orders"))["orders"] == []
        number = order["number"]
        assert await li.code("GET", f"/v1/my/standing-orders/{number}") == (404, "standing_order_unknown")
        await zhang.start("cancel_standing_order", payer=ZHANGS, order=number)
        assert (await zhang.get(f"/v1/my/standing-orders/{number}"))["ended_at"] is not None

    run(demo, tell)


def test_a_complaint_is_told_of_by_its_number_at_once_and_by_its_answer_in_the_end(demo: str) -> None:
    async def tell(o: Online) -> None:
        zhang = await o.member(ZHANG)
        case = await zhang.start(
            "complaint", received_via="online", product="deposit", subject="fee", text="Too dear."
        )
        assert case["told"]["complaint"].startswith("C")
        assert "answer" not in case["told"]
        assert case["given"]["text"] == "Too dear."
        assert "amount" not in case["given"]  # none was named
        assert case["next"][0]["due_at"] is not None
        assert case["next"][0]["task"] is None

    run(demo, tell)


def test_cash_is_ordered_at_a_branch_chosen_by_its_name(demo: str) -> None:
    """Names as the demo's data have them; whatever comes instead of a choice, the bank decides itself."""
    names = {b["code"]: {"zh": b["zh"], "en": b["en"]} for b in demo_data()["branches"]}

    async def tell(o: Online) -> None:
        zhang, teller = await o.member(ZHANG), await o.staff("T0001", "demo-counter-1")
        (offer,) = [p for p in await zhang.get("/v1/my/processes") if p["process"] == "cash_appointment"]
        assert _branch_of(offer["start_form"]) == names
        at_the_counter = (await teller.get("/v1/processes/cash_appointment"))["start_form"]
        assert _branch_of(at_the_counter)["0002"]["zh"] == f"0002 {names['0002']['zh']}"
        form = {"account": ZHANGS, "action": "book", "amount": "60000.00", "on_date": "2026-01-07"}
        case = await zhang.start("cash_appointment", **form, branch="0002")
        assert (case["given"]["branch"], _branch_of(case["given_form"])) == ("0002", names)
        assert await o.row("SELECT b.code FROM cash_appointment JOIN branch b ON b.id = branch_id") == "0002"
        path = "/v1/my/processes/cash_appointment/cases"
        for branch, code in (("0099", "branch_unknown"), (names["0002"]["zh"], "form_field_malformed")):
            assert (await zhang.code("POST", path, {"form": {**form, "branch": branch}}))[1] == code

    run(demo, tell)


def _branch_of(form: Any) -> Any:
    return next(field["choices"] for field in form["fields"] if field["name"] == "branch")


def test_the_demos_customers_can_log_in_and_are_seeded_once(demo: str) -> None:
    async def tell(o: Online) -> None:
        for _ in range(2):
            await give_online_banking(o.bank)
        for row in demo_data()["online"]:
            one = o.browser()
            one.phone = TOTP(row["totp"])
            first = await one.password(row["customer"], row["password"])
            body = {"ticket": first.json()["ticket"], "one_time_password": one.phone.at(o.clock.now())}
            done = await one.ask("POST", "/v1/customer-sessions/confirmation", body)
            assert done.status_code == 201, done.text  # at once: the code of this half minute is still good
        assert await o.events("online_banking_activated") == ["online_banking_activated"] * 2

    run(demo, tell)


def test_activation_by_the_page_ends_in_a_log_in_with_both_factors(demo: str) -> None:
    async def tell(o: Online) -> None:
        zhang = o.browser()
        body = {
            "customer": ZHANG,
            "activation_code": await o.open(ZHANG),
            "password": PASSWORD,
            "cookie": True,
        }
        begun = await o.http.post("/v1/customer-activations", json=body, headers=HERE)
        assert (begun.status_code, begun.json()["token"], begun.json()["scope"]) == (201, None, "enrol")
        assert (await o.http.get("/v1/my/accounts")).status_code == 403
        zhang.token = o.http.cookies[CUSTOMERS]
        o.http.cookies.clear()
        await zhang.enrol_phone()
        assert (await into_cookie(o, zhang)).status_code == 201
        assert len((await o.http.get("/v1/my/accounts")).json()) == 1

    run(demo, tell)
