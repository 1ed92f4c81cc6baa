"""Coming in and going out: password, code, invitation. No word tells whether there is such an account."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import segno
from starlette.requests import Request
from starlette.responses import Response

from storage import one_time, sessions, sign_in
from storage.database import StorageUnavailable
from storage.passwords import MOST_SIGNS, PasswordsBusy, password_fault
from storage.values_staff import PasswordFault, SignInFault, Staff, Wait
from web.console.browser import browser_of
from web.console.desk import (
    COOKIE,
    HOME,
    StaffVisit,
    forget_token,
    go,
    pages_of,
    read_form,
    set_token,
    signed_in,
)
from web.forms import local_path, trimmed, typed
from web.network import network_of
from web.services import Services

MOST_EMAIL = 254
MOST_TOKEN = 100
_STATUS: Mapping[SignInFault | PasswordFault, int] = {
    SignInFault.TOO_SOON: 429,
    SignInFault.BUSY: 503,
    SignInFault.UNAVAILABLE: 503,
    PasswordFault.TOO_SOON: 429,
    PasswordFault.BUSY: 503,
    PasswordFault.INVITATION: 410,
}

Refused = tuple[SignInFault, int]
"""Why, and after how many seconds another try is taken."""


async def sign_in_page(request: Request) -> Response:
    if await signed_in(request) is not None:
        return go(HOME)
    return _sign_in(request, next_path=next_path(request.query_params))


async def take_password(request: Request) -> Response:
    form = await read_form(request)
    email, follow = trimmed(form, "email")[:MOST_EMAIL], next_path(form)
    try:
        done = await _judge_password(request, email, typed(form, "password"))
    except StorageUnavailable:
        done = (SignInFault.UNAVAILABLE, 0)
    if isinstance(done, tuple):
        return _sign_in(request, email=email, next_path=follow, refused=done)
    return set_token(request, go(_with_next("/console/code", follow)), done)


async def _judge_password(request: Request, email: str, password: str) -> str | Refused:
    services: Services = request.state.services
    now, network = services.now(), network_of(request)
    if wait := services.addresses.wait(network, now):
        return SignInFault.TOO_SOON, wait.seconds
    candidate = await sign_in.try_password(services.database, services.keys, email, network, now)
    if isinstance(candidate, Wait):
        return SignInFault.TOO_SOON, candidate.seconds
    try:
        right = await services.passwords.is_right(candidate.password, password)
    except PasswordsBusy:
        return SignInFault.BUSY, 0
    if right:
        browser = browser_of(request.headers.get("user-agent", ""))
        token = await sign_in.password_right(services.database, services.keys, candidate, browser, now)
        if token is not None:
            return token
    services.addresses.failed(network, now)
    await sign_in.password_wrong(services.database, candidate, now)
    return SignInFault.WRONG, 0


async def code_page(request: Request) -> Response:
    """The code, and at the first time what the telephone is told."""
    if await signed_in(request) is not None:
        return go(HOME)
    return await _code(request, next_path(request.query_params))


async def take_code(request: Request) -> Response:
    services: Services = request.state.services
    form = await read_form(request)
    follow, now, network = next_path(form), services.now(), network_of(request)
    if wait := services.addresses.wait(network, now):
        return await _code(request, follow, (SignInFault.TOO_SOON, wait.seconds))
    token, browser = _token(request), browser_of(request.headers.get("user-agent", ""))
    try:
        done = await sign_in.try_code(
            services.database, services.keys, token, typed(form, "code"), browser, now
        )
    except StorageUnavailable:
        return await _code(request, follow, (SignInFault.UNAVAILABLE, 0))
    if isinstance(done, Wait):
        return await _code(request, follow, (SignInFault.TOO_SOON, done.seconds))
    if isinstance(done, SignInFault):
        services.addresses.failed(network, now)
        if done is SignInFault.ENDED:
            return forget_token(_sign_in(request, next_path=follow, refused=(done, 0)))
        return await _code(request, follow, (done, 0))
    fresh, entered = done
    if entered.recovery:
        context = {"codes": entered.recovery, "next_path": follow}
        return set_token(request, _page(request, "recovery.html", context), fresh)
    if entered.left is not None:
        return set_token(request, go("/console/profil#secours"), fresh)
    return set_token(request, go(follow), fresh)


async def invitation_page(request: Request) -> Response:
    invited = await _invited(request)
    return _invitation(request, invited, {} if invited else {"form": PasswordFault.INVITATION})


async def accept(request: Request) -> Response:
    """Take the password of who was invited, and go on to the telephone."""
    services: Services = request.state.services
    form = await read_form(request)
    invited = await _invited(request)
    if invited is None:
        return _invitation(request, None, {"form": PasswordFault.INVITATION})
    password = typed(form, "password")
    if faults := new_password_faults(password, typed(form, "again"), invited.email):
        return _invitation(request, invited, faults)
    try:
        hashed = await services.passwords.hash(password)
    except PasswordsBusy:
        return _invitation(request, invited, {"form": PasswordFault.BUSY})
    token = await sign_in.accept_invitation(
        services.database,
        services.keys,
        _invitation_token(request),
        hashed,
        browser_of(request.headers.get("user-agent", "")),
        services.now(),
    )
    if token is None:
        return _invitation(request, None, {"form": PasswordFault.INVITATION})
    return set_token(request, go("/console/code"), token)


async def sign_out(request: Request, visitor: StaffVisit) -> Response:
    await sessions.sign_out(visitor.services.database, visitor.session, visitor.now)
    return forget_token(go("/console/connexion"))


async def sign_out_everywhere(request: Request, visitor: StaffVisit) -> Response:
    me = visitor.staff.id
    await sessions.sign_out_everywhere(visitor.services.database, me, by=me, now=visitor.now)
    return forget_token(go("/console/connexion"))


def new_password_faults(password: str, again: str, email: str) -> dict[str, PasswordFault]:
    """What is wrong with a password that was chosen, by field."""
    faults: dict[str, PasswordFault] = {}
    if fault := password_fault(password, email):
        faults["password"] = fault
    elif password != again:
        faults["again"] = PasswordFault.DIFFERENT
    return faults


def next_path(form: Mapping[str, object]) -> str:
    """The page of the console to go on to: never another site's, never the door again."""
    path = local_path({"next": form.get("suite")}, HOME)
    inside = path == HOME or path.startswith((f"{HOME}/", f"{HOME}?"))
    return path if inside and not path.startswith(("/console/connexion", "/console/code")) else HOME


def status_of(faults: Mapping[str, PasswordFault]) -> int:
    return max((_STATUS.get(fault, 400) for fault in faults.values()), default=200)


def _with_next(path: str, follow: str) -> str:
    return path if follow == HOME else f"{path}?suite={quote(follow, safe='')}"


def _token(request: Request) -> str:
    return request.cookies.get(COOKIE, "")[:MOST_TOKEN]


def _invitation_token(request: Request) -> str:
    return str(request.path_params["token"])[:MOST_TOKEN]


async def _invited(request: Request) -> Staff | None:
    services: Services = request.state.services
    token = _invitation_token(request)
    return await sign_in.invited(services.database, services.keys, token, services.now())


def _page(request: Request, template: str, context: Mapping[str, Any], status: int = 200) -> Response:
    services: Services = request.state.services
    return pages_of(services).page(f"console/{template}", context, status=status)


def _told(request: Request, refused: Refused | None) -> str:
    if refused is None:
        return ""
    fault, seconds = refused
    services: Services = request.state.services
    return pages_of(services).catalogue.say("sign-in-fault", fault, seconds)


def _sign_in(
    request: Request, *, email: str = "", next_path: str = HOME, refused: Refused | None = None
) -> Response:
    context = {"email": email, "next_path": next_path, "fault": _told(request, refused)}
    return _page(request, "sign_in.html", context, _STATUS.get(refused[0], 403) if refused else 200)


async def _code(request: Request, follow: str, refused: Refused | None = None) -> Response:
    services: Services = request.state.services
    now, token = services.now(), _token(request)
    half = await sessions.find(services.database, services.keys, token, now) if token else None
    if half is None:
        return go(_with_next("/console/connexion", follow))
    enrolment = await sign_in.enrolment(services.database, services.keys, token, now)
    context = {"next_path": follow, "fault": _told(request, refused), "qr": "", "secret": ""}
    if enrolment is not None:
        address = one_time.address_of(enrolment.secret, enrolment.email)
        context["qr"] = segno.make(address, error="m", micro=False).svg_data_uri(border=4, scale=5)
        context["secret"] = one_time.spaced(enrolment.secret)
    return _page(request, "code.html", context, _STATUS.get(refused[0], 403) if refused else 200)


def _invitation(request: Request, invited: Staff | None, faults: Mapping[str, PasswordFault]) -> Response:
    services: Services = request.state.services
    say = pages_of(services).catalogue.say
    told = {name: say("password-fault", fault, 0) for name, fault in faults.items()}
    context = {"invited": invited, "faults": told, "most": MOST_SIGNS}
    return _page(request, "invitation.html", context, status_of(faults))
