"""A kiosk: one browser for many people, each a new device, and nothing left of the one before."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.citizen.again import retry_after
from web.citizen.language import SEE_OTHER
from web.citizen.visit import pages_for
from web.kiosks import COOKIE, MAX_AGE, forgotten
from web.opened import is_opened
from web.record import COOKIES
from web.services import Services

_NO_STORE = {"cache-control": "no-store"}


async def kiosk(request: Request) -> Response:
    """The page between two people, which forgets whoever was there; with a code it makes this browser a kiosk."""
    services: Services = request.state.services
    pages = pages_for(request)
    code = request.query_params.get("code", "")
    if code and services.keys.kiosk_of(code):
        answer = RedirectResponse("/borne", SEE_OTHER, _NO_STORE)
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, code, MAX_AGE, secure=secure, httponly=True, samesite="lax")
        return answer
    if code or not pages.frame.kiosk:
        return pages.page("kiosk.html", {"profile": "none", "told": "unknown"}, status=403)
    page = pages.page("kiosk.html", {"profile": "none", "told": ""})
    return _forget(page) if is_opened(request) else page  # a script may be answered in the next visit


async def begin_visit(request: Request) -> Response:
    services: Services = request.state.services
    pages = pages_for(request)
    if not pages.frame.kiosk:
        raise HTTPException(403)
    if not services.kiosks.take(pages.frame.kiosk, services.now()):
        headers = retry_after(services.kiosks.again(pages.frame.kiosk), services.now())
        return pages.page("kiosk.html", {"profile": "none", "told": "too-fast"}, status=429, headers=headers)
    request.state.begun = True
    return _fresh("/")


async def end_visit(request: Request) -> Response:
    """Also from a page that was open when the kiosk's cookie went."""
    return _fresh("/borne")


def _fresh(path: str) -> Response:
    """On to a page that finds no cookie of a person, and nothing in the browser's storage."""
    return _forget(RedirectResponse(path, SEE_OTHER, {**_NO_STORE, "clear-site-data": '"storage"'}))


def _forget(answer: Response) -> Response:
    for name in forgotten(COOKIES):
        answer.delete_cookie(name, httponly=True, samesite="lax")
    return answer
