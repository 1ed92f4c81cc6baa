"""Posting an idea or a debate: the form, its preview, and sending it; all three are one address."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from storage.database import StorageUnavailable
from storage.posts import TOO_MANY_POSTS, may_post_again, submit
from storage.similarity import similar
from storage.tallies import standings
from storage.topics import list_themes
from storage.values import Theme, Topic, TopicState
from storage.values_posts import NewPost, Post, PostRefusal
from web.citizen.again import in_words, retry_after
from web.citizen.topic import SEE_OTHER
from web.citizen.visit import Visit, new_op, read_long_form, visit
from web.post_text import clean, count_signs
from web.posting import (
    LONGEST_TYPED,
    OFFERED,
    Checked,
    Draft,
    DraftFault,
    Fault,
    Step,
    check,
    good_op,
    read_draft,
    read_step,
)

MOST_BYTES = 64 * 1024
"""Of one field, percent-encoded: all that the text's field takes."""

MOST_SIMILAR = 3


@dataclass(frozen=True, slots=True)
class Alike:
    """A published idea that says much the same; how many voted is public always."""

    topic: Topic
    voters: int


async def poster_page(request: Request) -> Response:
    """The empty form; an address may choose the kind and the theme."""
    visitor = await visit(request)
    asked = read_draft(request.query_params)
    kind = asked.kind if asked.kind in {str(kind) for kind in OFFERED} else str(OFFERED[0])
    return await _form(visitor, replace(asked, kind=kind, text=asked.text[:LONGEST_TYPED]))


async def take_post(request: Request) -> Response:
    """Show the preview, the form again, or send; whatever is wrong, what was typed stays."""
    visitor = await visit(request)
    form = await read_text_form(request)
    draft, step = read_draft(form), read_step(form)
    if not request.state.has_cookie:
        return await _form(visitor, draft, {"form": DraftFault.UNKNOWN_VOTER}, status=400)
    if step is Step.EDIT:
        return await _form(visitor, draft)
    themes = await list_themes(visitor.services.database)
    read = check(draft, {theme.slug for theme in themes})
    if not isinstance(read, Checked):
        return await _form(visitor, draft, read, status=400)
    if step is Step.PREVIEW:
        return await _preview(visitor, draft, read)
    if not good_op(draft):
        return await _preview(visitor, draft, read, DraftFault.BAD_OP)
    return await _send(visitor, draft, read)


async def read_text_form(request: Request) -> FormData:
    return await read_long_form(request, MOST_BYTES, 20)


async def alike(visitor: Visit, text: str, limit: int) -> list[Alike]:
    """What citizens have said much the same, and on which one can vote now."""
    database = visitor.services.database
    near = await similar(database, text, 2 * limit, visitor.now)
    topics = [
        topic
        for topic in near
        if topic.kind.by_citizens and topic.rules.state(visitor.now) is TopicState.OPEN
    ][:limit]
    found = await standings(database, [topic.id for topic in topics])
    return [Alike(topic, found[topic.id].tally.voters) for topic in topics]


async def _send(visitor: Visit, draft: Draft, read: Checked) -> Response:
    services = visitor.services
    author = services.keys.author(visitor.device)
    new = NewPost(
        read.kind,
        read.text,
        author,
        draft.op,
        read.theme,
        departement=read.departement,
        hall=visitor.hall,
    )
    try:
        made = await submit(services.database, services.keys, new, services.posting, visitor.now)
    except StorageUnavailable:
        return await _preview(visitor, draft, read, DraftFault.TRY_AGAIN)
    if isinstance(made, Post):
        return RedirectResponse(f"/mes-idees/{made.id}", SEE_OTHER)
    again = await may_post_again(services.database, new, made) if made in TOO_MANY_POSTS else None
    return await _preview(visitor, draft, read, made, again)


async def _form(
    visitor: Visit, draft: Draft, faults: Mapping[str, Fault] | None = None, status: int = 200
) -> Response:
    signs = count_signs(clean(draft.text))
    say = visitor.pages.catalogue.say
    context = visitor.context(
        draft=draft,
        faults={name: say("post-faults", code, n=signs) for name, code in (faults or {}).items()},
        kinds=OFFERED,
        themes=in_order(await list_themes(visitor.services.database)),
        longest=LONGEST_TYPED,
        moderation=visitor.services.posting.moderation,
    )
    return visitor.pages.page("poster.html", context, status=status)


async def _preview(
    visitor: Visit, draft: Draft, read: Checked, fault: Fault | None = None, again: int | None = None
) -> Response:
    """As everybody will see it. The op stays where sending again may help; else the next one is another."""
    when = in_words(visitor, again)
    keeps_op = fault in {DraftFault.TRY_AGAIN, PostRefusal.PAUSED}
    themes = {theme.slug: theme for theme in await list_themes(visitor.services.database, retired=True)}
    context = visitor.context(
        draft=replace(draft, op=draft.op if keeps_op else new_op()),
        read=read,
        theme=themes[read.theme],
        fault="" if fault is None else visitor.pages.catalogue.say("post-faults", fault, n=0, when=when),
        days=visitor.services.posting.idea_days,
        moderation=visitor.services.posting.moderation,
        alike=await alike(visitor, read.text, MOST_SIMILAR),
    )
    status = 200 if fault is None else _STATUS.get(fault, 409)
    headers = retry_after(again, visitor.now)
    return visitor.pages.page("poster_preview.html", context, status=status, headers=headers)


def in_order(themes: list[Theme]) -> list[Theme]:
    """By name, accents aside; what fits nowhere else comes last."""
    return sorted(themes, key=lambda theme: (theme.slug == _ELSEWHERE, _plain(theme.name)))


def _plain(name: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", name.casefold()) if sign.isascii())


_ELSEWHERE = "vie-citoyenne"
_STATUS: Mapping[Fault, int] = {
    DraftFault.TRY_AGAIN: 503,
    PostRefusal.PAUSED: 503,
    DraftFault.BAD_OP: 400,
    PostRefusal.TOO_MANY_THIS_HOUR: 429,
    PostRefusal.TOO_MANY_TODAY: 429,
}
