"""Accounts of the console, for administrators: invite, give roles and themes, invite anew, sign out, close."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from channels.names import is_op
from storage import sessions, staff
from storage.topics import list_themes
from storage.values_staff import Account, NewAccount, Role, StaffFault
from web.addresses import AddressFault, read_address
from web.citizen.local_time import here
from web.citizen.visit import new_op
from web.console import mails
from web.console.desk import StaffVisit, go, read_form
from web.forms import trimmed

PATH = "/console/comptes"
Fault = StaffFault | AddressFault

_STATUS: Mapping[Fault, int] = {
    StaffFault.UNKNOWN: 404,
    StaffFault.TAKEN: 409,
    StaffFault.CLOSED: 409,
    StaffFault.LAST_ADMINISTRATOR: 409,
    StaffFault.OWN_ACCOUNT: 403,
    StaffFault.MAIL_FULL: 503,
}


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was filled in, so that nothing is lost when something is wrong."""

    email: str = ""
    name: str = ""
    roles: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()


async def accounts_page(request: Request, visitor: StaffVisit) -> Response:
    return await _list(visitor)


async def invite(request: Request, visitor: StaffVisit) -> Response:
    """Open an account; its link is shown on the page that answers, and nowhere again."""
    form = await read_form(request)
    typed, op = _typed(form), trimmed(form, "op")
    email = read_address(typed.email)
    if isinstance(email, AddressFault):
        return await _list(visitor, typed, email)
    if not is_op(op):
        return await _list(visitor, typed, StaffFault.BAD_OP)
    new = NewAccount(email, " ".join(typed.name.split()), _roles(typed), typed.themes)
    done = await staff.add(
        visitor.services.database,
        visitor.services.keys,
        new,
        by=visitor.staff.id,
        op=op,
        now=visitor.now,
        notice=partial(mails.invitation, visitor.pages),
    )
    if isinstance(done, StaffFault):
        return await _list(visitor, typed, done)
    return _link(request, visitor, new.name, done[1])


async def account_page(request: Request, visitor: StaffVisit) -> Response:
    return await _account(request, visitor)


async def change(request: Request, visitor: StaffVisit) -> Response:
    form = await read_form(request)
    typed = _typed(form)
    fault = await staff.change(
        visitor.services.database,
        request.path_params["id"],
        _roles(typed),
        typed.themes,
        by=visitor.staff.id,
        now=visitor.now,
    )
    return await _after(request, visitor, fault, typed)


async def close(request: Request, visitor: StaffVisit) -> Response:
    fault = await staff.close(
        visitor.services.database, request.path_params["id"], by=visitor.staff.id, now=visitor.now
    )
    return await _after(request, visitor, fault)


async def sign_out(request: Request, visitor: StaffVisit) -> Response:
    """End every session of somebody; they may come in again."""
    staff_id = request.path_params["id"]
    if await _found(visitor, staff_id) is None:
        return await _account(request, visitor)
    await sessions.sign_out_everywhere(
        visitor.services.database, staff_id, by=visitor.staff.id, now=visitor.now
    )
    return go(f"{PATH}/{staff_id}")


async def invite_anew(request: Request, visitor: StaffVisit) -> Response:
    """For who has lost password or telephone."""
    form = await read_form(request)
    op, staff_id = trimmed(form, "op"), request.path_params["id"]
    if not is_op(op):
        return await _account(request, visitor, StaffFault.BAD_OP)
    done = await staff.reset(
        visitor.services.database,
        visitor.services.keys,
        staff_id,
        by=visitor.staff.id,
        op=op,
        now=visitor.now,
        notice=partial(mails.invitation, visitor.pages),
    )
    if isinstance(done, StaffFault):
        return await _account(request, visitor, done)
    account = await _found(visitor, staff_id)
    return _link(request, visitor, account.staff.name if account else "", done)


async def _after(
    request: Request, visitor: StaffVisit, fault: StaffFault | None, typed: Typed | None = None
) -> Response:
    if fault is not None:
        return await _account(request, visitor, fault, typed)
    return go(f"{PATH}/{request.path_params['id']}?fait=1")


def _typed(form: FormData) -> Typed:
    chosen = [frozenset(str(one)[:40] for one in form.getlist(name)) for name in ("role", "theme")]
    return Typed(trimmed(form, "email"), trimmed(form, "name"), *chosen)


def _roles(typed: Typed) -> frozenset[Role]:
    return frozenset(Role(one) for one in typed.roles if one in set(Role))


async def _found(visitor: StaffVisit, staff_id: int) -> Account | None:
    services = visitor.services
    accounts = await staff.accounts(services.database, services.keys, visitor.now)
    return next((account for account in accounts if account.staff.id == staff_id), None)


async def _list(visitor: StaffVisit, typed: Typed | None = None, fault: Fault | None = None) -> Response:
    services = visitor.services
    accounts = await staff.accounts(services.database, services.keys, visitor.now)
    context = {
        "accounts": [(one, here(one.seen_at) if one.seen_at else None) for one in accounts],
        "typed": typed or Typed(),
        "fault": _told(visitor, fault),
        **await _choices(visitor),
    }
    return visitor.page("accounts.html", context, status=_status(fault))


async def _account(
    request: Request, visitor: StaffVisit, fault: StaffFault | None = None, typed: Typed | None = None
) -> Response:
    account = await _found(visitor, request.path_params["id"])
    if account is None:
        return await _list(visitor, None, StaffFault.UNKNOWN)
    roles, themes = account.staff.roles, account.staff.themes
    context = {
        "account": account,
        "is_own": account.staff.id == visitor.staff.id,
        "typed": typed or Typed(roles=frozenset(map(str, roles)), themes=themes),
        "fault": _told(visitor, fault),
        "is_done": "fait" in request.query_params and fault is None,
        "seen": here(account.seen_at) if account.seen_at else None,
        **await _choices(visitor),
    }
    return visitor.page("account.html", context, status=_status(fault))


async def _choices(visitor: StaffVisit) -> dict[str, Any]:
    themes = await list_themes(visitor.services.database, retired=True)
    return {"roles": list(Role), "themes": themes, "op": new_op()}


def _link(request: Request, visitor: StaffVisit, name: str, token: str) -> Response:
    host = request.headers.get("host", "")
    base = visitor.services.site.address(request.url.scheme, host)
    context = {"name": name, "link": f"{base}/console/inscription/{token}"}
    return visitor.page("account_link.html", context)


def _told(visitor: StaffVisit, fault: Fault | None) -> str:
    if fault is None:
        return ""
    return visitor.say("staff-fault" if isinstance(fault, StaffFault) else "address-fault", fault)


def _status(fault: Fault | None) -> int:
    return 200 if fault is None else _STATUS.get(fault, 400)
