"""Who asks: the voter's cookie. It holds a random device secret, signed, and nothing about a person."""

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from realtime.refusals import Refusal
from storage.keys import DEVICE_BYTES, Keys

COOKIE = "imaginest"
MAX_AGE = 400 * 86_400
"""Seconds; the longest that browsers keep a cookie."""

_MAC_BYTES = 16

Scope = Any


@dataclass(frozen=True, slots=True)
class Caller:
    """``device`` is always set; it is new (and worth nothing yet) where ``has_cookie`` is false."""

    device: bytes
    has_cookie: bool
    fault: Refusal | None = None


def caller_of(headers: dict[bytes, bytes], keys: Keys) -> Caller:
    """Who sent these headers (lower-case names). A forged or truncated cookie is a fault, and a new device."""
    raw = cookie_in(headers.get(b"cookie", b""), COOKIE)
    if raw is None:
        return Caller(secrets.token_bytes(DEVICE_BYTES), has_cookie=False)
    device = _verified(raw, keys)
    if device is None:
        return Caller(secrets.token_bytes(DEVICE_BYTES), has_cookie=False, fault=Refusal.FORGED_COOKIE)
    return Caller(device, has_cookie=True)


def cookie_of(device: bytes, keys: Keys) -> str:
    """The cookie's value: version, device and signature."""
    signed = device + _mac(device, keys)
    return "1." + base64.urlsafe_b64encode(signed).rstrip(b"=").decode()


def set_cookie(device: bytes, keys: Keys, *, secure: bool) -> bytes:
    """The value of a Set-Cookie header for this device."""
    parts = [
        f"{COOKIE}={cookie_of(device, keys)}",
        f"Max-Age={MAX_AGE}",
        "Path=/",
        "HttpOnly",
        "SameSite=Lax",
    ]
    return "; ".join([*parts, "Secure"] if secure else parts).encode()


def unset_cookie(*, secure: bool) -> bytes:
    """The value of a Set-Cookie header with which the browser forgets its device."""
    parts = [f"{COOKIE}=", "Max-Age=0", "Path=/", "HttpOnly", "SameSite=Lax"]
    return "; ".join([*parts, "Secure"] if secure else parts).encode()


def cookie_in(header: bytes, name: str) -> str | None:
    """The value of one cookie in a Cookie header, None where it is not in it."""
    if name.encode() not in header:
        return None
    try:
        jar = SimpleCookie(header.decode("latin-1"))
    except CookieError:
        return None
    morsel = jar.get(name)
    return None if morsel is None else morsel.value


def _verified(value: str, keys: Keys) -> bytes | None:
    version, _, body = value.partition(".")
    if version != "1" or not body.isascii():
        return None
    try:
        signed = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    device, mac = signed[:DEVICE_BYTES], signed[DEVICE_BYTES:]
    return device if hmac.compare_digest(mac, _mac(device, keys)) and len(device) == DEVICE_BYTES else None


def _mac(device: bytes, keys: Keys) -> bytes:
    return hmac.digest(keys.cookies, device, "sha256")[:_MAC_BYTES]
