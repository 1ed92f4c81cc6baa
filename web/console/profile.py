"""One's own account: password, recovery codes, and where one is signed in."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from storage import sessions, sign_in
from storage.passwords import PasswordsBusy
from storage.values_staff import PasswordFault, Wait
from web.citizen.local_time import here
from web.console.desk import StaffVisit, go, read_form
from web.console.doors import new_password_faults, status_of
from web.forms import typed

PATH = "/console/profil"
Refused = tuple[PasswordFault, int]


async def profile_page(request: Request, visitor: StaffVisit) -> Response:
    return await _profile(request, visitor, {})


async def change_password(request: Request, visitor: StaffVisit) -> Response:
    form = await read_form(request)
    fresh = typed(form, "password")
    if faults := new_password_faults(fresh, typed(form, "again"), visitor.staff.email):
        return await _profile(request, visitor, {name: (fault, 0) for name, fault in faults.items()})
    candidate = await _known(visitor, typed(form, "current"))
    if isinstance(candidate, tuple):
        return await _profile(request, visitor, {"current": candidate})
    try:
        hashed = await visitor.services.passwords.hash(fresh)
    except PasswordsBusy:
        return await _profile(request, visitor, {"current": (PasswordFault.BUSY, 0)})
    database = visitor.services.database
    if not await sign_in.change_password(database, candidate, hashed, visitor.session.id, visitor.now):
        return await _profile(request, visitor, {"current": (PasswordFault.WRONG, 0)})
    return go(f"{PATH}?fait=1")


async def renew_codes(request: Request, visitor: StaffVisit) -> Response:
    """Ten new recovery codes, shown on the page that answers and nowhere again."""
    form = await read_form(request)
    candidate = await _known(visitor, typed(form, "password"))
    if isinstance(candidate, tuple):
        return await _profile(request, visitor, {"codes": candidate})
    services = visitor.services
    codes = await sign_in.change_recovery(services.database, services.keys, candidate, visitor.now)
    if codes is None:
        return await _profile(request, visitor, {"codes": (PasswordFault.WRONG, 0)})
    return visitor.page("recovery.html", {"codes": codes, "next_path": PATH})


async def end_session(request: Request, visitor: StaffVisit) -> Response:
    """One's own only: another's number ends nothing."""
    me = visitor.staff.id
    await sessions.end(visitor.services.database, me, request.path_params["id"], by=me, now=visitor.now)
    return go(f"{PATH}#sessions")


_SIGNED_IN = "signed in"
"""In the place of a network: nobody outside has one's own password wait."""


async def _known(visitor: StaffVisit, password: str) -> sign_in.Candidate | Refused:
    """Whoever sits at an open desk has to know the password."""
    services = visitor.services
    candidate = await sign_in.try_password(
        services.database, services.keys, visitor.staff.email, _SIGNED_IN, visitor.now
    )
    if isinstance(candidate, Wait):
        return PasswordFault.TOO_SOON, candidate.seconds
    try:
        right = await services.passwords.is_right(candidate.password, password)
    except PasswordsBusy:
        return PasswordFault.BUSY, 0
    if right:
        return candidate
    await sign_in.password_wrong(services.database, candidate, visitor.now)
    return PasswordFault.WRONG, 0


async def _profile(request: Request, visitor: StaffVisit, wrong: Mapping[str, Refused]) -> Response:
    services, me = visitor.services, visitor.staff.id
    open_ones = await sessions.own_sessions(services.database, services.keys, me, visitor.now)
    context = {
        "faults": {name: visitor.say("password-fault", *refused) for name, refused in wrong.items()},
        "sessions": [(one, here(one.created_at), here(one.seen_at)) for one in open_ones],
        "current": visitor.session.id,
        "left": await sign_in.recovery_left(services.database, me),
        "is_done": "fait" in request.query_params and not wrong,
    }
    status = status_of({name: fault for name, (fault, _) in wrong.items()})
    return visitor.page("profile.html", context, status=status)
