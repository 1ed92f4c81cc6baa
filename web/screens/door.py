"""How a browser becomes a hall's screen: its cookie, its code, and what it says of itself afterwards."""

import secrets
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from realtime.refusals import Refusal
from realtime.tally import ONLINE, Hall
from storage.halls import list_halls
from storage.screens import begin_screen, note_said, screen_of
from storage.values_screens import CODE_MS, Screen
from web.citizen.again import retry_after
from web.halls import SCREEN_COOKIE, SCREEN_SECONDS, screen_tokens
from web.network import network_of
from web.screens.pace import POLL_MS
from web.screens.pages import NO_STORE, asked_hall, screen_pages
from web.screens.said import MOST_BYTES, said_in
from web.services import Services

TOKEN_BYTES = 24
SAYS_MS = 3000


@dataclass(frozen=True, slots=True)
class _Opened:
    """A screen, and the token of its cookie."""

    screen: Screen
    token: str


async def halls_page(request: Request) -> Response:
    services: Services = request.state.services
    halls = [place for place in await list_halls(services.database) if place.hall != ONLINE]
    return screen_pages(request).page("screens/halls.html", {"halls": halls}, headers=NO_STORE)


async def screen_page(request: Request) -> Response:
    """The one page of a screen: the code until it is paired, the show from then on."""
    hall = await asked_hall(request)
    pages = screen_pages(request)
    opened = await _opened(request, hall.hall)
    if isinstance(opened, int):
        headers = retry_after(opened, _now(request))
        return pages.error(429, Refusal.TOO_FAST, headers={**NO_STORE, **headers})
    context = {"hall": hall, "screen": opened.screen, "poll": POLL_MS, "says": SAYS_MS}
    answer = pages.page("screens/screen.html", context, headers=NO_STORE)
    return _with_cookie(request, answer, opened)


async def screen_state(request: Request) -> Response:
    """Whether this screen is paired, and what it shows until then."""
    hall = await asked_hall(request)
    opened = await _opened(request, hall.hall)
    if isinstance(opened, int):
        answer: Response = screen_pages(request).refusal(429, Refusal.TOO_FAST)
        answer.headers.update(retry_after(opened, _now(request)))
        return answer
    screen = opened.screen
    told: dict[str, Any] = {"paired": screen.is_paired}
    if not screen.is_paired:
        told |= {"code": screen.code, "left": max(0, screen.code_at + CODE_MS - _now(request))}
    return _with_cookie(request, JSONResponse(told, headers=NO_STORE), opened)


async def screen_said(request: Request) -> Response:
    """What a paired screen says of itself; any other is told that it is none."""
    hall = await asked_hall(request)
    services: Services = request.state.services
    said = said_in(await _body(request))
    if said is None:
        return screen_pages(request).refusal(400, Refusal.BAD_MESSAGE)
    screen = await paired_screen(request, hall.hall)
    if screen is None:
        return screen_pages(request).refusal(403, Refusal.NOT_PAIRED)
    await note_said(services.database, screen.id, said, services.now())
    return Response(status_code=204, headers=NO_STORE)


async def paired_screen(request: Request, hall: Hall) -> Screen | None:
    """The paired screen of this hall that asks."""
    services: Services = request.state.services
    token = _token(request, hall)
    screen = await screen_of(services.database, token) if token else None
    return screen if screen is not None and screen.is_paired and screen.hall == hall else None


async def _opened(request: Request, hall: Hall) -> _Opened | int:
    """The screen that asks, made where it is none yet; from when on that may be, where it was too fast."""
    services: Services = request.state.services
    now, token = services.now(), _token(request, hall)
    known = await screen_of(services.database, token) if token else None
    if known is not None and known.hall == hall:
        return await _known(services, known, token)
    network = network_of(request)
    if not services.screens.take(network, now):
        return services.screens.again(network)
    fresh = secrets.token_urlsafe(TOKEN_BYTES)
    return _Opened(await begin_screen(services.database, hall, fresh, now), fresh)


async def _known(services: Services, screen: Screen, token: str) -> _Opened | int:
    """A screen that was here before: looked at only, as long as nothing of it is to be written."""
    now, caller = services.now(), str(screen.id)
    if not screen.is_paired and not services.polls.take(caller, now):
        return services.polls.again(caller)
    if not screen.is_due(now):
        return _Opened(screen, token)
    return _Opened(await begin_screen(services.database, screen.hall, token, now), token)


def _with_cookie(request: Request, answer: Response, opened: _Opened) -> Response:
    """The cookie, for as long again: a screen that is used comes back paired."""
    services: Services = request.state.services
    secure = request.url.scheme == "https" or services.site.public_url.startswith("https://")
    answer.set_cookie(
        SCREEN_COOKIE + opened.screen.hall,
        opened.token,
        SCREEN_SECONDS,
        secure=secure,
        httponly=True,
        samesite="strict",
    )
    return answer


def _token(request: Request, hall: Hall) -> str:
    return screen_tokens(request.cookies).get(hall, "")


def _now(request: Request) -> int:
    services: Services = request.state.services
    return services.now()


async def _body(request: Request) -> bytes:
    """What was posted; HTTPException 413 where that is more than a screen says."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(413)
    return body
