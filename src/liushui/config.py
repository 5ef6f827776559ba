"""Settings: command-line options first, then the environment, then defaults that work on a laptop."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """database_url: a PostgreSQL 15 or later; None means the embedded one in data_dir. requests_per_second:
    rate limit a caller and process. day_end: "automatic" cuts every business day off at midnight in Beijing; "manual"
    leaves that to somebody, and only closes."""

    data_dir: Path
    database_url: str | None
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    requests_per_second: int = 200
    day_end: str = "automatic"

    @staticmethod
    def from_environment(data_dir: str | None = None) -> Settings:
        env = os.environ
        return Settings(
            data_dir=Path(data_dir or env.get("LIUSHUI_DATA_DIR", ".liushui")),
            database_url=env.get("LIUSHUI_DATABASE_URL") or None,
            port=int(env.get("LIUSHUI_PORT", "8000")),
            workers=int(env.get("LIUSHUI_WORKERS", "1")),
            day_end="manual" if env.get("LIUSHUI_DAY_END") == "manual" else "automatic",
            requests_per_second=int(env.get("LIUSHUI_REQUESTS_PER_SECOND", "200")),
        )
