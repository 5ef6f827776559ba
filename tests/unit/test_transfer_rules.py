"""Limits, proofs and times of transfers without a bank. Figures worked out by hand."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from liushui.kernel.errors import Refused
from liushui.payments import ChannelLimit, Totals, bank_limit, channel_faults, needs_of
from liushui.processes import load_calendars
from liushui.processes.transfer.timing import execution_time, next_morning
from liushui.risk import effective
from liushui.store.vault import Vault, ensure_key, read_key

PARAMETERS = effective(date(2026, 1, 5))
COUNTER = load_calendars()["counter"]


def at(text: str) -> datetime:
    """Beijing time to UTC."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def test_a_limit_is_reached_by_the_fen() -> None:
    limit = ChannelLimit(5_000_000, 3)
    assert channel_faults(limit, Totals(channel_amount=4_999_999), 1) == []
    (fault,) = channel_faults(limit, Totals(channel_amount=4_999_999), 2)
    assert (fault.code, fault.params) == ("channel_limit_exceeded", {"left": "0.01"})
    both = channel_faults(limit, Totals(channel_amount=5_000_000, channel_count=3), 1)
    assert [f.code for f in both] == ["channel_limit_exceeded", "channel_count_exceeded"]


def test_what_is_agreed_only_tightens() -> None:
    assert ChannelLimit(100, None).tightened(ChannelLimit(200, 5)) == ChannelLimit(100, 5)
    assert ChannelLimit().tightened(ChannelLimit(200, 5)) == ChannelLimit(200, 5)
    assert bank_limit("counter", PARAMETERS) == bank_limit("open_api", PARAMETERS) == ChannelLimit()
    assert bank_limit("atm", PARAMETERS) == ChannelLimit(5_000_000)


@pytest.mark.parametrize(
    ("channel", "others", "account", "amount", "own", "individual", "proof", "reminder"),
    [
        ("online", 0, 0, 5_000_000, False, True, False, False),
        ("online", 0, 0, 5_000_001, False, True, True, False),
        ("online", 4_000_000, 4_000_000, 1_000_001, False, True, True, False),
        ("online", 0, 0, 30_000_000, True, True, False, False),
        ("online", 0, 0, 30_000_001, True, True, False, True),
        ("online", 0, 0, 100_000_000, False, False, True, False),
        ("online", 0, 0, 100_000_001, False, False, True, True),
        ("counter", 9_000_000, 90_000_000, 90_000_000, False, True, False, False),
        ("open_api", 9_000_000, 90_000_000, 90_000_000, False, True, False, False),
    ],
)
def test_what_the_days_total_asks_for(
    channel: str, others: int, account: int, amount: int, own: bool, individual: bool, proof: bool,
    reminder: bool,
) -> None:  # fmt: skip
    totals = Totals(account_amount=account, owner_others=others)
    needs = needs_of(channel, totals, amount, own=own, individual=individual, parameters=PARAMETERS)
    assert (needs.proof, needs.reminder) == (proof, reminder)


def test_the_next_morning_is_the_banks() -> None:
    assert next_morning(at("2026-01-05T10:00"), COUNTER) == at("2026-01-06T09:00")
    assert next_morning(at("2026-01-06T00:30"), COUNTER) == at("2026-01-07T09:00")
    assert next_morning(at("2026-01-09T23:59"), COUNTER) == at("2026-01-12T09:00")  # over the weekend
    assert next_morning(at("2026-02-15T12:00"), COUNTER) == at("2026-02-24T09:00")  # over Spring Festival
    assert next_morning(at("2026-02-13T12:00"), COUNTER) == at("2026-02-14T09:00")  # a Saturday worked in


def test_the_later_of_choice_and_delay_holds() -> None:
    def time(choice: str, now: str, delayed: bool) -> datetime:
        return execution_time(choice, at(now), delayed=delayed, parameters=PARAMETERS, calendar=COUNTER)

    assert time("normal", "2026-01-05T10:00", False) == at("2026-01-05T12:00")
    assert time("realtime", "2026-01-05T10:00", True) == at("2026-01-06T10:00")
    assert time("next_day", "2026-01-05T10:00", True) == at("2026-01-06T10:00")
    assert time("next_day", "2026-01-09T10:00", True) == at("2026-01-12T09:00")


def test_what_is_sealed_opens_for_whom_it_was_sealed_alone(tmp_path: Path) -> None:
    path = ensure_key(tmp_path / "data" / "secrets.key")
    assert path.stat().st_mode & 0o777 == 0o600
    assert ensure_key(path) == path
    vault = Vault(read_key(path))
    sealed = vault.seal(b"secret", "C1")
    assert (vault.open(sealed, "C1"), b"secret" in sealed) == (b"secret", False)
    assert vault.seal(b"secret", "C1") != sealed
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for other, about, what in (
        (vault, "C2", sealed),
        (vault, "C1", changed),
        (Vault(bytes(32)), "C1", sealed),
    ):
        with pytest.raises(Refused, match="vault_key_wrong"):
            other.open(what, about)
    with pytest.raises(Refused, match="vault_closed"):
        Vault(None).open(sealed, "C1")
    short = tmp_path / "short"
    short.write_bytes(b64encode(b"short"))
    for malformed in (short, tmp_path / "none"):
        with pytest.raises(Refused, match="vault_key_malformed"):
            Vault(read_key(malformed))
