"""Who works in the bank and what they may do. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

import yaml

from liushui.kernel.errors import Fault, refuse

PASSWORD_LENGTH_MIN = 10
PASSWORD_LENGTH_MAX = 128
_COMMON = frozenset({"1234567890", "password123", "qwertyuiop", "0123456789", "1111111111", "administrator"})


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch. code: four digits, as it stands in account numbers."""

    id: int
    code: str
    name_zh: str
    name_en: str
    opened_on: date


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    zh: str
    en: str
    permissions: frozenset[str]
    anywhere: bool = False
    """Works for every branch, not only for its own."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever is behind a request, with what their roles permit."""

    staff_id: int
    number: str
    branch_id: int
    branch_code: str
    roles: frozenset[str]
    permissions: frozenset[str]

    @property
    def anywhere(self) -> bool:
        """Whether any of the roles works for every branch."""
        return any(load_roles()[role].anywhere for role in self.roles)


@cache
def load_roles() -> Mapping[str, Role]:
    """The roles of the bank, by name."""
    text = resources.files("liushui.identity").joinpath("roles.yaml").read_text("utf-8")
    return {
        name: Role(name, row["zh"], row["en"], frozenset(row["permissions"]), row.get("anywhere", False))
        for name, row in yaml.safe_load(text).items()
    }


def permissions_of(roles: Sequence[str]) -> frozenset[str]:
    """What any of the roles permits."""
    known = load_roles()
    return frozenset(permission for role in roles for permission in known[role].permissions)


def require(principal: Principal, permission: str) -> None:
    """Refuses ``permission_missing``."""
    if permission not in principal.permissions:
        raise refuse("permission_missing", permission=permission)


def password_faults(password: str, number: str) -> list[Fault]:
    """Everything that is wrong with a new password."""
    faults: list[Fault] = []
    if len(password) < PASSWORD_LENGTH_MIN:
        faults.append(Fault("password_too_short", {"least": PASSWORD_LENGTH_MIN}, "password"))
    if len(password) > PASSWORD_LENGTH_MAX:
        faults.append(Fault("password_too_long", {"most": PASSWORD_LENGTH_MAX}, "password"))
    if number.lower() in password.lower():
        faults.append(Fault("password_is_number", field="password"))
    if password.lower() in _COMMON or len(set(password)) < 4:
        faults.append(Fault("password_common", field="password"))
    return faults
