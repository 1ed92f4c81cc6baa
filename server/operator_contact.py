"""The operator's door for what citizens wrote: answer, and end a conversation."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.wire import is_op
from server.operator import authorised
from storage import contact
from storage.database import Database
from storage.keys import Keys
from storage.outbox import OutboxFull
from storage.values_contact import ContactFault, ContactThread, NewMail
from web import mails
from web.catalogue import Language
from web.contact_forms import read_text
from web.rendering import Pages
from web.services import Services

MOST_ID = 2**31 - 1


class BadWish(ValueError):
    """What the operator asks for cannot be done; the message says why."""


def contact_routes() -> list[Route]:
    """Routes that only who can read the master secret can use."""
    return [Route("/operator/contact", _contact, methods=["POST"])]


async def fulfil(
    database: Database, keys: Keys, pages: Mapping[Language, Pages], wish: Mapping[str, Any], now: int
) -> None:
    """Answer (``id``, ``text``, ``op``) or close (``id``) a conversation. Raises BadWish."""
    thread_id, action = wish.get("id"), wish.get("action")
    if not isinstance(thread_id, int) or not 0 < thread_id <= MOST_ID or action not in ("answer", "close"):
        raise BadWish("an action and the number of a conversation are needed")
    if action == "close":
        found = await contact.close_thread(database, thread_id, now)
    else:
        found = await _answer(database, keys, pages, thread_id, wish, now)
    if not found:
        raise BadWish(f"there is no conversation {thread_id}")


async def _answer(
    database: Database,
    keys: Keys,
    pages: Mapping[Language, Pages],
    thread_id: int,
    wish: Mapping[str, Any],
    now: int,
) -> bool:
    op, text = str(wish.get("op")), read_text(str(wish.get("text", "")))
    if isinstance(text, ContactFault):
        raise BadWish(f"the answer cannot be kept ({text}): 1 to 2,000 signs are needed")
    if not is_op(op):
        raise BadWish("an op is needed")

    def notice(thread: ContactThread) -> NewMail:
        return mails.answer_notice(pages[Language(thread.language)], thread, op)

    try:
        return await contact.answer(database, keys, thread_id, text=text, op=op, now=now, notice=notice)
    except OutboxFull:
        raise BadWish("too many mails wait to be sent: look at the mail server, then answer again") from None


async def _contact(request: Request) -> Response:
    services: Services = request.state.services
    wish = await authorised(request, services)
    if isinstance(wish, Response):
        return wish
    try:
        await fulfil(services.database, services.keys, services.pages, wish, services.now())
    except BadWish as error:
        return JSONResponse({"error": str(error)}, 400)
    return JSONResponse({"ids": [wish["id"]]})
