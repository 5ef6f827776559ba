"""Reports as people get them: over the API, by command, and out of the wheel."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pypdf import PdfReader

from liushui.cli import main
from liushui.reporting import REPORTS
from tests.counter import FITS
from tests.integration.test_open_api import Client
from tests.integration.test_open_api import run as run_api
from tests.procedures import Story, run


def test_over_the_api_who_may_reads_what_they_may(demo: str) -> None:
    async def story(c: Client) -> None:
        async def get(path: str, staff: str, status: int = 200, **params: str) -> Any:
            answer = await c.call("GET", path, staff, params=params)
            assert answer.status_code == status, answer.text[:300]
            return answer

        for name in REPORTS:
            for format, kind in (
                ("csv", "text/csv; charset=utf-8"),
                ("json", "application/json"),
                ("pdf", "application/pdf"),
            ):
                answer = await get(
                    f"/v1/reports/{name}", "O0001", format=format, language="en", date="2026-01-05"
                )
                assert answer.headers["content-type"] == kind
                assert answer.headers["cache-control"] == "no-store"
                file = name.replace("_", "-")
                wanted = f'attachment; filename="{file}-2026-01-05.{format}"'
                if name != "income_statement":
                    assert answer.headers["content-disposition"] == wanted
                assert int(answer.headers["content-length"]) == len(answer.content)
            assert answer.content.startswith(b"%PDF-")
        mine = (await get("/v1/reports/cash", "S0001")).json()  # a supervisor works for one branch
        assert {row["branch"] for row in mine["tables"][0]["rows"]} == {"0001"}
        assert (await get("/v1/reports/cash", "S0001", 403, branch="0002")).json()[
            "code"
        ] == "report_other_branch"
        assert (await get("/v1/reports/cash", "S0001", branch="0001")).json()["tables"] == mine["tables"]
        whole = (await get("/v1/reports/cash", "A0001")).json()
        assert {row["branch"] for row in whole["tables"][0]["rows"]} == {"0001", "0002"}
        for staff in ("T0001", "D0001", "R0001"):
            assert (await get("/v1/reports/cash", staff, 403)).json()["code"] == "permission_missing"
        assert (await get("/v1/reports/nothing", "A0001", 404)).json()["code"] == "report_unknown"
        assert (await get("/v1/reports/cash", "A0001", 422, format="xls")).json()["code"] == "field_malformed"
        assert (await get("/v1/statements/AAAA", "T0001", 404)).json()["code"] == "statement_unknown"
        assert (await get("/v1/statements/AAAA", "D0001", 403)).json()["code"] == "permission_missing"

    run_api(demo, story)


def test_a_statement_over_the_api_by_its_code(demo: str) -> None:
    async def story(c: Client) -> None:
        payer, *_ = await c.accounts()
        form = {"account": payer, "from": "2026-01-01", "to": "2026-01-05"}
        case = await c.call("POST", "/v1/processes/print_statement/cases", json={"form": form})
        assert case.status_code in (201, 202), case.text
        task = (await c.call("GET", "/v1/tasks")).json()["tasks"][0]
        given = {"version": task["version"], "form": FITS}
        done = await c.call("POST", f"/v1/tasks/{task['task']}/completion", json=given)
        assert done.status_code < 300, done.text
        shown = (await c.call("GET", f"/v1/cases/{task['case']}")).json()
        code = shown["variables"]["statement"]
        answer = await c.call("GET", f"/v1/statements/{code}")
        assert answer.headers["content-type"] == "application/pdf"
        assert (
            answer.headers["content-disposition"]
            == 'attachment; filename="statement-2026-01-01-2026-01-05.pdf"'
        )
        text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
        assert "张示例" in text
        assert code in text

    run_api(demo, story)


Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(
    demo: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Command:
    """``liushui …`` against the demo bank: exit code, what it printed, what it said besides."""

    async def nothing(_: Story) -> None:
        return None

    run(demo, nothing)
    monkeypatch.setenv("LIUSHUI_DATABASE_URL", demo)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        return int(ended.value.code or 0), *capfd.readouterr()

    return call


async def counted(dsn: str) -> int:
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetchval("SELECT count(*) FROM entry")
    finally:
        await conn.close()


def test_the_command_writes_files_and_prints(command: Command, demo: str, tmp_path: Path) -> None:
    assert command("report", "balance_sheet", "--out", "sheet.csv")[0] == 0
    sheet = list(csv.reader(io.StringIO((tmp_path / "sheet.csv").read_text("utf-8-sig"))))
    assert sheet[0] == ["Balance sheet"]
    assert ["Total assets", "1020300.50", "0.00"] in sheet
    code, _, said = command("report", "cash", "--date", "2026-01-05", "--branch", "0002", "--language", "zh")
    assert code == 0
    assert "cash-2026-01-05-0002.pdf: 3 rows" in said
    assert "500,300.00" in PdfReader(tmp_path / "cash-2026-01-05-0002.pdf").pages[0].extract_text()
    code, printed, _ = command("report", "day_journal", "--format", "json", "--out", "-")
    assert json.loads(printed)["facts"]["entries"] == asyncio.run(counted(demo))
    code, _, said = command("report", "cash", "--date", "2030-01-01", "--out", "later.pdf")
    assert code == 1
    assert "report_period_future" in said
    assert command("report", "statement")[0] == 1
    assert command("report", "cash", "--out", "nowhere/x.pdf")[0] == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["cash-2026-01-05-0002.pdf", "sheet.csv"]


def test_the_font_and_the_words_travel_in_the_wheel(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=Path(__file__).parents[2], check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        packed = set(opened.namelist())
    folder = Path(__file__).parents[2] / "src" / "liushui" / "reporting"
    data = {
        f"liushui/reporting/{p.relative_to(folder)}"
        for p in folder.rglob("*")
        if p.suffix in (".ttf", ".txt", ".yaml", ".sql")
    }
    assert len(data) == 7
    assert data <= packed
