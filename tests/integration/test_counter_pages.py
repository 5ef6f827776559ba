"""What the counter's pages ask the bank for: own journals, receipts, customers found, the till, who may do a task."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import asyncpg
import pytest
import yaml
from pypdf import PdfReader

from liushui.kernel.errors import Refused
from liushui.parties import By, how
from liushui.processes import procedure_folders
from liushui.workflow import parse, read_folder
from tests.integration.test_open_api import CASES, MONEY, Client, demo_customer, run


async def deposit(c: Client, account: str, hundreds: int, staff: str = "T0001", **more: str) -> int:
    """Put notes of 100 on an account; the journal's number."""
    form = {"account": account, "amount": f"{hundreds * 100}.00", "denominations": {"10000": hundreds}} | more
    begun = await c.call("POST", f"{CASES}/cash_deposit/cases", staff, json={"form": form})
    assert begun.json()["status"] == "completed", begun.text
    return int(begun.json()["objects"]["journal"][0])


def test_a_teller_finds_their_own_journals_and_a_supervisor_the_branch_s(demo: str) -> None:
    async def story(c: Client) -> None:
        zhang, li, wang = await c.accounts()
        first, second = await deposit(c, zhang, 10), await deposit(c, li, 30)
        moved = (await c.call("POST", MONEY, json={"payer": zhang, "payee": li, "amount": "250.00"})).json()[
            "journal"
        ]
        theirs = await deposit(c, wang, 5, "T0002")  # in the other branch

        async def listed(staff: str = "T0001", status: int = 200, **asked: str | int) -> list[int]:
            answer = await c.call("GET", "/v1/journals", staff, params=asked)
            assert answer.status_code == status, answer.text
            return [line["journal"] for line in answer.json().get("journals", [])]

        assert await listed() == [moved, second, first]
        assert await listed(account=zhang) == [moved, first]
        assert await listed(least="3000", most="3000.00") == [second]
        assert await listed(code="DEP01") == [second, first]
        assert await listed(date="2026-01-04") == []
        page = (await c.call("GET", "/v1/journals", params={"limit": 2})).json()
        assert [line["journal"] for line in page["journals"]] == [moved, second]
        assert await listed(before=page["next"]) == [first]
        line = page["journals"][1]
        assert (line["amount"], line["accounts"], line["zh"]) == ("3000.00", [li], "现金存款")
        assert "balance" not in str(line)  # a till is counted blind

        assert await listed(operator="T0002", status=403) == []
        assert await listed("T0002") == [theirs]
        branch = await listed("S0001")
        assert set(branch) >= {moved, second, first}
        assert theirs not in branch
        assert await listed("S0001", operator="T0001") == [moved, second, first]
        assert theirs in await listed("A0001")  # an auditor works for every branch

    run(demo, story)


def test_what_a_supervisor_has_authorised_is_still_the_tellers_own(demo: str) -> None:
    async def story(c: Client) -> None:
        zhang, *_ = await c.accounts()
        form = {"account": zhang, "amount": "60000.00", "denominations": {"10000": 600}}
        case = (await c.call("POST", f"{CASES}/cash_deposit/cases", json={"form": form})).json()["case"]

        async def work(staff: str, given: dict[str, object]) -> None:
            tasks = (await c.call("GET", f"/v1/cases/{case}")).json()["tasks"]
            task = next(t["task"] for t in tasks if t["state"] == "open")
            body = {"version": 1, "form": given}
            assert (await c.call("POST", f"/v1/tasks/{task}/completion", staff, json=body)).status_code == 200

        await work("T0001", {"document_type": "id_card", "document_checked": True})
        await work("S0001", {"decision": "approve"})
        for staff in ("T0001", "S0001"):
            (line,) = (await c.call("GET", "/v1/journals", staff)).json()["journals"][:1]
            assert (line["case"], line["initiator"], line["operator"]) == (case, "T0001", "S0001")
        printed = await c.call("POST", f"/v1/journals/{line['journal']}/receipts")
        shown = await c.call("GET", f"/v1/receipts/{printed.json()['receipt']}")
        paper = PdfReader(io.BytesIO(shown.content)).pages[0].extract_text()
        assert paper.index("T0001") < paper.index("S0001")  # the teller, and who has authorised
        assert (await c.call("GET", "/v1/journals", "T0002")).json()["journals"] == []

    run(demo, story)


def test_the_first_print_is_the_receipt_and_every_later_one_says_so(demo: str) -> None:
    async def story(c: Client) -> None:
        zhang, *_ = await c.accounts()
        journal = await deposit(c, zhang, 14, memo="货款")

        async def text(receipt: int, staff: str = "T0001") -> str:
            shown = await c.call("GET", f"/v1/receipts/{receipt}", staff)
            assert shown.headers["content-type"] == "application/pdf"
            assert shown.headers["content-disposition"].startswith("inline")
            assert shown.headers["cache-control"] == "no-store"
            return "".join(page.extract_text() for page in PdfReader(io.BytesIO(shown.content)).pages)

        path = f"/v1/journals/{journal}/receipts"
        first = await c.call("POST", path, key="print-1")
        again = await c.call("POST", path, key="print-1")
        assert (first.status_code, first.json()["copy_number"]) == (201, 1)
        assert again.json() == first.json()  # a lost answer prints nothing twice
        paper = await text(first.json()["receipt"])
        for words in (
            zhang,
            "张示例",
            "1,400.00",
            "人民币壹仟肆佰元整",
            str(journal),
            "2026-01-05",
            "T0001",
            "货款",
        ):
            assert words in paper, words
        assert "补打" not in paper
        reprint = await c.call("POST", path, "S0001")  # a supervisor prints what their branch has booked
        assert reprint.json()["copy_number"] == 2
        paper = await text(reprint.json()["receipt"], "S0001")
        assert "补打 第 2 次打印" in paper
        assert "Reprint, print no. 2" in paper
        assert (await c.call("POST", path, "T0002")).json()["code"] == "journal_unknown"
        theirs = await c.call("GET", f"/v1/receipts/{first.json()['receipt']}", "T0002")
        assert theirs.json()["code"] == "journal_unknown"
        listed = (await c.call("GET", "/v1/journals")).json()["journals"]
        assert [line["receipts"] for line in listed if line["journal"] == journal] == [2]
        trail = (await c.call("GET", "/v1/audit?limit=200", "A0001")).json()["lines"]
        kept = [(x["actor"], x["action"], x["subject"]) for x in trail if x["action"].startswith("receipt")]
        assert kept == [
            ("T0001", "receipt_printed", f"{journal} 1"),
            ("S0001", "receipt_reprinted", f"{journal} 2"),
        ]
        conn = await asyncpg.connect(demo)
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await conn.execute("DELETE FROM journal_receipt")
        await conn.close()

    run(demo, story)


def test_customers_are_found_by_what_is_known_of_them(demo: str) -> None:
    async def story(c: Client) -> None:
        zhang, wang = demo_customer(1), demo_customer(3)

        async def found(text: str, staff: str = "T0001", **more: str | int) -> list[str]:
            answer = await c.call("POST", "/v1/customer-searches", staff, json={"text": text} | more)
            assert answer.status_code == 200, answer.text
            assert "11010119900307" not in answer.text
            assert "13800000001" not in answer.text
            return [line["number"] for line in answer.json()["customers"]]

        assert await found("张示") == [zhang]
        assert await found(" 张示例 ") == [zhang]
        assert await found("ZSL") == [zhang]
        assert await found("zs") == [zhang]
        assert await found("13800000001") == [zhang]
        assert await found(zhang) == [zhang]
        assert await found("110101 19900307 001" + _check("11010119900307001")) == [zhang]
        assert await found("1380000000") == []  # identifiers are whole, or nobody's
        # By a name one looks in one's own branch; who shows a document is served anywhere.
        assert await found("王示例") == []
        assert await found("王示例", "T0002") == [wang]
        assert await found("王示例", "R0001") == [wang]  # works for every branch
        assert await found("13800000003") == [wang]
        for text in ("%", "_s", "示例", "张' OR 1=1 --"):
            short = await c.call("POST", "/v1/customer-searches", json={"text": text})
            assert short.json().get("customers", []) == []
        one = await c.call("POST", "/v1/customer-searches", json={"text": "张"})
        assert one.json()["code"] == "search_too_short"
        assert (
            await c.call("POST", "/v1/customer-searches", "O0001", json={"text": "张示"})
        ).status_code == 403
        trail = (await c.call("GET", "/v1/audit?limit=200", "A0001")).json()["lines"]
        searches = [x for x in trail if x["action"] == "customers_searched"]
        assert len(searches) == 15
        assert {x["subject"] for x in searches} == {"name", "initials", "identifier"}
        assert not any("示" in str(x) or "1380" in str(x) for x in searches)

    run(demo, story)


def _check(first: str) -> str:
    """The check digit of GB 11643-1999, by its rule: weights 2 to the power of the place, modulo 11."""
    total = sum(int(d) * (2 ** (17 - n) % 11) for n, d in enumerate(first))
    return "10X98765432"[total % 11]


def test_a_search_takes_a_text_for_what_it_looks_like() -> None:
    assert how("１３８００００００01") == (By.IDENTIFIER, "13800000001")  # full width is half width
    assert how("e 1234567") == (By.IDENTIFIER, "E1234567")
    assert how("Zs L") == (By.INITIALS, "zsl")
    assert how("欧阳") == (By.NAME, "欧阳")
    with pytest.raises(Refused, match="search_malformed"):
        how("a\x00b")


def test_initials_follow_pinyin(dsn: str) -> None:
    """The codes by which tellers call the procedures were written by hand, whole names among them: they are the oracle.
    Where a sign has two readings (重 zhong or chong, 调 tiao or diao), GB 2312 knows one."""

    async def initials() -> None:
        conn = await asyncpg.connect(dsn)
        file = Path(procedure_folders()[0]).parent / "counter_codes.yaml"
        agreed = 0
        for key, row in yaml.safe_load(file.read_text("utf-8")).items():
            name = parse(read_folder(file.parent / key)).definition.name.split(" ")[0]
            if len(name) == len(row["pinyin"]) and not set(name) & set("重调"):
                assert await conn.fetchval("SELECT pinyin_initials($1)", name) == row["pinyin"], name
                agreed += 1
        assert agreed > 25
        for name, wanted in {"Anna Lee-2": "annalee2", "𠮷田": "_t", "流水(中国)": "lszg"}.items():
            assert await conn.fetchval("SELECT pinyin_initials($1)", name) == wanted
        await conn.close()

    asyncio.run(initials())


def test_my_till_says_what_is_next_and_never_what_should_be_there(demo: str) -> None:
    async def story(c: Client) -> None:
        zhang, *_ = await c.accounts()
        await deposit(c, zhang, 5)

        async def mine(staff: str = "T0001") -> dict[str, object]:
            return (await c.call("GET", "/v1/cash/my-till", staff)).json()

        async def close(notes: dict[str, int]) -> dict[str, object]:
            form = {"denominations": notes}
            return (await c.call("POST", f"{CASES}/till_close/cases", json={"form": form})).json()

        till = {"10000": 205, "5000": 100, "2000": 100, "1000": 100, "500": 100, "100": 100, "50": 100, "10": 100,
                "5": 40, "2": 40, "1": 40}  # fmt: skip
        assert await mine() == {
            "till": "0001-T01", "state": "open", "opened_on": "2026-01-05", "hand_in": False,
            "business_date": "2026-01-05", "free": [], "closed_today": None, "count_to_explain": None,
        }  # fmt: skip
        moved = (await c.call("GET", "/v1/cash/my-till/movements")).json()
        assert [(m["amount"], m["notes"], m["zh"]) for m in moved["movements"]] == [
            ("500.00", {"10000": 5}, "现金存款")
        ]
        assert (moved["came"], moved["went"]) == (None, None)
        assert (await mine("K0001"))["till"] is None

        # A note too few, twice: the second count is to be explained by a procedure of its own.
        begun = await close(till | {"10000": 204})
        assert (await mine())["count_to_explain"] is None  # a recount is asked for first
        task = begun["tasks"][0]["task"]  # type: ignore[index]
        body = {"version": 1, "form": {"denominations": till | {"10000": 204}}}
        assert (await c.call("POST", f"/v1/tasks/{task}/completion", json=body)).status_code == 200
        count = (await mine())["count_to_explain"]
        assert isinstance(count, int)
        case = (
            await c.call(
                "POST",
                f"{CASES}/cash_difference/cases",
                json={"form": {"count": count, "explanation": "找错钱"}},
            )
        ).json()
        task = case["tasks"][0]["task"]
        yes = {"version": 1, "form": {"decision": "approve"}}
        assert (await c.call("POST", f"/v1/tasks/{task}/completion", "S0001", json=yes)).status_code == 200
        assert (await mine())["count_to_explain"] is None
        ended = await close(till | {"10000": 204})
        assert ended["status"] == "completed"
        now = await mine()
        assert (now["till"], now["closed_today"]) == (None, "0001-T01")
        assert "0001-T01" in now["free"]  # type: ignore[operator]
        moved = (await c.call("GET", "/v1/cash/my-till/movements")).json()
        assert (moved["came"], moved["went"]) == ("500.00", "100.00")

    run(demo, story)


def test_a_task_says_whom_four_eyes_keep_out_and_who_may_do_it_instead(demo: str) -> None:
    async def story(c: Client) -> None:
        zhang, *_ = await c.accounts()
        form = {"account": zhang, "amount": "60000.00", "denominations": {"10000": 600}}
        begun = (await c.call("POST", f"{CASES}/cash_deposit/cases", json={"form": form})).json()
        identity = begun["tasks"][0]["task"]
        note = {"text": "证件原件已核。"}
        assert (await c.call("POST", f"/v1/tasks/{identity}/comments", json=note)).status_code == 201
        picture = b"\x89PNG\r\n\x1a\n" + b"0" * 40
        added = await c.call(
            "POST", f"/v1/tasks/{identity}/attachments?name=id.png", content=picture,
            headers={"Content-Type": "application/octet-stream"},
        )  # fmt: skip
        assert added.status_code == 201, added.text
        seen = {"version": 1, "form": {"document_type": "id_card", "document_checked": True}}
        assert (await c.call("POST", f"/v1/tasks/{identity}/completion", json=seen)).status_code == 200
        tasks = (await c.call("GET", f"/v1/cases/{begun['case']}")).json()["tasks"]
        task = next(t["task"] for t in tasks if t["state"] == "open")

        shown = (await c.call("GET", f"/v1/tasks/{task}", "S0001")).json()
        assert {(k["person"], k["element"]) for k in shown["kept_out"]} >= {("T0001", "initiator")}
        # What was said and shown at the step before stands beside this one.
        assert [x["text"] for x in shown["comments"]] == ["证件原件已核。"]
        (file,) = shown["attachments"]
        answer = await c.call("GET", f"/v1/tasks/{task}/attachments/{file['id']}", "S0001")
        assert answer.content == picture
        other = (await c.call("POST", f"{CASES}/cash_deposit/cases", json={"form": form})).json()["tasks"][0][
            "task"
        ]
        gone = await c.call("GET", f"/v1/tasks/{other}/attachments/{file['id']}")
        assert gone.json()["code"] == "attachment_unknown"  # of another case

        remote = {"number": "M0001", "name": "高原"}  # works for every branch
        assert (await c.call("GET", f"/v1/tasks/{task}/delegates", "S0001")).json() == [remote]
        body = {
            "number": "S0009",
            "name": "新主管",
            "branch": "0001",
            "roles": ["supervisor"],
            "password": "river-bank-77",
        }
        assert (await c.call("POST", "/v1/staff", "D0001", json=body)).status_code == 201
        who = (await c.call("GET", f"/v1/tasks/{task}/delegates", "S0001")).json()
        assert who == [remote, {"number": "S0009", "name": "新主管"}]
        assert (await c.call("GET", f"/v1/tasks/{task}/delegates", "T0002")).json()["code"] == "task_unknown"

    run(demo, story)


def test_forms_carry_the_amount_keyed_twice_and_every_piece_of_renminbi(demo: str) -> None:
    """The pieces are those of 人民币管理条例 and its announcements: 1, 2 and 5 fen; 1, 2 and 5 jiao; 1, 2, 5, 10, 20, 50 and
    100 yuan."""

    async def story(c: Client) -> None:
        process = (await c.call("GET", f"{CASES}/cash_deposit")).json()
        faces = {f["name"]: f["faces"] for f in process["start_form"]["fields"]}
        fen = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000]
        assert faces["denominations"] == faces["change"] == fen[::-1]
        assert faces["amount"] is None
        closing = (await c.call("GET", f"{CASES}/till_close")).json()["start_form"]["fields"]
        assert [(f["name"], f["type"], bool(f["faces"])) for f in closing] == [
            ("denominations", "denominations", True),
            ("vouchers", "vouchers", False),
        ]
        twice = {f["name"]: f["keyed_twice_from"] for f in process["start_form"]["fields"]}
        assert twice["amount"] == "50000.00"
        assert {name for name, amount in twice.items() if amount} == {"amount"}
        mine = await c.call("GET", "/v1/cases?mine=true", "R0001")
        assert mine.json()["cases"] == []

    run(demo, story)
