"""Who asks: the voter's cookie. It holds a random device secret and the ten minutes in which it was made, signed,
and nothing about a person.
"""

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from typing import Any

from realtime.refusals import Refusal
from storage.keys import DEVICE_BYTES, Keys
from web.cookies import cookies_in
from web.kiosks import COOKIE as KIOSK_COOKIE
from web.kiosks import ENDED_COOKIE

COOKIE = "imaginest"
MAX_AGE = 400 * 86_400
"""Seconds; the longest that browsers keep a cookie."""

_MAC_BYTES = 16
_BORN_BYTES = 4
_AT_KIOSK = "3"
_TOLD_BYTES = {"1": DEVICE_BYTES, "2": DEVICE_BYTES + _BORN_BYTES, _AT_KIOSK: DEVICE_BYTES + _BORN_BYTES}
"""What each version signs; cookies of the first are still in browsers, the last are of visits begun at a kiosk."""

Scope = Any


@dataclass(frozen=True, slots=True)
class Caller:
    """``device`` is always set; it is new (and worth nothing yet) where ``has_cookie`` is false.

    ``born``: the ten minutes (since 1970) in which its cookie was made, None where that does not say.
    ``between``: a kiosk at which nobody has begun a visit, or whose visit has ended.
    """

    device: bytes
    has_cookie: bool
    fault: Refusal | None = None
    born: int | None = None
    between: bool = False


def caller_of(headers: dict[bytes, bytes], keys: Keys) -> Caller:
    """Who sent these headers (lower-case names). A forged or truncated cookie is a fault, and a new device.

    At a kiosk only a visit that was begun there is somebody: its pace holds at every door.
    """
    cookies = headers.get(b"cookie", b"")
    raw = cookie_in(cookies, COOKIE)
    if _is_between(cookies, raw, keys):
        return Caller(secrets.token_bytes(DEVICE_BYTES), has_cookie=False, between=True)
    if raw is None:
        return Caller(secrets.token_bytes(DEVICE_BYTES), has_cookie=False)
    known = _verified(raw, keys)
    if known is None:
        return Caller(secrets.token_bytes(DEVICE_BYTES), has_cookie=False, fault=Refusal.FORGED_COOKIE)
    return Caller(known[0], has_cookie=True, born=known[1])


def cookie_of(device: bytes, keys: Keys, born: int | None = None) -> str:
    """The cookie's value: version, device, when it was made (not in the first version) and signature."""
    return (
        _signed("1", device, keys)
        if born is None
        else _signed("2", device + born.to_bytes(_BORN_BYTES), keys)
    )


def set_cookie(device: bytes, keys: Keys, born: int, *, secure: bool) -> bytes:
    """The value of a Set-Cookie header for a device that is new in the ten minutes ``born``."""
    return _set(cookie_of(device, keys, born), f"Max-Age={MAX_AGE}", secure=secure)


def begin_at_kiosk(keys: Keys, born: int, *, secure: bool) -> bytes:
    """The same for a fresh device, that of a visit begun at a kiosk; it ends with the browser at the latest."""
    told = secrets.token_bytes(DEVICE_BYTES) + born.to_bytes(_BORN_BYTES)
    return _set(_signed(_AT_KIOSK, told, keys), secure=secure)


def unset_cookie(*, secure: bool) -> bytes:
    """The value of a Set-Cookie header with which the browser forgets its device."""
    return _set("", "Max-Age=0", secure=secure)


def cookie_in(header: bytes, name: str) -> str | None:
    """The value of one cookie in a Cookie header, None where it is not in it."""
    return cookies_in(header).get(name) if name.encode() in header else None


def _verified(value: str, keys: Keys) -> tuple[bytes, int | None] | None:
    version, _, body = value.partition(".")
    if version not in _TOLD_BYTES or not body.isascii():
        return None
    try:
        signed = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    told, mac = signed[: _TOLD_BYTES[version]], signed[_TOLD_BYTES[version] :]
    if len(told) != _TOLD_BYTES[version] or not hmac.compare_digest(mac, _mac(version, told, keys)):
        return None
    device, born = told[:DEVICE_BYTES], told[DEVICE_BYTES:]
    return device, int.from_bytes(born) if born else None


def _is_between(cookies: bytes, raw: str | None, keys: Keys) -> bool:
    if not keys.kiosk_of(cookie_in(cookies, KIOSK_COOKIE) or ""):
        return False
    begun = raw is not None and raw.startswith(f"{_AT_KIOSK}.") and _verified(raw, keys) is not None
    return not begun or cookie_in(cookies, ENDED_COOKIE) is not None


def _set(value: str, *more: str, secure: bool) -> bytes:
    parts = [f"{COOKIE}={value}", *more, "Path=/", "HttpOnly", "SameSite=Lax"]
    return "; ".join([*parts, "Secure"] if secure else parts).encode()


def _signed(version: str, told: bytes, keys: Keys) -> str:
    return f"{version}." + base64.urlsafe_b64encode(told + _mac(version, told, keys)).rstrip(b"=").decode()


def _mac(version: str, told: bytes, keys: Keys) -> bytes:
    """A kiosk's cookie says as much as another: its version is signed, so that none passes for the other."""
    signed = _AT_KIOSK.encode() + told if version == _AT_KIOSK else told
    return hmac.digest(keys.cookies, signed, "sha256")[:_MAC_BYTES]
