"""Online banking opened at the counter: the same workbench, another procedure."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.conftest import Desk

ZHANG = "00000000018"
"""The demo's first customer."""


def test_what_is_shown_once_stays_until_it_is_handed_over(sit: Callable[..., Desk]) -> None:
    """The activation code is in one answer only: the page keeps it in sight and nowhere else."""
    desk = sit("en")
    desk.open()
    desk.log_in("T0001")
    desk.type("1302", ZHANG)
    desk.page.keyboard.press("F9")
    desk.page.locator("#identity-document_type").select_option("id_card")
    desk.page.locator("#identity-identity_result").select_option("fits")
    desk.page.keyboard.press("F9")
    desk.page.locator("#agreement-agreement_language").select_option("zh-CN")
    desk.page.locator("#agreement-answer").select_option("agree")
    desk.page.locator("#agreement-signature_method").select_option("signature_pad")
    desk.page.locator("#agreement-signature_digest").fill("ab" * 32)
    desk.page.keyboard.press("F9")
    code = desk.page.locator(".once")
    expect(code).to_be_visible()
    secret = code.inner_text()
    desk.page.wait_for_timeout(3_000)  # the case is looked at again meanwhile
    expect(code).to_have_text(secret)
    kept = desk.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, location.href])")
    assert secret not in kept
    desk.page.get_by_role("button", name="Handed over").click()
    expect(code).to_have_count(0)
    expect(desk.page.get_by_role("heading", name="Hand the code over")).to_be_visible()
