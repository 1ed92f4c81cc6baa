"""Who sits at the console, and what a handler of its pages gets.

A page of the console is a ``ConsoleRoute``: it names the roles that may open it, and no handler runs before that is
checked. Whatever it answers is kept by nobody and found by no search engine.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from storage import sessions
from storage.values_staff import Role, Session, SessionStage, Staff
from web.catalogue import Language
from web.citizen.visit import each_once
from web.console.areas import areas_of
from web.opened import is_opened
from web.rendering import Pages
from web.services import Services

COOKIE = "imaginest-console"
SEE_OTHER = 303
NO_STORE = {"cache-control": "no-store"}
KEPT_BY_NOBODY = {**NO_STORE, "x-robots-tag": "noindex, nofollow"}
HOME = "/console"


@dataclass(frozen=True, slots=True)
class StaffVisit:
    """A member of staff in front of a page: who they are, and what the page is made with."""

    services: Services
    pages: Pages
    session: Session
    now: int
    path: str

    @property
    def staff(self) -> Staff:
        return self.session.staff

    def page(
        self,
        template: str,
        context: Mapping[str, Any] | None = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """A page of the console; ``template`` is below console/."""
        own = {"staff": self.staff, "areas": areas_of(self.staff), "path": self.path}
        context = {**own, **(context or {})}
        return self.pages.page(f"console/{template}", context, status=status, headers=headers)

    def say(self, section: str, entry: object, /, n: int | None = None, **values: object) -> str:
        return self.pages.catalogue.say(section, entry, n, **values)


Handler = Callable[[Request, StaffVisit], Awaitable[Response]]
DoorHandler = Callable[[Request], Awaitable[Response]]


class Turned(Exception):
    """Whoever asks may not have this; ``answer`` tells them what to do."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


class ConsoleRoute(Route):
    """A page of the console. ``roles`` may open it, any of them; none: everybody who is signed in.

    ``is_door``: a page before one has signed in.
    """

    roles: frozenset[Role] = frozenset()
    is_door: bool = False


def console_route(
    path: str, handler: Handler, *roles: Role, methods: tuple[str, ...] = ("GET",), polled: bool = False
) -> ConsoleRoute:
    """A page for who has one of ``roles``; for everybody who is signed in where none is named.

    ``polled``: a page's script asks for it by itself, and keeps no session from ending.
    """

    async def admit(request: Request) -> Response:
        try:
            is_somebody = not polled or is_opened(request)
            visitor = await staff_visit(request, *roles, is_somebody=is_somebody)
            return kept_by_nobody(await handler(request, visitor))
        except Turned as turned:
            return kept_by_nobody(turned.answer)

    route = ConsoleRoute(path, admit, methods=list(methods), name=handler.__name__)
    route.roles = frozenset(roles)
    return route


def door_route(path: str, handler: DoorHandler, *, methods: tuple[str, ...] = ("GET",)) -> ConsoleRoute:
    """A page before one has signed in."""

    async def admit(request: Request) -> Response:
        return kept_by_nobody(await handler(request))

    route = ConsoleRoute(path, admit, methods=list(methods), name=handler.__name__)
    route.is_door = True
    return route


def kept_by_nobody(answer: Response) -> Response:
    answer.headers.update(KEPT_BY_NOBODY)
    return answer


async def staff_visit(request: Request, *roles: Role, is_somebody: bool = True) -> StaffVisit:
    """Who asks; raises Turned where nobody is signed in, or who is has none of ``roles``."""
    services: Services = request.state.services
    session = await signed_in(request, is_somebody=is_somebody)
    if session is None:
        raise Turned(_to_the_door(request))
    visitor = StaffVisit(services, pages_of(services), session, services.now(), request.url.path)
    if roles and not session.staff.is_any(*roles):
        raise Turned(visitor.page("refused.html", {"needed": roles}, status=403))
    return visitor


async def signed_in(request: Request, *, is_somebody: bool = True) -> Session | None:
    """The session of the request's cookie, where it shows anything yet; ``is_somebody`` is seen to be there."""
    services: Services = request.state.services
    token = request.cookies.get(COOKIE, "")
    if not token:
        return None
    look = sessions.find if is_somebody else sessions.look
    found = await look(services.database, services.keys, token, services.now())
    return found if found is not None and found.stage is SessionStage.OPEN else None


def pages_of(services: Services) -> Pages:
    """The console speaks French, whatever the browser asks for."""
    return services.pages[Language.FRENCH]


def set_token(request: Request, answer: Response, token: str) -> Response:
    """Have the browser bring this token until it is closed; scripts cannot read it, other sites not send it."""
    services: Services = request.state.services
    secure = request.url.scheme == "https" or services.site.public_url.startswith("https://")
    answer.set_cookie(COOKIE, token, secure=secure, httponly=True, samesite="strict")
    return answer


def forget_token(answer: Response) -> Response:
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


def go(path: str) -> Response:
    return RedirectResponse(path, SEE_OTHER)


_LISTS = frozenset({"role", "theme", "key", "hall"})
"""What may be ticked, or stand in a form, several times."""


async def read_form(request: Request, most: int = 4096) -> FormData:
    """The posted fields, each of at most ``most`` bytes, and once; files are not taken. Raises FieldTwice."""
    form = await request.form(max_files=0, max_fields=200, max_part_size=most)
    return each_once(form, but=_LISTS)


def _to_the_door(request: Request) -> Response:
    """On to the door, and back behind it; what was posted would be lost on the way, so that is said."""
    services: Services = request.state.services
    if request.method in {"GET", "HEAD"}:
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return go(
            "/console/connexion" if back == HOME else f"/console/connexion?suite={quote(back, safe='')}"
        )
    return pages_of(services).page("console/ended.html", {}, status=403)
