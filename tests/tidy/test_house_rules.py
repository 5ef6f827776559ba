"""House rules that a program can check."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "liushui"
MODULES = sorted(SOURCE.rglob("*.py"))


def tracked() -> list[Path]:
    try:
        done = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_file_has_two_subjects() -> None:
    long = [
        p for p in tracked() if p.suffix in (".py", ".ts", ".tsx") and len(p.read_text().splitlines()) > 500
    ]
    assert long == []


def test_nobody_but_kernel_and_store_reads_the_clock_or_commits() -> None:
    """The command line is asked for today's date where a bank is founded; the supervisor sleeps."""
    forbidden = {"now", "utcnow", "today", "time", "monotonic", "commit"}
    found: list[str] = []
    for module in MODULES:
        place = module.relative_to(SOURCE)
        if place.parts[0] in ("kernel", "store", "cli"):
            continue
        for node in ast.walk(ast.parse(module.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in forbidden
            ):
                owner = ast.unparse(node.func.value)
                if not owner.endswith("clock"):
                    found.append(f"{place}:{node.lineno} {owner}.{node.func.attr}")
    assert found == []


def test_no_float_touches_money() -> None:
    """Floats are durations only: in code that handles money the word does not appear."""
    found = [
        f"{module.relative_to(SOURCE)}:{node.lineno}"
        for part in (
            "ledger",
            "accounting",
            "deposits",
            "payments",
            "parties",
            "products",
            "replay",
            "kernel/money.py",
        )
        for module in ([SOURCE / part] if part.endswith(".py") else (SOURCE / part).rglob("*.py"))
        for node in ast.walk(ast.parse(module.read_text()))
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and "money" in module.name)
    ]
    assert [f for f in found if "group_commit" not in f] == []


def test_both_languages_say_the_same_codes_with_the_same_parameters() -> None:
    en, zh = (json.loads((SOURCE / "locales" / f"{name}.json").read_text()) for name in ("en", "zh-CN"))
    assert en.keys() == zh.keys()
    holes = re.compile(r"\{(\w+)\}")
    assert {k: set(holes.findall(v)) for k, v in en.items()} == {
        k: set(holes.findall(v)) for k, v in zh.items()
    }


def test_every_code_has_its_message_and_every_message_its_code() -> None:
    named = re.compile(r'(?:refuse|Fault)\(\s*"([a-z_]+)"')
    listed = re.compile(r'"([a-z][a-z0-9]*(?:_[a-z0-9]+)+|busy)"')
    text = "\n".join(module.read_text() for module in MODULES)
    messages = json.loads((SOURCE / "locales" / "en.json").read_text())
    assert set(named.findall(text)) - messages.keys() == set()
    assert messages.keys() - set(listed.findall(text)) == set()


def test_the_lock_file_is_in_step_and_has_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[><=; ]", w)[0].lower().replace("_", "-") for w in wanted}
    lock = (ROOT / "requirements.lock").read_text()
    locked = set(re.findall(r"^([a-z0-9][a-z0-9._-]*?)(?:\[.*?\])?==", lock, re.MULTILINE | re.IGNORECASE))
    assert names - {name.lower() for name in locked} == set()
    entries = re.split(r"^(?=[a-zA-Z0-9])", lock, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in entry for entry in entries)


def test_no_registry_host_and_no_path_of_a_machine_stands_in_any_file() -> None:
    hosts = re.compile(
        "|".join(["py" + r"pi\.org", "python" + "hosted", r"registry\.np" + "mjs", "/wo" + "rk/"])
    )
    found = [p for p in tracked() if p.suffix != ".svg" and hosts.search(p.read_text(errors="replace"))]
    assert found == []


def test_sql_is_text_in_files() -> None:
    statement = re.compile(r'"\s*(SELECT|INSERT|UPDATE|DELETE)\s', re.IGNORECASE)
    found = [f"{module.relative_to(SOURCE)}" for module in MODULES if statement.search(module.read_text())]
    assert [f for f in found if f not in ("store/embedded.py", "store/migrate.py")] == []
