"""Customers: what is known of them and what makes it valid. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from stdnum.cn import ric, uscc

from liushui.kernel.errors import Fault
from liushui.kernel.text import is_storable

DOCUMENT_TYPES = (
    "id_card",
    "passport",
    "hk_macau_permit",
    "taiwan_permit",
    "foreign_permanent_resident",
    "uscc",
    "other",
)
_MOBILE = re.compile(r"1[3-9][0-9]{9}|\+[1-9][0-9]{6,14}")  # not \d: it takes digits of every script
_EIGHTEEN = re.compile(r"[0-9A-Z]{18}")
_CHINESE_ONLY = frozenset({"id_card", "uscc"})
_COUNTRY = re.compile(r"[A-Z]{2}")
_DOCUMENT = re.compile(r"[0-9A-Z/()-]{3,40}")
NAME_LENGTH_MAX = 120
ADDRESS_LENGTH_MAX = 300


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer to be entered. document_country: ISO 3166 alpha-2 of whoever issued the document."""

    kind: str
    name: str
    document_type: str
    document_number: str = field(repr=False)
    document_country: str = "CN"
    document_expires_on: date | None = None
    birth_date: date | None = None
    mobile: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)

    def normalised(self) -> NewCustomer:
        """One way to write a document, so that the same one is found again: half width, upper case, no spaces.
        ID card and credit code are written without hyphens and issued by China alone, whatever was typed: otherwise
        one document could be entered twice. A resident's number gives the birth date where none was typed."""
        number = re.sub(r"\s", "", unicodedata.normalize("NFKC", self.document_number)).upper()
        new = replace(self, document_number=number, name=self.name.strip())
        if self.document_type in _CHINESE_ONLY:
            number = number.replace("-", "")
            new = replace(new, document_number=number, document_country="CN")
        return replace(new, birth_date=new.birth_date or _birth_date_of(new))


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as stored. number: ten digits and a Luhn check digit."""

    id: int
    number: str
    kind: str
    name: str
    birth_date: date | None
    document_type: str
    document_country: str
    document_number: str = field(repr=False)
    mobile: str | None = field(repr=False)
    address: str | None = field(repr=False)
    branch_id: int
    opened_at: datetime
    document_expires_on: date | None = None


def check(new: NewCustomer, today: date) -> list[Fault]:
    """Every fault of a normalised new customer. ID number: GB 11643-1999 (18 digits, check digit); unified
    social credit code: GB 32100-2015. No fault repeats what was typed."""
    faults: list[Fault] = []
    if new.kind not in ("individual", "entity"):
        faults.append(Fault("customer_kind_unknown", field="kind"))
    if not 1 <= len(new.name) <= NAME_LENGTH_MAX or not is_storable(new.name):
        faults.append(Fault("name_malformed", {"most": NAME_LENGTH_MAX}, "name"))
    faults += _document_faults(new, today)
    if new.birth_date is not None and new.birth_date > today:
        faults.append(Fault("birth_date_future", field="birth_date"))
    elif new.birth_date is not None and new.birth_date != (_birth_date_of(new) or new.birth_date):
        faults.append(Fault("birth_date_contradicts", field="birth_date"))
    return faults + contact_faults(new.mobile, new.address)


def _birth_date_of(new: NewCustomer) -> date | None:
    """What a resident's number says; None where it is no such number."""
    number = new.document_number
    return ric.get_birth_date(number) if new.document_type == "id_card" and ric.is_valid(number) else None


def contact_faults(mobile: str | None, address: str | None) -> list[Fault]:
    """Every fault of a mobile number and an address; None is no fault: nothing is known."""
    faults: list[Fault] = []
    if mobile is not None and not _MOBILE.fullmatch(mobile):
        faults.append(Fault("mobile_malformed", field="mobile"))
    if address is not None and (len(address) > ADDRESS_LENGTH_MAX or not is_storable(address)):
        faults.append(Fault("address_malformed", {"most": ADDRESS_LENGTH_MAX}, "address"))
    return faults


def _document_faults(new: NewCustomer, today: date) -> list[Fault]:
    faults: list[Fault] = []
    if new.document_type not in DOCUMENT_TYPES:
        return [Fault("document_type_unknown", field="document_type")]
    if not _is_valid(new.document_type, new.document_number):
        faults.append(Fault("document_number_invalid", {"type": new.document_type}, "document_number"))
    if (new.document_type == "uscc") != (new.kind == "entity"):
        faults.append(Fault("document_type_unfit", field="document_type"))
    if not _COUNTRY.fullmatch(new.document_country):
        faults.append(Fault("country_malformed", field="document_country"))
    if new.document_expires_on is not None and new.document_expires_on < today:
        faults.append(Fault("document_expired", field="document_expires_on"))
    return faults


def _is_valid(document_type: str, number: str) -> bool:
    # The library forgives separators and foreign digits; what is stored must be the number itself.
    if document_type == "id_card":
        return _EIGHTEEN.fullmatch(number) is not None and ric.is_valid(number)
    if document_type == "uscc":
        return _EIGHTEEN.fullmatch(number) is not None and uscc.is_valid(number)
    return _DOCUMENT.fullmatch(number) is not None


def mask_document(number: str) -> str:
    """What may be shown of a document number."""
    return mask(number) or ""


def mask_mobile(mobile: str | None) -> str | None:
    """What may be shown of a mobile number; None where none is known."""
    return mask(mobile)


def mask(text: str | None, *, first: int = 3, last: int = 4) -> str | None:
    """What may be shown of a document number or mobile number: its first and last characters."""
    if text is None:
        return None
    if len(text) <= first + last:
        return "*" * len(text)
    return text[:first] + "*" * (len(text) - first - last) + text[-last:]
