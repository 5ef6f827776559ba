"""Holds, the administrator's work, contacts and notices, through the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.integration.test_open_api import Client, run


def test_a_hold_is_reserved_captured_in_part_and_the_rest_is_free(demo: str) -> None:
    async def story(c: Client) -> None:
        payer, payee, _ = await c.accounts()
        until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        body = {"payer": payer, "payee": payee, "amount": "500.00", "expires_at": until}
        assert (await c.call("POST", "/v1/holds", json=body)).json()["code"] == "permission_missing"
        held = await c.call("POST", "/v1/holds", "S0001", json=body)
        assert held.status_code == 201, held.text
        hold = held.json()["journal"]
        shown = (await c.call("GET", f"/v1/accounts/{payer}")).json()
        assert (shown["ledger"], shown["held"], shown["available"]) == ("12000.00", "500.00", "11500.00")
        (row,) = (await c.call("GET", f"/v1/accounts/{payer}/holds")).json()
        assert (row["journal"], row["amount"], row["side"]) == (hold, "500.00", "debit")
        over = await c.call("POST", f"/v1/holds/{hold}/capture", "S0001", json={"amount": "500.01"})
        assert over.json()["code"] == "capture_exceeds_hold"
        done = await c.call("POST", f"/v1/holds/{hold}/capture", "S0001", json={"amount": "499.00"})
        assert done.status_code == 201, done.text
        shown = (await c.call("GET", f"/v1/accounts/{payer}")).json()
        assert (shown["ledger"], shown["held"], shown["available"]) == ("11501.00", "0.00", "11501.00")
        again = await c.call("POST", f"/v1/holds/{hold}/void", "S0001")
        assert (again.status_code, again.json()["code"]) == (409, "hold_resolved")
        other = (await c.call("POST", "/v1/holds", "S0001", json=body)).json()["journal"]
        assert (await c.call("POST", f"/v1/holds/{other}/void", "S0001")).status_code == 201
        late = body | {"expires_at": (datetime.now(UTC) + timedelta(days=40)).isoformat()}
        assert (await c.call("POST", "/v1/holds", "S0001", json=late)).json()[
            "code"
        ] == "hold_expiry_too_late"
        naive = body | {"expires_at": "2026-01-05T12:00:00"}
        assert (await c.call("POST", "/v1/holds", "S0001", json=naive)).json()["code"] == "field_malformed"

    run(demo, story)


def test_the_administrator_brings_people_in_and_lets_them_go(demo: str) -> None:
    async def story(c: Client) -> None:
        admin = "D0001"
        new = {
            "number": "T0009",
            "name": "孙新",
            "branch": "0002",
            "roles": ["teller"],
            "password": "river-bank-77",
        }
        assert (await c.call("POST", "/v1/staff", "S0001", json=new)).status_code == 403
        first = await c.call("POST", "/v1/staff", admin, key="new-1", json=new)
        assert first.status_code == 201, first.text
        again = await c.call("POST", "/v1/staff", admin, key="new-1", json=new)
        assert again.json() == first.json()
        other = await c.call("POST", "/v1/staff", admin, key="new-1", json=new | {"number": "T0010"})
        assert other.json()["code"] == "key_reused"
        bad = await c.call(
            "POST", "/v1/staff", admin, json=new | {"number": "T0011", "roles": ["king"], "password": "short"}
        )
        assert {f["code"] for f in bad.json()["faults"]} == {"role_unknown", "password_too_short"}
        assert "short" not in bad.text.replace("too_short", "").replace("too short", "")

        login = {"number": "T0009", "password": "river-bank-77"}
        token = (await c.http.post("/v1/sessions", json=login)).json()["token"]
        own = {"Authorization": f"Bearer {token}"}
        changed = await c.http.put("/v1/sessions/current/password", headers=own,
                                   json={"old": "river-bank-77", "new": "river-bank-88"})  # fmt: skip
        assert changed.status_code == 204
        assert (await c.http.post("/v1/sessions", json=login)).status_code == 401
        login["password"] = "river-bank-88"
        assert (await c.http.post("/v1/sessions", json=login)).status_code == 201

        raised = await c.call("PUT", "/v1/staff/T0009/roles", admin, json={"roles": ["supervisor"]})
        assert raised.json()["roles"] == ["supervisor"]
        mine = await c.call("PUT", f"/v1/staff/{admin}/roles", admin, json={"roles": ["supervisor"]})
        assert (mine.status_code, mine.json()["code"]) == (403, "own_roles_fixed")
        gone = await c.call("PUT", "/v1/staff/T0009/state", admin, json={"active": False})
        assert gone.json()["active"] is False
        assert (await c.http.post("/v1/sessions", json=login)).json()["code"] == "credentials_wrong"
        assert (await c.call("POST", "/v1/staff/NOBODY/unlock", admin)).status_code == 404
        page = (await c.call("GET", "/v1/staff?limit=2", admin)).json()
        rest = (await c.call("GET", f"/v1/staff?after={page['next']}", admin)).json()
        numbers = [m["number"] for m in page["staff"] + rest["staff"]]
        assert numbers == sorted(numbers)
        assert "T0009" in numbers
        trail = (await c.call("GET", "/v1/audit?limit=500", "A0001")).json()["lines"]
        assert [line["action"] for line in trail if line["subject"] == "T0009"][:2] == [
            "staff_added",
            "log_in",
        ]
        assert "river-bank" not in str(trail)

    run(demo, story)


def test_a_customer_wants_to_hear_of_movements(demo: str) -> None:
    async def story(c: Client) -> None:
        payer = (await c.accounts())[0]
        notices = f"/v1/accounts/{payer}/notices"
        zero = await c.call("PUT", notices, json={"least_amount": "0"})
        assert (zero.json()["code"], zero.json()["faults"][0]["field"]) == (
            "amount_not_positive",
            "least_amount",
        )
        assert (await c.call("PUT", notices, json={"least_amount": "10.00"})).status_code == 204
        assert (await c.call("GET", notices)).json() == {
            "account": payer, "currency": "CNY", "least_amount": "10.00", "notices": [], "next": None}  # fmt: skip
        assert (await c.call("PUT", notices, json={"least_amount": None})).status_code == 204
        assert (await c.call("GET", notices)).json()["least_amount"] is None

    run(demo, story)


def test_writes_without_a_journal_are_compared_under_their_key_too(demo: str) -> None:
    async def story(c: Client) -> None:
        account = (await c.accounts())[0]
        notices, least = f"/v1/accounts/{account}/notices", {"least_amount": "5.00"}
        for _ in range(2):
            assert (await c.call("PUT", notices, key="b1", json=least)).status_code == 204
        other = await c.call("PUT", notices, key="b1", json={"least_amount": None})
        assert (other.status_code, other.json()["code"]) == (409, "key_reused")
        for _ in range(2):  # the second time is a repetition, not another cut
            cut = await c.call("POST", "/v1/business-days", "O0001", key="d1", json={"date": "2026-01-05"})
            assert (cut.status_code, cut.json()["date"]) == (202, "2026-01-05")

    run(demo, story)


def test_a_standing_order_is_agreed_as_a_case_and_read_with_what_came_of_it(demo: str) -> None:
    async def story(c: Client) -> None:
        payer, payee, _ = await c.accounts()
        customer = (await c.call("GET", f"/v1/accounts/{payer}")).json()["customer"]
        terms = {
            "payer": payer, "payee": payee, "what": "fixed", "amount": "3000.00", "rhythm": "monthly", "month_day": 31,
            "first_on": "2026-01-06", "on_holiday": "next", "identified": True,
        }  # fmt: skip
        begun = await c.call("POST", "/v1/processes/agree_standing_order/cases", json={"form": terms})
        assert begun.status_code in (201, 202), begun.text
        orders = (await c.call("GET", f"/v1/customers/{customer}/standing-orders")).json()
        (order,) = orders["orders"]
        # the 31st is a Saturday; Monday is a working day
        assert (order["amount"], order["next_due"], order["next_on"]) == (
            "3000.00",
            "2026-01-31",
            "2026-02-02",
        )
        assert orders["next"] is None
        shown = (await c.call("GET", f"/v1/standing-orders/{order['number']}")).json()
        assert shown == order | {"executions": []}
        unknown = await c.call("GET", "/v1/standing-orders/99")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "standing_order_unknown")
        assert (await c.call("GET", f"/v1/accounts/{payer}")).json()["activity"] == "active"
        days = (await c.call("GET", "/v1/business-days")).json()
        assert (days["calendar_until"], days["calendar_ends_soon"]) == ("2026-12-31", False)


def test_a_customers_deposits_what_they_would_pay_and_what_happened(demo: str) -> None:
    """10,000.00 placed and taken out the same day would pay nothing: 0.10 % for no days."""

    async def story(c: Client) -> None:
        account, *_ = await c.accounts()
        form = {"account": account, "product": "time", "tenor": "1Y", "amount": "10000.00", "voucher": "CD-1"}
        begun = await c.call("POST", "/v1/processes/open_time_deposit/cases", json={"form": form})
        assert begun.status_code in (201, 202), begun.text
        for given in ({"document_type": "id_card", "identity_result": "fits"}, {"agreed": "agree"}):
            case = begun.json()["case"]
            (task,) = (
                t
                for t in (await c.call("GET", f"/v1/cases/{case}", "S0001")).json()["tasks"]
                if t["state"] == "open"
            )
            body = {"version": 1, "form": given}
            done = await c.call("POST", f"/v1/tasks/{task['task']}/completion", json=body)
            assert done.status_code == 200, done.text
        customer = (await c.call("GET", f"/v1/accounts/{account}")).json()["customer"]
        listed = (await c.call("GET", f"/v1/customers/{customer}/deposits")).json()
        (deposit,) = listed["deposits"]
        assert (deposit["principal"], deposit["rate"], deposit["state"], deposit["matures_on"], listed["next"]) == (
            "10000.00", "1.20", "running", "2027-01-05", None,
        )  # fmt: skip
        shown = (await c.call("GET", f"/v1/deposits/{deposit['number']}")).json()
        assert (shown["deposit"]["account"], shown["deposit"]["voucher"]) == (account, "CD-1")
        assert (shown["today"]["interest"], shown["today"]["total"], shown["today"]["why"]) == (
            "0.00", "10000.00", "early",
        )  # fmt: skip
        assert [(h["kind"], h["amount"], h["case"]) for h in shown["history"]] == [
            ("opened", "10000.00", case)
        ]
        unknown = await c.call("GET", f"/v1/deposits/{account}")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "deposit_unknown")
        denied = await c.call("GET", f"/v1/deposits/{deposit['number']}", "P0001")
        assert denied.status_code == 403

    run(demo, story)
