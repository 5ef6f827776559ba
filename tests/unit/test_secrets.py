"""Passwords typed into forms: whose names say so, and which are not kept."""

from __future__ import annotations

from liushui.kernel.errors import Fault
from liushui.workflow.forms import parse_form
from liushui.workflow.secrets import forget_secrets, without_secrets
from liushui.workflow.state import Frame, State


def form_faults(name: str, secret: bool) -> list[str]:
    field = {"name": name, "type": "text", "zh": "密", "en": "x"} | ({"secret": True} if secret else {})
    faults: list[Fault] = []
    parse_form("f", {"zh": "表", "en": "form", "fields": [field]}, faults)
    return [fault.code for fault in faults]


def test_a_password_must_be_marked_as_secret() -> None:
    assert form_faults("new_password", True) == form_faults("memo", False) == form_faults("id", True) == []
    assert form_faults("new_password", False) == ["form_malformed"]


def test_what_is_stored_does_without_secrets() -> None:
    assert without_secrets({"password": "1", "old_password": "2", "password_set": True}) == {
        "password_set": True
    }
    frames = {1: Frame(1, "process", None, None, None, {"a": 1}),
              2: Frame(2, "local", 1, None, None, {"b": 2, "password": "281937"})}  # fmt: skip
    state = State("p", frames=frames)
    assert "281937" not in forget_secrets(state).to_json()
    assert forget_secrets(state).frames[2].vars == {"b": 2}
    assert state.frames[2].vars["password"] == "281937"  # nobody changes a state
    plain = State("p", frames={1: frames[1]})
    assert forget_secrets(plain) is plain
