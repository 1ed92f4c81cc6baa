"""What every request passes: origin, identity, and the headers that every answer carries."""

import re
import time
from collections.abc import Callable, Container, Iterable
from typing import Any
from urllib.parse import SplitResult, urlsplit

from starlette.responses import RedirectResponse

from channels.corridor import Visitor
from channels.origin import address_of, network_of
from realtime.arrivals import SLOT_MS
from realtime.refusals import Refusal
from server.identity import begin_at_kiosk, caller_of, cookie_in, set_cookie, unset_cookie
from storage.keys import Keys
from storage.values import Origin
from web.console.desk import COOKIE as STAFF_COOKIE
from web.console.doors import MOST_TOKEN
from web.cookies import cookies_in
from web.halls import HALL_COOKIE, SCREEN_COOKIE, hall_in, screen_tokens
from web.kiosks import is_open_between
from web.language import language_of


def content_policy(
    ancestors: Iterable[str] = (), frames: Iterable[str] = (), *, films: bool = False
) -> bytes:
    """What a page may load, which sites may show it in a frame, and ``frames``: those that it may show in one.

    ``films``: it may play what it has fetched ahead.
    """
    framers = " ".join(ancestors) or "'none'"
    shown = "".join(f" {site}" for site in frames)
    media = "media-src 'self' blob:; " if films else ""
    return (
        f"default-src 'self'; {media}style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'self'; "
        f"frame-src 'self'{shown}; frame-ancestors {framers}; object-src 'none'"
    ).encode()


HEADERS = (
    (b"content-security-policy", content_policy()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), browsing-topics=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)

FRAMED = "/integrer/"
"""What begins so may stand in other sites' frames."""

_EVENTS = "/evenements/"
"""Where a telephone may be shown a stream."""

_IN_OUR_FRAMES = re.compile(
    r"/console/(redaction/(?:[a-z]+/)?[0-9]+/apercu/page|lettre/[0-9]+/(?:apercu|texte)"
    r"|evenements/salles/[a-z0-9-]+/image)"
)
"""What the console's own pages show in a frame."""

SCREENS = "/ecran/"
"""The halls' screens: their films are loaded whole before they are shown, and their streams come from elsewhere."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_FROM_ANYWHERE = re.compile(r"/lettre/desabonnement/[A-Za-z0-9_-]+")
"""A mail program's button posts here without an origin or a cookie (RFC 8058): the token in the address, which
nobody can make, stands for the consent that an origin shows elsewhere."""


def origin_fault(headers: dict[bytes, bytes], origins: Iterable[str], *, needed: bool) -> Refusal | None:
    """Whether a request comes from one of our own pages; without an Origin only where none is ``needed``."""
    origin = headers.get(b"origin", b"").decode("latin-1")
    if not origin:
        return Refusal.MISSING_ORIGIN if needed else None
    if origin in origins:
        return None
    parts = _parts(origin)
    same = parts.scheme in {"http", "https"} and parts.netloc == headers.get(b"host", b"").decode("latin-1")
    return None if same else Refusal.FOREIGN_ORIGIN


def identify(scope: Any, keys: Keys, origins: Iterable[str], proxies: Container[str] = ()) -> Visitor:
    """Who comes through a live door, so that no other site watches or votes in a citizen's name.

    Browsers send no Origin with what a page reads of its own site; what else they say of it then counts.
    """
    headers = dict(scope["headers"])
    if scope.get("method") in SAFE_METHODS:
        refused = _form_fault(headers, origins)
    else:
        refused = origin_fault(headers, origins, needed=True)
    if refused is not None:
        return Visitor(None, refused)
    caller = caller_of(headers, keys)
    cookies = headers.get(b"cookie", b"")
    staff = (cookie_in(cookies, STAFF_COOKIE) or "")[:MOST_TOKEN]
    screens = screen_tokens(cookies_in(cookies)) if SCREEN_COOKIE.encode() in cookies else {}
    nobody = caller.fault or Refusal.UNKNOWN_VOTER
    if not caller.has_cookie:
        return Visitor(None, staff=staff, screens=screens, nobody=nobody)
    peer = scope["client"][0] if scope.get("client") else ""
    address = address_of(peer, headers.get(b"x-forwarded-for", b"").decode("latin-1"), proxies)
    origin = Origin(network_of(address), caller.born)
    hall = hall_in(cookie_in(cookies, HALL_COOKIE))
    return Visitor(caller.device, staff=staff, screens=screens, nobody=nobody, origin=origin, hall=hall)


class Gate:
    """ASGI middleware around the pages: checks the origin of what changes something, names the caller."""

    def __init__(
        self,
        app: Any,
        keys: Keys,
        origins: tuple[str, ...],
        embed_sites: tuple[str, ...] = (),
        wall: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        stream_sites: tuple[str, ...] = (),
    ) -> None:
        """Pages of ``embed_sites`` may show an embedded topic in a frame, and nothing else.

        Launch events may show a stream of ``stream_sites``, on telephones and on the halls' screens.
        """
        self._app = app
        self._wall = wall
        self._keys = keys
        self._origins = origins
        self._previewed = ((b"content-security-policy", content_policy(["'self'"])), *HEADERS[1:])
        self._framed = ((b"content-security-policy", content_policy(embed_sites)), *HEADERS[1:])
        streaming = content_policy((), stream_sites)
        self._streaming = ((b"content-security-policy", streaming), *HEADERS[1:])
        projected = content_policy((), stream_sites, films=True)
        self._projected = ((b"content-security-policy", projected), *HEADERS[1:])
        self._is_secure = any(origin.startswith("https://") for origin in origins)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if scope["method"] not in SAFE_METHODS and not _may_come_from_anywhere(scope):
            fault = _form_fault(headers, self._origins)
            if fault is not None:
                await _refuse(scope, receive, send, fault)
                return
        caller = caller_of(headers, self._keys)
        state = scope["state"] = {**scope.get("state", {})}
        state["language"] = language_of(headers)
        state["device"] = caller.device
        state["born"] = caller.born
        state["has_cookie"] = caller.has_cookie
        state["cookie_fault"] = caller.fault
        state["erased"] = False
        state["begun"] = False
        secure = self._is_secure or scope["scheme"] == "https"
        is_framed = scope["path"].startswith(FRAMED)
        is_previewed = _IN_OUR_FRAMES.fullmatch(scope["path"]) is not None
        extra = self._framed if is_framed else self._previewed if is_previewed else HEADERS
        if scope["path"].startswith(SCREENS):
            extra = self._projected
        elif scope["path"].startswith(_EVENTS):
            extra = self._streaming
        # In another site's page nobody is told apart: no cookie is asked for, none is set.
        known = caller.has_cookie or caller.between or is_framed
        born = self._wall() // SLOT_MS
        fresh = None if known else set_cookie(caller.device, self._keys, born, secure=secure)

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *extra]
                if state["erased"]:
                    message["headers"].append((b"set-cookie", unset_cookie(secure=secure)))
                elif state["begun"]:
                    begun = begin_at_kiosk(self._keys, born, secure=secure)
                    message["headers"].append((b"set-cookie", begun))
                elif fresh is not None and _is_page(message["headers"]):
                    message["headers"].append((b"set-cookie", fresh))
            await send(message)

        if caller.between and not is_open_between(scope["path"]):
            await _show_kiosk(scope, receive, send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)


def _parts(address: str) -> SplitResult:
    """What can be no address has no part."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _form_fault(headers: dict[bytes, bytes], origins: Iterable[str]) -> Refusal | None:
    """As ``origin_fault``; browsers that send no Origin with forms tell by Sec-Fetch-Site or Referer."""
    if b"origin" in headers and headers[b"origin"] != b"null":
        return origin_fault(headers, origins, needed=True)
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return None if site in {b"same-origin", b"none"} else Refusal.FOREIGN_ORIGIN
    referer = headers.get(b"referer")
    if referer is None:
        return Refusal.MISSING_ORIGIN
    parts = _parts(referer.decode("latin-1"))
    return origin_fault(
        headers | {b"origin": f"{parts.scheme}://{parts.netloc}".encode()}, origins, needed=True
    )


def _may_come_from_anywhere(scope: Any) -> bool:
    return scope["method"] == "POST" and _FROM_ANYWHERE.fullmatch(scope["path"]) is not None


def _is_page(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in headers)


async def _refuse(scope: Any, receive: Any, send: Any, fault: Refusal) -> None:
    """Tell a person by a page what to do next, a program by the code."""
    headers = dict(scope["headers"])
    pages = scope["state"]["services"].pages[language_of(headers)]
    answer = pages.error(403, fault) if _wants_page(headers) else pages.refusal(403, fault)
    answer.raw_headers.extend(HEADERS)
    await answer(scope, receive, send)


async def _show_kiosk(scope: Any, receive: Any, send: Any) -> None:
    """Where nobody has begun a visit: the page on which one begins, for a program the code."""
    headers = dict(scope["headers"])
    if _wants_page(headers):
        await RedirectResponse("/borne", 303, {"cache-control": "no-store"})(scope, receive, send)
        return
    pages = scope["state"]["services"].pages[language_of(headers)]
    await pages.refusal(403, Refusal.UNKNOWN_VOTER)(scope, receive, send)


def _wants_page(headers: dict[bytes, bytes]) -> bool:
    return b"text/html" in headers.get(b"accept", b"")
