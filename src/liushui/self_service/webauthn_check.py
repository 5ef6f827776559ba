"""WebAuthn at one place: what is asked of an authenticator, and whether its answer is right. Pure.

User verification is always required: a passkey is possession and knowledge (or biometrics) in one.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

BANK = "Liushui"
TIMEOUT_MS = 300_000
JSON_LENGTH_MAX = 16_000
ID_VARIABLE, ORIGINS_VARIABLE, PORT_VARIABLE = "LIUSHUI_RP_ID", "LIUSHUI_ORIGINS", "LIUSHUI_PORT"


class NotProvenError(Exception):
    """An answer that is not right. Says nothing of why: that is for nobody to know."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who the bank is to an authenticator. id: a domain; origins: where the bank's pages come from."""

    id: str
    origins: tuple[str, ...]

    @staticmethod
    def from_environment() -> RelyingParty:
        """``LIUSHUI_RP_ID`` (a domain) and ``LIUSHUI_ORIGINS`` (separated by spaces); otherwise this machine."""
        port = os.environ.get(PORT_VARIABLE, "8000")
        id = os.environ.get(ID_VARIABLE) or "localhost"
        origins = (os.environ.get(ORIGINS_VARIABLE) or f"http://localhost:{port}").split()
        return RelyingParty(id, tuple(origins))


@dataclass(frozen=True, slots=True)
class Registered:
    credential_id: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What an authenticator has signed: ``authenticator_data`` followed by SHA-256 of ``client_data``."""

    client_data: bytes
    authenticator_data: bytes
    signature: bytes
    sign_count: int


def registration_options(
    party: RelyingParty, challenge: bytes, *, customer: str, name: str, known: list[bytes]
) -> dict[str, Any]:
    """Options of a registration, as JSON. The user handle says nothing of the customer to whoever reads it."""
    options = generate_registration_options(
        rp_id=party.id, rp_name=BANK, user_name=customer, user_display_name=name,
        user_id=sha256(f"liushui customer {customer}".encode()).digest(), challenge=challenge, timeout=TIMEOUT_MS,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=id) for id in known],
    )  # fmt: skip
    return json.loads(options_to_json(options))


def assertion_options(party: RelyingParty, challenge: bytes, credentials: list[bytes]) -> dict[str, Any]:
    """Options of an assertion, as JSON."""
    options = generate_authentication_options(
        rp_id=party.id, challenge=challenge, timeout=TIMEOUT_MS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=id) for id in credentials],
        user_verification=UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return json.loads(options_to_json(options))


def registered(party: RelyingParty, challenge: bytes, credential: str) -> Registered:
    """Raises ``NotProvenError``."""
    _within_bounds(credential)
    try:
        done = verify_registration_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=party.id,
            expected_origin=list(party.origins), require_user_verification=True,
        )  # fmt: skip
    except Exception as error:  # hostile CBOR makes the library raise more than its own exceptions
        raise NotProvenError from error
    return Registered(done.credential_id, done.credential_public_key, done.sign_count)


def asserted(
    party: RelyingParty, challenge: bytes, assertion: str, *, public_key: bytes, sign_count: int
) -> Answer:
    """Raises ``NotProvenError``, also where the counter has not gone forward."""
    _within_bounds(assertion)
    try:
        done = verify_authentication_response(
            credential=assertion, expected_challenge=challenge, expected_rp_id=party.id,
            expected_origin=list(party.origins), credential_public_key=public_key,
            credential_current_sign_count=sign_count, require_user_verification=True,
        )  # fmt: skip
        given = parse_authentication_credential_json(assertion).response
    except Exception as error:  # as above
        raise NotProvenError from error
    return Answer(given.client_data_json, given.authenticator_data, given.signature, done.new_sign_count)


def still_holds(
    challenge: bytes, *, client_data: bytes, authenticator_data: bytes, signature: bytes, public_key: bytes
) -> bool:
    """Whether a signature that was kept is one over this challenge: looked at again, with no bank around it. Origin and
    domain are taken from what was signed, for the bank may have moved since; they were checked when it was given."""
    try:
        said = json.loads(client_data)
        credential = {
            "id": "AA", "rawId": "AA", "type": "public-key",
            "response": {
                "clientDataJSON": bytes_to_base64url(client_data),
                "authenticatorData": bytes_to_base64url(authenticator_data),
                "signature": bytes_to_base64url(signature),
            },
        }  # fmt: skip
        host = str(said["origin"]).partition("://")[2].partition(":")[0]
        labels = host.split(".")
        ids = [".".join(labels[at:]) for at in range(len(labels))]
        id = next(i for i in ids if sha256(i.encode()).digest() == authenticator_data[:32])
        verify_authentication_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=id, expected_origin=said["origin"],
            credential_public_key=public_key, credential_current_sign_count=0, require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, StopIteration):
        return False
    return True


def credential_id_of(assertion: str) -> bytes | None:
    """Which passkey an answer says it comes from; None where it says nothing that can be read."""
    try:
        _within_bounds(assertion)
        id = json.loads(assertion)["id"]
        return base64url_to_bytes(id) if isinstance(id, str) else None
    except (NotProvenError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _within_bounds(text: str) -> None:
    if len(text) > JSON_LENGTH_MAX:
        raise NotProvenError
