"""Online banking opened at the counter, and activated by the customer at home."""

from __future__ import annotations

import time

from playwright.sync_api import expect
from pyotp.totp import TOTP

from tests.journeys.conftest import Desk, Sit, picture

ZHANG = "00000000018"
"""The demo's first customer."""
PASSWORD = "stone under the bridge"


def test_what_is_shown_once_stays_until_it_is_handed_over(sit: Sit) -> None:
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
    activate_at_home(sit("zh-CN", width=360, height=740), secret)


def activate_at_home(home: Desk, code: str) -> None:
    """Code and a password of one's own; an authenticator app by the typed secret; then both are asked for."""
    home.open("/online/")
    home.page.get_by_role("button", name="首次使用").click()
    for label, text in (
        ("客户号", ZHANG),
        ("激活码", code),
        ("新登录密码", PASSWORD),
        ("再输入一次", PASSWORD),
    ):
        home.page.get_by_label(label, exact=True).fill(text)
    home.page.keyboard.press("Enter")
    home.page.get_by_role("button", name="使用身份验证器应用").click()
    home.page.locator(".qr").wait_for()
    assert home.serious_findings() == []
    picture(home, "online-enrol-zh-CN")
    app = TOTP(home.page.locator(".typed-secret").inner_text().replace(" ", ""))
    first, second = (app.at(int(time.time()) + later) for later in (0, 30))
    home.page.locator(".code-input").fill(first)
    home.page.keyboard.press("Enter")
    expect(home.page.locator(".notice-good")).to_contain_text("已激活")
    home.page.get_by_label("登录密码", exact=True).fill(PASSWORD)
    home.page.keyboard.press("Enter")
    home.page.locator(".code-input").fill(second)
    home.page.keyboard.press("Enter")
    expect(home.page.get_by_role("heading", name="您好")).to_contain_text("张示例")
