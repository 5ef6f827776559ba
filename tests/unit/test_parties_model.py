"""What makes a customer valid. The check digit of GB 11643-1999 is computed here by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from liushui.parties import Customer, NewCustomer, check, mask_document, mask_mobile
from tests.books import MORNING

TODAY = date(2026, 1, 5)
CREDIT_CODE = "91110000600037341L"  # the example of python-stdnum's documentation


def id_number(birth: str = "19900307", sequence: str = "123") -> str:
    """GB 11643-1999, annex A: weights 2^(18-i) mod 11, remainder 0..10 written as 1 0 X 9 8 7 6 5 4 3 2."""
    payload = "110101" + birth + sequence
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(payload))
    return payload + "10X98765432"[total % 11]


def person(**changes: object) -> NewCustomer:
    new = NewCustomer("individual", "张三", "id_card", id_number(), mobile="13800138000")
    return replace(new, **changes)  # pyright: ignore[reportArgumentType]


def faults(new: NewCustomer) -> set[tuple[str, str | None]]:
    return {(fault.code, fault.field) for fault in check(new.normalised(), TODAY)}


def test_a_resident_and_a_company_are_entered() -> None:
    assert faults(person()) == set()
    assert faults(NewCustomer("entity", "某某公司", "uscc", CREDIT_CODE)) == set()


def test_only_one_check_digit_of_eleven_is_right() -> None:
    for sequence in ("001", "002", "123", "777", "999"):
        right = id_number(sequence=sequence)
        accepted = [last for last in "0123456789X" if not faults(person(document_number=right[:-1] + last))]
        assert accepted == [right[-1]]


def test_any_wrong_character_of_a_credit_code_is_noticed() -> None:
    for place, was in enumerate(CREDIT_CODE):
        wrong = CREDIT_CODE[:place] + ("1" if was != "1" else "2") + CREDIT_CODE[place + 1 :]
        new = NewCustomer("entity", "某某公司", "uscc", wrong)
        assert ("document_number_invalid", "document_number") in faults(new), place


def test_the_id_number_gives_the_birth_date() -> None:
    assert person().normalised().birth_date == date(1990, 3, 7)


def test_a_birth_date_that_contradicts_the_id_number_is_refused_and_not_replaced() -> None:
    typed = person(birth_date=date(1990, 3, 8)).normalised()
    assert typed.birth_date == date(1990, 3, 8)
    assert faults(typed) == {("birth_date_contradicts", "birth_date")}
    assert faults(person(birth_date=date(1990, 3, 7))) == set()


def test_one_document_is_written_one_way() -> None:
    plain = next(n for n in (id_number(sequence=f"{s:03d}") for s in range(1, 100)) if n.endswith("X"))
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in plain)
    for typed in (
        plain.lower(),
        full_width,
        f" {plain[:6]} {plain[6:14]}\u3000{plain[14:]} ",
        f"{plain[:6]}-{plain[6:]}",
    ):
        assert person(document_number=typed).normalised().document_number == plain
    assert person(document_country="US").normalised() == person().normalised()
    passport = NewCustomer("individual", "Eve", "passport", "AB-12 34", "GB").normalised()
    assert (passport.document_number, passport.document_country) == ("AB-1234", "GB")


def test_digits_of_other_scripts_are_not_digits() -> None:
    arabic = "".join(chr(0x0660 + int(c)) if c.isdigit() else c for c in id_number())
    assert ("document_number_invalid", "document_number") in faults(person(document_number=arabic))
    assert faults(person(mobile="13" + "\u0660" * 9)) == {("mobile_malformed", "mobile")}


@pytest.mark.parametrize(
    "mobile", ["12800138000", "1380013800", "138001380000", "+0123456789", "", "+86 138"]
)
def test_a_malformed_mobile_number(mobile: str) -> None:
    assert faults(person(mobile=mobile)) == {("mobile_malformed", "mobile")}


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "\ud800", "长" * 121])
def test_a_malformed_name(name: str) -> None:
    assert faults(person(name=name)) == {("name_malformed", "name")}


def test_names_may_be_long_or_unusual() -> None:
    assert faults(person(name="长" * 120)) == faults(person(name="𠮷·Ольга 🙂")) == set()


def test_a_document_holds_on_its_last_day() -> None:
    assert faults(person(document_expires_on=TODAY)) == set()
    assert faults(person(document_expires_on=date(2026, 1, 4))) == {
        ("document_expired", "document_expires_on")
    }


def test_all_faults_at_once_and_nothing_repeated_of_what_was_typed() -> None:
    new = NewCustomer("entity", "", "id_card", "110101199003071234", document_expires_on=date(2020, 1, 1),
                      birth_date=date(2030, 1, 1), mobile="55501234")  # fmt: skip
    found = check(new.normalised(), TODAY)
    assert {fault.field for fault in found} == {
        "name", "document_type", "document_number", "document_expires_on", "birth_date", "mobile"
    }  # fmt: skip
    assert "110101" not in repr(found)
    assert "55501234" not in repr(found)
    assert faults(person(document_type="uscc", document_number=CREDIT_CODE)) == {
        ("document_type_unfit", "document_type")
    }


def test_no_printed_customer_shows_document_or_mobile_number() -> None:
    new = person(address="某路 1 号")
    stored = Customer(1, "00000000018", "individual", "张三", new.birth_date, "id_card", "CN", new.document_number,
                      new.mobile, new.address, 1, MORNING)  # fmt: skip
    for printed in (repr(new), repr(stored)):
        assert not any(secret in printed for secret in (new.document_number, "13800138000", "某路"))
    assert mask_document("110101199003071234") == "110***********1234"
    assert mask_mobile("13800138000") == "138****8000"
    assert mask_document("A123456") == "*******"
    assert mask_mobile(None) is None
