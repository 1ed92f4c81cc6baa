"""Codes that are used once: those of a telephone (TOTP, RFC 6238: 30 s, six digits), and recovery codes (pure)."""

import hmac
import secrets

import pyotp

STEP_SECONDS = 30
DRIFT = 1
"""Steps that a telephone's clock may be before or behind ours."""

RECOVERY_CODES = 10
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without the letters and digits that look alike."""

_RECOVERY_SIGNS = 10


def new_secret() -> str:
    """160 random bits, in base32 as programs for telephones take them."""
    return pyotp.random_base32()


def code_at(secret: str, step: int) -> str:
    return pyotp.TOTP(secret).generate_otp(step)


def step_of(secret: str, code: str, last: int, now: int) -> int | None:
    """The step whose code this is; None where it is none, too old or new, or not after the ``last`` one used."""
    here = now // 1000 // STEP_SECONDS
    found = None
    for step in range(here - DRIFT, here + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()) and step > last:
            found = step
    return found


def address_of(secret: str, email: str) -> str:
    """What the QR code of an enrolment says."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Imagin'Est")


def spaced(secret: str) -> str:
    """The secret in groups of four, as it is typed."""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))


def new_recovery_codes() -> tuple[str, ...]:
    """Each of 49 bits, written in two groups."""
    half = _RECOVERY_SIGNS // 2
    codes = ["".join(secrets.choice(_SIGNS) for _ in range(_RECOVERY_SIGNS)) for _ in range(RECOVERY_CODES)]
    return tuple(f"{code[:half]}-{code[half:]}" for code in codes)


def read_code(text: str) -> str:
    """A code as it is compared: without spaces and dashes, in small letters; at most 40 signs of it."""
    return "".join(sign for sign in text[:80].casefold() if sign.isalnum())[:40]


def is_recovery(code: str) -> bool:
    return len(code) == _RECOVERY_SIGNS and set(code) <= set(_SIGNS)
