"""What a customer signs with a passkey is this transfer and no other; and it can be proven later without the bank."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64decode
from datetime import timedelta
from hashlib import sha256
from typing import Any

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from liushui.bank import verify
from liushui.kernel.clock import BANK_TIME
from liushui.payments.limits import Totals, needs_of
from liushui.processes import procedure_folders
from liushui.risk import effective
from liushui.store.vault import Vault
from liushui.workflow import parse, read_folder
from tests.authenticator import Authenticator
from tests.procedures import MONDAY_TEN, Story, story_of
from tests.processes.transfers import (
    KEY,
    LI,
    ZHANG,
    challenge,
    customer,
    fund,
    give_passkey,
    last,
    run,
    sign,
    used,
)

ONLINE = customer("online")


async def ask(s: Story, amount: str = "60000.00") -> int:
    return await s.start(ONLINE, "transfer", payer=ZHANG, payee=LI, amount=amount)


async def tried(s: Story, case: int, assertion: str) -> str:
    """Give an answer; return the proof that the bank takes it for."""
    await s.do(ONLINE, case, "Confirm", assertion=assertion)
    return (await s.variables(case))["proof"]


async def signatures(s: Story) -> list[dict[str, Any]]:
    async with s.bank.db.read() as conn:
        return [dict(r) for r in await conn.fetch("SELECT * FROM electronic_signature ORDER BY id")]


def test_the_signature_is_over_this_transfer_and_holds_without_the_bank(demo: str) -> None:
    """The oracle is the W3C's recipe for verifying an assertion, step by step, with nothing of ours."""

    async def tell(s: Story) -> None:
        key = await give_passkey(s)
        case = await ask(s)
        assert await tried(s, case, await sign(s, case, key)) == "signature"
        (row,) = await signatures(s)
        content = json.loads(row["content"])
        assert (content["case"], content["process"], content["customer"]) == (case, "transfer", ONLINE.number)
        assert content["shown"] == {"payer": ZHANG, "payee": LI, "amount": 60_000_00, "factor": "signature"}
        said = json.loads(row["client_data"])
        hashed = urlsafe_b64decode(said["challenge"] + "=" * (-len(said["challenge"]) % 4))
        assert hashed == sha256(row["content"].encode()).digest()
        cose = cbor2.loads(row["public_key"])
        numbers = ec.EllipticCurvePublicNumbers(
            int.from_bytes(cose[-2]), int.from_bytes(cose[-3]), ec.SECP256R1()
        )
        signed = row["authenticator_data"] + sha256(row["client_data"]).digest()
        numbers.public_key().verify(row["signature"], signed, ec.ECDSA(SHA256()))
        with pytest.raises(InvalidSignature):
            numbers.public_key().verify(row["signature"], signed + b"x", ec.ECDSA(SHA256()))
        assert "signature" not in json.dumps((await s.variables(case)).get("assertion"))

    run(demo, tell)


class Thief:
    """What somebody might give instead of a signature, a method each."""

    def __init__(self, s: Story, key: Authenticator, foreign: Authenticator, earlier: str) -> None:
        self.s, self.key, self.foreign, self.earlier = s, key, foreign, earlier

    async def one_for_another_case(self, _: int) -> str:
        return self.earlier

    async def one_over_another_challenge(self, case: int) -> str:
        await challenge(self.s, case)
        return json.dumps(self.key.get(b"x" * 32))

    async def one_nobody_asked_for(self, _: int) -> str:
        return json.dumps(self.key.get(sha256(b"").digest()))

    async def one_over_another_amount(self, case: int) -> str:
        return json.dumps(self.key.get(await challenge(self.s, case, amount=1_00)))

    async def one_over_another_payee(self, case: int) -> str:
        return json.dumps(self.key.get(await challenge(self.s, case, payee=ZHANG)))

    async def one_by_somebody_elses_key(self, case: int) -> str:
        return json.dumps(self.foreign.get(await challenge(self.s, case)))

    async def one_over_somebody_elses_challenge(self, case: int) -> str:
        return json.dumps(self.key.get(await challenge(self.s, case, 2)))

    async def one_by_another_key_of_that_name(self, case: int) -> str:
        return json.dumps(Authenticator(self.key.id).get(await challenge(self.s, case)))

    async def one_too_late(self, case: int) -> str:
        asked = await challenge(self.s, case)
        self.s.clock.advance(timedelta(minutes=4, seconds=59))
        await challenge(self.s, case)
        return json.dumps(self.key.get(asked))

    async def nonsense(self, case: int) -> str:
        await challenge(self.s, case)
        return '{"id": 5}'

    async def deep_nonsense(self, case: int) -> str:
        await challenge(self.s, case)
        return "[" * 15_000

    async def one_from_another_origin(self, case: int) -> str:
        return await sign(self.s, case, self.key, origin="http://localhost:8000.evil.example")

    async def one_from_another_scheme(self, case: int) -> str:
        return await sign(self.s, case, self.key, origin="https://localhost:8000")

    async def one_for_another_domain(self, case: int) -> str:
        return await sign(self.s, case, self.key, rp_id="evil.example")

    async def one_by_nobody_in_particular(self, case: int) -> str:
        return await sign(self.s, case, self.key, verified=False)

    async def one_whose_counter_stands(self, case: int) -> str:
        return await sign(self.s, case, self.key, counter=0)


def test_what_is_not_a_signature_over_this_transfer(demo: str) -> None:
    """Each is tried in a case of its own, for three wrong answers end one."""

    async def tell(s: Story) -> None:
        key, foreign = await give_passkey(s), await give_passkey(s, 2)
        first = await ask(s)
        earlier = await sign(s, first, key)
        key.counter = 7
        assert await tried(s, first, await sign(s, first, key)) == "signature"  # the counter is at eight now
        thief = Thief(s, key, foreign, earlier)
        ways = [name for name in dir(thief) if name.startswith("one_") or name.endswith("nonsense")]
        assert len(ways) == 16
        for name in ways:
            case = await ask(s)
            assert await tried(s, case, await getattr(thief, name)(case)) == "none", name
            await s.processes.cancel(ONLINE, case, "x", idempotency_key=f"x{case}")
        back = await ask(s)
        assert await tried(s, back, await sign(s, back, key, counter=8)) == "none"  # as the last one
        assert await tried(s, back, await sign(s, back, key, counter=9)) == "signature"
        assert len(await signatures(s)) == 2
        await s.work()

    run(demo, tell)


def test_a_signature_is_taken_once(demo: str) -> None:
    async def tell(s: Story) -> None:
        key = await give_passkey(s)
        one = await ask(s)
        answer = await sign(s, one, key)
        await s.do(ONLINE, one, "Confirm", assertion=answer)
        other = await ask(s)
        for _ in range(3):
            await s.do(ONLINE, other, "Confirm", assertion=answer)
        assert await last(s, other) == "NotProven"
        assert (await used(s, ZHANG, "online"))[1] == 0  # the first is reviewed: a new payee

    run(demo, tell)


def test_a_signature_that_was_changed_is_found(demo: str) -> None:
    async def whole() -> None:
        async with story_of(demo, Vault(KEY)) as s:
            await fund(s, ZHANG, "988000.00")
            key = await give_passkey(s)
            for _ in range(2):
                case = await ask(s)
                await s.do(ONLINE, case, "Confirm", assertion=await sign(s, case, key))
            assert await verify(s.bank.db) == []
            async with s.bank.db.pool.acquire() as conn:
                await conn.execute("SET session_replication_role = replica")  # behind the trigger's back
                await conn.execute(
                    "UPDATE electronic_signature SET content = replace(content, '6000000', '9000000') WHERE id = 2"
                )
                faults = await verify(s.bank.db)
                await conn.execute(
                    "UPDATE electronic_signature SET content = replace(content, '9000000', '6000000')"
                )
                await conn.execute("RESET session_replication_role")
            assert [(f.code, f.params) for f in faults] == [("signature_broken", {"signature": 2})]

    asyncio.run(whole())


@given(
    st.sampled_from(["online", "phone", "kiosk", "atm"]), st.booleans(), st.booleans(), st.integers(0, 10**9),
    st.integers(1, 10**9), st.booleans(),
)  # fmt: skip
def test_the_table_asks_for_a_signature_exactly_where_the_books_demand_one(
    channel: str, own: bool, individual: bool, others: int, amount: int, new_payee: bool
) -> None:
    """The decision table asks, the books refuse: two places that must say the same."""
    parameters = effective(MONDAY_TEN.astimezone(BANK_TIME).date())
    totals = Totals(owner_others=others)
    needs = needs_of(channel, totals, amount, own=own, individual=individual, parameters=parameters)
    (folder,) = [f for f in procedure_folders() if f.name == "transfer"]
    table = parse(read_folder(folder)).decisions["transfer_factor"]
    facts = {
        "own": own, "needs_proof": needs.proof, "new_payee": new_payee, "amount": amount,
        "case": {"channel": channel}, "param": parameters,
    }  # fmt: skip
    factor = table.decide(facts).result["factor"]
    assert (factor == "signature") == (not own and others + amount > 50_000_00)
    assert (factor == "one_time_password") == (
        channel == "online" and not own and others + amount <= 50_000_00 and new_payee and amount >= 5_000_00
    )
