"""Forms as data: what a person fills in, checked whole, and only what the form names gets into the process.

A form file: ``{"zh": "…", "en": "…", "fields": [{"name", "type", "zh", "en", "required", …}]}``. Types: text, integer,
amount (decimal string in ``currency``, kept in minor units), date, flag, choice (``choices``: value to labels), account,
branch (its code; whoever shows the form offers the bank's branches by name),
denominations (face value in minor units to count), vouchers (kind of numbered paper to count), and show (read only;
``choices``: words for codes among its values, which it takes from a choice of the same name in another form of the process
where it has none). ``secret``: not shown again; what is called
…password is secret, and not even kept (see ``secrets``). ``own``: a customer who fills it in names an account of their own.
``when`` (choices' names to a value of each): the field is asked for only where these were chosen, and only there required.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from liushui.kernel.errors import Fault, Refused, raise_if_any
from liushui.kernel.money import AMOUNT_MINOR_MAX, Money
from liushui.kernel.text import is_storable
from liushui.workflow.secrets import is_secret

TYPES = (
    "text",
    "integer",
    "amount",
    "date",
    "flag",
    "choice",
    "account",
    "branch",
    "denominations",
    "vouchers",
    "show",
)
WITH_CHOICES = ("choice", "show")
TEXT_LENGTH_MAX = 2_000
COUNT_MAX = 1_000_000
FACES_MAX = 30
_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
_ACCOUNT = re.compile(r"[0-9A-Z-]{4,40}")
_BRANCH = re.compile(r"[0-9]{4}")
_FACE = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Field:
    """One input. least, most: bounds of an integer or of a text's length; pattern: whole-text regular expression.
    A flag that is required must be true."""

    name: str
    type: str
    zh: str
    en: str
    required: bool = False
    least: int | None = None
    most: int | None = None
    pattern: str | None = None
    choices: Mapping[str, Mapping[str, str]] | None = None
    currency: str = "CNY"
    secret: bool = False
    own: bool = False
    when: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Form:
    name: str
    zh: str
    en: str
    fields: tuple[Field, ...]


def parse_form(name: str, body: object, faults: list[Fault]) -> Form | None:
    """Read a form; append what is wrong with it. body: any JSON, as somebody has sent it."""
    before = len(faults)
    fields: list[Field] = []
    known: dict[str, Any] = body if isinstance(body, dict) else {}  # pyright: ignore[reportUnknownVariableType]
    zh, en, rows = known.get("zh"), known.get("en"), known.get("fields")
    if not (zh and isinstance(zh, str) and en and isinstance(en, str) and isinstance(rows, list)):
        faults.append(Fault("form_malformed", {"form": name, "field": ""}))
        return None
    for row in rows:  # pyright: ignore[reportUnknownVariableType] - JSON, looked at below
        field = _field(row) if isinstance(row, dict) else None  # pyright: ignore[reportUnknownArgumentType]
        if field is None or field.name in {f.name for f in fields}:
            faults.append(Fault("form_malformed", {"form": name, "field": str(row)[:60]}))  # pyright: ignore[reportUnknownArgumentType]
        else:
            fields.append(field)
    faults += [
        Fault("form_malformed", {"form": name, "field": f.name}) for f in fields if not _follows(f, fields)
    ]
    return Form(name, zh, en, tuple(fields)) if len(faults) == before else None


def _field(row: Mapping[str, Any]) -> Field | None:
    known = {
        "name",
        "type",
        "zh",
        "en",
        "required",
        "least",
        "most",
        "pattern",
        "choices",
        "currency",
        "secret",
        "own",
        "when",
    }
    if not row.keys() <= known or not {"name", "type", "zh", "en"} <= row.keys():
        return None
    if not _NAME.fullmatch(str(row["name"])) or row["type"] not in TYPES:
        return None
    if row["type"] == "choice" and "choices" not in row:
        return None
    if "choices" in row and row["type"] not in WITH_CHOICES:
        return None
    if not _is_condition(row.get("when")):
        return None
    if is_secret(row["name"]) and not row.get("secret"):
        return None
    return Field(**row)


def _is_condition(when: Any) -> bool:
    return when is None or (isinstance(when, dict) and all(isinstance(v, str) for v in when.values()))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _follows(field: Field, fields: Sequence[Field]) -> bool:
    """Whether what a field depends on can be chosen in the same form."""
    choices = {f.name: f.choices or {} for f in fields if f.type == "choice" and f is not field}
    return all(value in choices.get(name, {}) for name, value in (field.when or {}).items())


def is_asked(field: Field, given: Mapping[str, Any]) -> bool:
    """Whether what has been chosen so far makes the field one to fill in."""
    return all(given.get(name) == value for name, value in (field.when or {}).items())


def with_words(forms: Mapping[str, Form]) -> dict[str, Form]:
    """The forms of one process, in which what is shown takes the words of the choice that it was made by."""
    chosen = {f.name: f.choices for form in forms.values() for f in form.fields if f.type == "choice"}

    def worded(field: Field) -> Field:
        if field.type != "show" or field.choices is not None:
            return field
        return replace(field, choices=chosen.get(field.name))

    return {name: replace(form, fields=tuple(map(worded, form.fields))) for name, form in forms.items()}


def take(form: Form, given: Mapping[str, Any], *, partly: bool = False) -> dict[str, Any]:
    """The variables of a filled-in form. Refuses every fault at once; partly: a draft, where nothing is required.

    Refusals: ``form_field_missing``, ``form_field_unknown``, ``form_field_malformed``, and the codes of amounts.
    """
    faults: list[Fault] = []
    taken: dict[str, Any] = {}
    fields = {field.name: field for field in form.fields if field.type != "show"}
    faults += [Fault("form_field_unknown", field=name[:60]) for name in given if name not in fields]
    for name, field in fields.items():
        value = given.get(name)
        if value is None or value == "":
            if field.required and not partly and is_asked(field, given):
                faults.append(Fault("form_field_missing", field=name))
            continue
        try:
            taken[name] = _value(field, value)
        except Refused as refused:
            faults += [Fault(f.code, f.params, name) for f in refused.faults]
    raise_if_any(faults)
    return taken


def _value(field: Field, value: Any) -> Any:
    kind = field.type
    if kind == "flag" and isinstance(value, bool):
        if field.required and not value:  # a box that must be ticked
            raise Refused(Fault("form_field_missing"))
        return value
    if kind == "integer" and isinstance(value, int) and not isinstance(value, bool) and _within(field, value):
        return value
    if kind in ("denominations", "vouchers"):
        return _counted(kind, value)
    if isinstance(value, str):
        if kind == "amount":
            return _amount(field, value)
        if kind == "date" and _is_date(value):
            return value
        if kind == "choice" and value in (field.choices or {}):
            return value
        if kind == "account" and _ACCOUNT.fullmatch(value):
            return value
        if kind == "branch" and _BRANCH.fullmatch(value):
            return value
        if kind == "text" and is_storable(value) and _is_text(field, value):
            return value
    raise Refused(Fault("form_field_malformed", {"type": kind}))


def _amount(field: Field, text: str) -> int:
    minor = Money.parse(text, field.currency).minor
    if minor <= 0:
        raise Refused(Fault("amount_not_positive"))
    if minor > AMOUNT_MINOR_MAX:
        raise Refused(Fault("amount_too_large"))
    return minor


def _counted(kind: str, value: Any) -> dict[str, int]:
    counts: dict[Any, Any] = cast("dict[Any, Any]", value) if isinstance(value, dict) else {}
    if (
        0 < len(counts) <= FACES_MAX
        and all(_FACE.fullmatch(str(face)) for face in counts)
        and all(
            isinstance(n, int) and not isinstance(n, bool) and 0 <= n <= COUNT_MAX for n in counts.values()
        )
    ):
        return {str(face): n for face, n in counts.items() if n}
    raise Refused(Fault("form_field_malformed", {"type": kind}))


def _within(field: Field, number: int) -> bool:
    return (field.least is None or number >= field.least) and (field.most is None or number <= field.most)


def _is_text(field: Field, value: str) -> bool:
    longest = TEXT_LENGTH_MAX if field.most is None else field.most
    if not (field.least or 0) <= len(value) <= longest:
        return False
    return field.pattern is None or re.fullmatch(field.pattern, value) is not None


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
