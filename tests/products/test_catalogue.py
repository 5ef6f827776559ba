"""The catalogue: what ships, and how a wrong file is refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liushui.accounting import load_chart
from liushui.kernel.errors import Fault, Refused
from liushui.locales import LANGUAGES, message
from liushui.products import (
    Catalogue,
    Kind,
    RateType,
    fees_due,
    house_catalogue,
    load_catalogue,
    opening_faults,
    parse_catalogue,
    withdrawal_faults,
)

GOOD = dedent(
    """\
    key: spring
    version: 1
    valid_from: 2026-01-01
    valid_to: 2026-06-30
    kind: time
    currency: CNY
    zh: 春季定期
    en: Spring deposit
    holders: [individual]
    gl_code: "2011.03"
    day_count: months/360
    rounding: half_up
    principal_from: "1.00"
    least: {opening: "100.00", withdrawal: "10.00", residual: "100.00"}
    rate: {type: fixed, name: time}
    tenors: [3M, 1Y]
    fallback: demand
    renewal: [none, principal]
    part_withdrawals: 1
    """
)


def faults_of(*texts: str) -> list[Fault]:
    with pytest.raises(Refused) as refused:
        parse_catalogue([(f"{n}.yaml", text) for n, text in enumerate(texts, start=1)])
    return list(refused.value.faults)


def places(faults: list[Fault]) -> list[tuple[object, str, object]]:
    return [(f.params.get("line"), f.code, f.params.get("field")) for f in faults]


def test_every_kind_of_the_rules_ships() -> None:
    catalogue = load_catalogue()
    assert {product.kind for product in catalogue} == set(Kind)
    assert {product.rate.type for product in catalogue} == set(RateType)
    on = catalogue.on(date(2026, 1, 5))
    assert {
        "demand",
        "demand_entity",
        "time",
        "instalment",
        "demand_or_time",
        "notice",
        "certificate",
    } < on.keys()
    assert on["demand"].year_basis == 360
    assert on["time"].tenors == ("3M", "6M", "1Y", "2Y", "3Y", "5Y")
    assert on["notice"].least.opening == on["notice"].least.residual == 50_000_00
    assert on["certificate"].least.opening == 200_000_00
    assert on["certificate_entity"].least.opening == 10_000_000_00
    assert {product.currency for product in catalogue} >= {"CNY", "USD", "JPY", "HKD"}


def test_every_principal_has_its_account_in_the_chart() -> None:
    assert {load_chart().leaf(product.gl_code).kind for product in load_catalogue()} == {"liability"}


def test_the_text_of_a_version_says_the_same_again() -> None:
    for released in house_catalogue():
        (again,) = parse_catalogue([("again.yaml", released.text)])
        assert again.product == released.product


def test_layout_and_comments_do_not_change_a_digest_but_terms_do() -> None:
    (first,) = parse_catalogue([("a.yaml", GOOD)])
    spread = GOOD.replace("{type: fixed, name: time}", "\n  name: time # posted\n  type: 'fixed'")
    (second,) = parse_catalogue([("b.yaml", "# another look\n" + spread)])
    assert spread != GOOD
    assert first.product.digest == second.product.digest
    (third,) = parse_catalogue([("c.yaml", GOOD.replace("10.00", "20.00"))])
    assert third.product.digest != first.product.digest
    assert len(first.product.digest) == 64


def test_every_fault_at_once_with_its_line() -> None:
    """Thirteen faults in one file; the numbers are those an editor shows."""
    wrong = (
        GOOD.replace("version: 1", "version: one")  # 2
        .replace("2026-06-30", "2025-06-30")  # 4
        .replace("currency: CNY", "currency: XYZ")  # 6
        .replace("en: Spring deposit", "english: Spring deposit")  # 8 unknown; en missing
        .replace("[individual]", "[individual, dog]")  # 9
        .replace("months/360", "28/336")  # 11
        .replace("half_up", "up")  # 12
        .replace('withdrawal: "10.00"', 'withdrawal: "1000.00"')  # 14
        .replace("type: fixed", "type: tiered")  # 15, and its second rate is missing
        .replace("[3M, 1Y]", "[3M, 1Y, 3M]")  # 16
        .replace("part_withdrawals: 1", "part_withdrawals: 1\npart_withdrawals: 2")  # 20
    )
    assert places(faults_of(wrong)) == [
        (1, "yaml_field_missing", "en"),
        (2, "yaml_field_malformed", "version"),
        (4, "product_dates_reversed", "valid_to"),
        (6, "yaml_field_malformed", "currency"),
        (8, "yaml_field_unknown", "english"),
        (9, "yaml_field_malformed", "holders"),
        (11, "yaml_field_malformed", "day_count"),
        (12, "yaml_field_malformed", "rounding"),
        (14, "product_least_disagree", None),
        (15, "product_rate_type_unfit", "rate.type"),
        (15, "yaml_field_missing", "rate.above"),
        (16, "yaml_field_twice", "tenors"),
        (20, "yaml_field_twice", "part_withdrawals"),
    ]


def test_faults_of_all_files_and_documents_together_each_in_words() -> None:
    two = GOOD + "---\n" + GOOD.replace("version: 1", "version: 2").replace("kind: time", "kind: gold")
    faults = faults_of(two, "a: [", GOOD.replace("spring", "Spring"))
    assert [(f.params["file"], f.params["line"], f.code) for f in faults] == [
        ("1.yaml", 25, "yaml_field_malformed"),
        ("2.yaml", 1, "yaml_malformed"),
        ("3.yaml", 1, "yaml_field_malformed"),
    ]
    for fault in faults:
        assert all(message(fault.code, fault.params, language) != fault.code for language in LANGUAGES)


def test_a_field_of_another_kind_does_not_belong() -> None:
    assert places(faults_of(GOOD + "transferable: true\n")) == [(20, "yaml_field_unknown", "transferable")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("tenors: [3M, 1Y]", "tenors: [7D]"), "product_tenor_unfit"),
        (("principal_from: \"1.00\"", "principal_from: \"0.00\""), "yaml_field_malformed"),
        (("part_withdrawals: 1", "part_withdrawals: -1"), "yaml_field_malformed"),
        (("part_withdrawals: 1", "part_withdrawals: 1\ntax_percent: NaN"), "yaml_field_malformed"),
        (("part_withdrawals: 1", "part_withdrawals: 1\ntax_percent: 1e2"), "yaml_field_malformed"),
        (("holders: [individual]", "holders: &a [individual]"), "yaml_construct_unfit"),
        (("holders: [individual]", "holders: [[[[[[[[[x]]]]]]]]]"), "yaml_construct_unfit"),
        (("holders: [individual]", "holders: []"), "yaml_field_malformed"),
        (("zh: 春季定期", "zh: \"\""), "yaml_field_malformed"),
        (("rate: {type: fixed, name: time}", "rate: time"), "yaml_mapping_wanted"),
    ],
)  # fmt: skip
def test_what_else_is_refused(change: tuple[str, str], code: str) -> None:
    assert code in [fault.code for fault in faults_of(GOOD.replace(*change))]


def test_versions_of_a_product_do_not_overlap() -> None:
    second = GOOD.replace("version: 1", "version: 2").replace(
        "valid_from: 2026-01-01", "valid_from: 2026-06-30"
    )
    second = second.replace("valid_to: 2026-06-30\n", "")
    (fault,) = faults_of(GOOD + "---\n" + second)
    assert (fault.code, fault.params["line"]) == ("product_versions_overlap", 21)
    good = second.replace("valid_from: 2026-06-30", "valid_from: 2026-07-01")
    assert len(parse_catalogue([("a.yaml", GOOD + "---\n" + good)])) == 2
    (again,) = faults_of(GOOD + "---\n" + good.replace("version: 2", "version: 1"))
    assert again.code == "product_version_twice"


def test_which_version_holds_on_a_day() -> None:
    second = (
        GOOD.replace("version: 1", "version: 2")
        .replace("2026-01-01", "2026-09-01")
        .replace("2026-06-30", "2026-12-31")
    )
    third = (
        GOOD.replace("version: 1", "version: 3")
        .replace("2026-01-01", "2027-01-01")
        .replace("valid_to: 2026-06-30\n", "")
    )
    catalogue = Catalogue(
        [r.product for r in parse_catalogue([("a.yaml", "---\n".join([GOOD, second, third]))])]
    )

    def sold(day: date) -> int | str:
        try:
            return catalogue.get("spring", day).version
        except Refused as refused:
            return refused.code

    days = [date(2025, 12, 31), date(2026, 6, 30), date(2026, 7, 1), date(2026, 9, 1), date(2030, 1, 1)]
    assert [sold(day) for day in days] == ["product_unknown", 1, "product_unknown", 2, 3]
    assert catalogue.version("spring", 2).valid_from == date(2026, 9, 1)
    assert catalogue.on(date(2026, 7, 1)) == {}


def test_a_bomb_of_aliases_costs_nothing() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(500))
    assert [fault.code for fault in faults_of(bomb)] == ["yaml_construct_unfit"]
    assert [fault.code for fault in faults_of("[" * 50_000)] == ["yaml_construct_unfit"]
    assert [fault.code for fault in faults_of("x" * 100_001)] == ["yaml_too_large"]


@given(st.text(max_size=200), st.integers(0, 400))
def test_any_text_is_read_or_refused(text: str, at: int) -> None:
    """Never another error, wherever somebody types into a good file."""
    with suppress(Refused):
        parse_catalogue([("any.yaml", GOOD[:at] + text + GOOD[at:])])


def test_fees_are_terms() -> None:
    fees = 'fees:\n  - {event: early_withdrawal, amount: "5.00", percent: "0.1"}\n  - {event: closing, amount: "1.00"}\n'
    (released,) = parse_catalogue([("a.yaml", GOOD + fees)])
    assert fees_due(released.product, "early_withdrawal", 10_000_00) == 15_00
    assert fees_due(released.product, "closing", 10_000_00) == 1_00
    assert fees_due(released.product, "transfer", 10_000_00) == 0
    assert places(faults_of(GOOD + fees.replace('"0.1"', '"-1"'))) == [
        (21, "yaml_field_malformed", "fees.0.percent")
    ]


def test_days_at_the_fallback_rate_have_their_own_count_and_the_same_year() -> None:
    (released,) = parse_catalogue([("a.yaml", GOOD + "fallback_day_count: months/360\n")])
    assert released.product.fallback_day_count == "months/360"
    assert places(faults_of(GOOD + "fallback_day_count: actual/365\n")) == [
        (20, "product_fallback_year_differs", "fallback_day_count")
    ]


def test_who_may_open_what() -> None:
    time = load_catalogue().get("time", date(2026, 1, 5))
    assert opening_faults(time, "individual", 50_00, "1Y") == []
    assert [f.code for f in opening_faults(time, "entity", 49_99, None)] == [
        "product_not_for_holder", "product_opening_too_small", "product_tenor_unknown",
    ]  # fmt: skip
    assert [f.code for f in withdrawal_faults(time, 100_00, 0)] == ["amount_not_positive"]
