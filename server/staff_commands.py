"""The command ``imaginest staff``: its options, and the order that each makes of them."""

import argparse
import secrets
import sys
from collections.abc import Callable
from typing import Any

from server.public_address import public_address
from server.settings import Settings

_ROLES = ("moderator", "referent", "editor", "administrator")
_ACTIONS = ("list", "add", "roles", "close", "reset")

NewCommand = Callable[[str, str], argparse.ArgumentParser]


def add_staff_command(command: NewCommand) -> None:
    staff = command("staff", "accounts of the console: list, add, change roles, close, invite anew")
    staff.add_argument(
        "action",
        nargs="?",
        default="list",
        choices=_ACTIONS,
        metavar="ACTION",
        help="list (the default), add, roles, close or reset",
    )
    staff.add_argument("email", nargs="?", metavar="E-MAIL", help="whose account")
    staff.add_argument("--name", metavar="TEXT", help="how colleagues call them (add)")
    staff.add_argument(
        "--role",
        action="append",
        choices=_ROLES,
        metavar="ROLE",
        help=f"{', '.join(_ROLES)}; may be given several times",
    )
    staff.add_argument(
        "--theme", action="append", metavar="SLUG", help="a referent's theme; may be given several times"
    )
    staff.add_argument(
        "--password-stdin", action="store_true", help="read a password instead of making an invitation (add)"
    )
    staff.set_defaults(run=_staff, acts=True)


def _staff(settings: Settings, options: argparse.Namespace) -> int:
    from server.ordering import order
    from server.orders import OrderRefused

    if options.action == "list":
        accounts = order(settings, "staff/list", {})["accounts"]
        for account in accounts:
            print(_line(account))
        print("1 account" if len(accounts) == 1 else f"{len(accounts)} accounts")
        return 0
    if not options.email:
        raise OrderRefused("whose account? give an e-mail address")
    wanted: dict[str, Any] = {"email": options.email, "op": secrets.token_urlsafe(12)}
    if options.action in {"add", "roles"}:
        wanted |= {"roles": options.role or [], "themes": options.theme or []}
    if options.action == "add":
        wanted["name"] = options.name or ""
        if options.password_stdin:
            wanted["password"] = sys.stdin.readline().rstrip("\n")
    done = order(settings, f"staff/{options.action}", wanted)
    print(_told(settings, options.action, done))
    return 0


def _line(account: dict[str, Any]) -> str:
    roles = ", ".join([*account["roles"], *(f"theme {theme}" for theme in account["themes"])])
    return f"{account['email']}  {account['name']}  ({roles})  {account['state']}"


def _told(settings: Settings, action: str, done: dict[str, Any]) -> str:
    from storage.data_lock import address_told

    if action in {"add", "reset"} and done["path"]:
        site = public_address(settings, address_told(settings.data))
        return f"give them this link, which works once and for seven days:\n{site}{done['path']}"
    if action == "add":
        return "the account is there; its telephone is asked for when they sign in"
    return "done; they are signed out everywhere" if action == "roles" else "the account is closed"
