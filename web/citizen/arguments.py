"""All arguments under a topic, page by page, and a new one that comes as a form."""

from collections.abc import Mapping
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from channels.names import is_op
from channels.parsing import MAX_INTEGER
from storage.arguments import arguments_since
from storage.database import StorageUnavailable
from storage.posts import TOO_MANY_POSTS, may_post_again, submit
from storage.values import Topic
from storage.values_posts import NewPost, Post, PostKind, PostRefusal
from web.arguing import (
    ArgumentDraft,
    ArgumentFault,
    CheckedArgument,
    check_argument,
    read_argument,
)
from web.citizen.again import in_words, retry_after
from web.citizen.debate import debate_under
from web.citizen.posting import read_text_form
from web.citizen.statistics import tagged
from web.citizen.topic import SEE_OTHER
from web.citizen.visit import Visit, asked_topic, new_op, visit
from web.forms import read_number, read_page
from web.post_text import clean, count_signs
from web.posting import DraftFault
from web.services import Services
from web.statistics.downloads import plain_json


async def arguments_page(request: Request) -> Response:
    visitor = await visit(request)
    topic = await _asked(visitor, request)
    debate = await debate_under(visitor, topic, read_page(request.query_params))
    return visitor.pages.page("arguments.html", visitor.context(debate=debate))


async def new_arguments(request: Request) -> Response:
    """What came after the argument ``apres``, of each side the newest ten, for a page that stays open."""
    visitor = await visit(request)
    topic = await _asked(visitor, request)
    debate = await debate_under(visitor, topic, since=read_number(request.query_params, "apres"))
    return visitor.pages.page("parts/new_arguments.html", visitor.context(debate=debate))


async def arguments_state(request: Request) -> Response:
    """How many came after ``apres``, the same for everybody; nothing where nothing moved."""
    topic_id: int = request.path_params["id"]
    services: Services = request.state.services
    since = read_number(request.query_params, "apres")
    count = await arguments_since(services.database, topic_id, since) if topic_id <= MAX_INTEGER else 0
    return tagged(request, plain_json({"new": count}), "application/json")


async def take_argument(request: Request) -> Response:
    """Keep an argument for a moderator; whatever is wrong, what was typed stays."""
    visitor = await visit(request)
    topic = await _asked(visitor, request)
    draft = read_argument(await read_text_form(request))
    if not request.state.has_cookie:
        return await _form(visitor, topic, draft, {"form": DraftFault.UNKNOWN_VOTER})
    read = check_argument(draft)
    if not isinstance(read, CheckedArgument):
        return await _form(visitor, topic, draft, read)
    if not is_op(draft.op):
        return await _form(visitor, topic, draft, {"form": DraftFault.BAD_OP})
    services = visitor.services
    new = NewPost(
        PostKind.ARGUMENT,
        read.text,
        services.keys.author(visitor.device),
        draft.op,
        parent=topic.id,
        side=read.side,
        hall=visitor.hall,
    )
    try:
        made = await submit(services.database, services.keys, new, services.posting, visitor.now)
    except StorageUnavailable:
        return await _form(visitor, topic, draft, {"form": DraftFault.TRY_AGAIN}, status=503)
    if isinstance(made, Post):
        return RedirectResponse(f"/sujets/{topic.id}?argument={made.status}#debat", SEE_OTHER)
    if made is PostRefusal.PAUSED:
        return await _form(visitor, topic, draft, {"form": made}, status=503)
    if made not in TOO_MANY_POSTS:
        return await _form(visitor, topic, draft, {"form": made}, status=409)
    again = await may_post_again(services.database, new, made)
    return await _form(visitor, topic, draft, {"form": made}, status=429, again=again)


async def _asked(visitor: Visit, request: Request) -> Topic:
    """An argument has no arguments of its own."""
    topic = await asked_topic(visitor, request)
    if topic.parent is not None:
        raise HTTPException(404)
    return topic


async def _form(
    visitor: Visit,
    topic: Topic,
    draft: ArgumentDraft,
    faults: Mapping[str, ArgumentFault],
    status: int = 400,
    again: int | None = None,
) -> Response:
    """The form again; its op stays where sending again may help, else the next one is another."""
    keeps_op = not {DraftFault.TRY_AGAIN, PostRefusal.PAUSED}.isdisjoint(faults.values())
    told = {name: _sentence(visitor, code, draft, again) for name, code in faults.items()}
    shown = replace(draft, op=draft.op if keeps_op else new_op())
    debate = await debate_under(visitor, topic, draft=shown, faults=told)
    context, headers = visitor.context(debate=debate), retry_after(again, visitor.now)
    return visitor.pages.page("arguments.html", context, status=status, headers=headers)


def _sentence(visitor: Visit, code: ArgumentFault, draft: ArgumentDraft, again: int | None) -> str:
    catalogue = visitor.pages.catalogue
    section = "argument-faults" if code in catalogue.sections["argument-faults"] else "post-faults"
    return catalogue.say(section, code, n=count_signs(clean(draft.text)), when=in_words(visitor, again))
