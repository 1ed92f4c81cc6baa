"""What operators order about staff: the first administrator, and whoever lost their way in."""

import re
from collections.abc import Mapping
from typing import TypeVar

from channels.names import is_op
from server.orders import Answer, Desk, Order, OrderRefused, Wanted
from storage import staff
from storage.passwords import Passwords, password_fault
from storage.values_staff import Account, NewAccount, Role, StaffFault
from web.addresses import AddressFault, read_address

T = TypeVar("T")

_REFUSED: Mapping[StaffFault, str] = {
    StaffFault.UNKNOWN: "there is no such account",
    StaffFault.CLOSED: "this account is closed: add another, with another address",
    StaffFault.TAKEN: "this address has an account already: “imaginest staff list” shows it",
    StaffFault.NO_NAME: "a name is needed",
    StaffFault.LONG_NAME: f"a name has at most {staff.LONGEST_NAME} signs",
    StaffFault.NO_ROLE: "at least one role is needed",
    StaffFault.NO_THEME: "a referent needs at least one theme",
    StaffFault.UNKNOWN_THEME: "there is no such theme",
    StaffFault.LAST_ADMINISTRATOR: "this is the last administrator: give the role to somebody else first",
}


async def _add(desk: Desk, wanted: Wanted) -> Answer:
    email = _email(wanted)
    new = NewAccount(email, " ".join(str(wanted["name"]).split()), _roles(wanted), _themes(wanted))
    given = wanted.get("password")
    hashed = None
    if given is not None:
        if fault := password_fault(str(given), email):
            raise OrderRefused(f"the password is not taken ({fault}): 12 to 200 signs, not the address")
        hashed = await Passwords().hash(str(given))
    done = _done(
        await staff.add(desk.database, desk.keys, new, by=None, op=_op(wanted), now=desk.now, password=hashed)
    )
    return {"id": done[0], "path": None if hashed else f"/console/inscription/{done[1]}"}


async def _list(desk: Desk, _: Wanted) -> Answer:
    found = await staff.accounts(desk.database, desk.keys, desk.now)
    return {"accounts": [_plain(account) for account in found]}


async def _change(desk: Desk, wanted: Wanted) -> Answer:
    staff_id = await _account(desk, wanted)
    fault = await staff.change(
        desk.database, staff_id, _roles(wanted), _themes(wanted), by=None, now=desk.now
    )
    _refuse(fault)
    return {"id": staff_id}


async def _close(desk: Desk, wanted: Wanted) -> Answer:
    staff_id = await _account(desk, wanted)
    _refuse(await staff.close(desk.database, staff_id, by=None, now=desk.now))
    return {"id": staff_id}


async def _reset(desk: Desk, wanted: Wanted) -> Answer:
    staff_id = await _account(desk, wanted)
    token = _done(
        await staff.reset(desk.database, desk.keys, staff_id, by=None, op=_op(wanted), now=desk.now)
    )
    return {"id": staff_id, "path": f"/console/inscription/{token}"}


STAFF_ORDERS: Mapping[str, Order] = {
    "staff/add": _add,
    "staff/list": _list,
    "staff/roles": _change,
    "staff/close": _close,
    "staff/reset": _reset,
}


async def _account(desk: Desk, wanted: Wanted) -> int:
    found = await staff.find(desk.database, desk.keys, _email(wanted))
    if found is None:
        raise OrderRefused(_REFUSED[StaffFault.UNKNOWN])
    return found


def _email(wanted: Wanted) -> str:
    address = read_address(str(wanted["email"]))
    if isinstance(address, AddressFault):
        raise OrderRefused(f"this is no e-mail address ({address})")
    return address


def _op(wanted: Wanted) -> str:
    op = str(wanted.get("op"))
    if not is_op(op):
        raise OrderRefused("an op is needed")
    return op


def _roles(wanted: Wanted) -> frozenset[Role]:
    named = [str(role) for role in wanted["roles"]]
    for role in named:
        if role not in set(Role):
            raise OrderRefused(f"there is no role {role}: {', '.join(Role)}")
    return frozenset(Role(role) for role in named)


def _themes(wanted: Wanted) -> frozenset[str]:
    themes = frozenset(str(theme) for theme in wanted.get("themes") or ())
    for theme in themes:
        if not re.fullmatch(r"[a-z0-9-]{1,40}", theme):
            raise OrderRefused(_REFUSED[StaffFault.UNKNOWN_THEME])
    return themes


def _done(outcome: T | StaffFault) -> T:
    if isinstance(outcome, StaffFault):
        raise OrderRefused(_REFUSED.get(outcome, str(outcome)))
    return outcome


def _refuse(fault: StaffFault | None) -> None:
    if fault is not None:
        _done(fault)


def _plain(account: Account) -> Answer:
    return {
        "id": account.staff.id,
        "email": account.staff.email,
        "name": account.staff.name,
        "roles": sorted(account.staff.roles),
        "themes": sorted(account.staff.themes),
        "state": str(account.state),
    }
