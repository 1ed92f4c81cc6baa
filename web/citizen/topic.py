"""A topic's page, and the vote that comes as a form: the second door to the same corridor."""

from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from channels.names import is_op
from channels.topics import cast_vote
from realtime.disclosure import View
from realtime.refusals import Refusal
from realtime.tally import Sign
from storage.drafts import amends_of
from storage.merging import carry_over, merged_here, merged_into
from storage.news import campaign_of
from storage.tallies import cross_table
from storage.time_line import moments
from storage.topics import get_topic
from storage.values import DAY_MS, Receipt, Topic, TopicState
from storage.values_moderation import MergedHere
from storage.values_posts import PostStatus
from web.citizen.again import retry_after
from web.citizen.amends import told as told_amends
from web.citizen.before_voting import is_asked_first, profile_path
from web.citizen.cards import Card, Note
from web.citizen.debate import debate_under, read_sent
from web.citizen.follow_up import course_of
from web.citizen.preview import told as preview_of
from web.citizen.pyramid import pyramid
from web.citizen.timeline import ended, timeline
from web.citizen.visit import (
    Visit,
    asked_topic,
    must_be_in_view,
    named_topic,
    read_form,
    refused,
    visit,
    wants_json,
)
from web.forms import KeptVote, VoteForm, local_path, read_sign, read_vote

SEE_OTHER = 303
MOVED_FOR_NOW = 302
_LATER = frozenset({Refusal.TRY_AGAIN, Refusal.PAUSED})
"""What the same form may meet no more when it is sent again."""


async def topic_page(request: Request) -> Response:
    visitor = await visit(request)
    topic = await named_topic(visitor, request)
    if topic.withdrawn_at is not None:
        merge = await merged_into(visitor.services.database, topic.id)
        if merge is not None:
            await bring_votes(request, visitor, merge.into)
            return RedirectResponse(f"/sujets/{merge.into}", MOVED_FOR_NOW)
    await must_be_in_view(visitor, topic)
    merged = await merged_here(visitor.services.database, topic.id)
    if merged.topics:
        await bring_votes(request, visitor, topic.id)
    sent = read_sent(request.query_params)
    return await show_topic(visitor, topic, sent=sent, merged=merged)


async def bring_votes(request: Request, visitor: Visit, into: int | None = None) -> None:
    """Count this device's votes on merged topics where those lead; a new device has none."""
    if request.state.has_cookie:
        services = visitor.services
        await carry_over(services.database, services.ballots, services.keys, visitor.device, into)


async def vote(request: Request) -> Response:
    """Cast a vote; someone whose answers it waits for is asked first, their vote kept."""
    visitor = await visit(request)
    if not request.state.has_cookie:
        return refused(request, visitor, request.state.cookie_fault or Refusal.UNKNOWN_VOTER)
    try:
        topic = await asked_topic(visitor, request)
    except HTTPException as missing:
        if missing.status_code != 404 and not wants_json(request):
            raise
        return refused(request, visitor, Refusal.UNKNOWN_TOPIC)
    form = await read_form(request)
    read = read_vote(form)
    if isinstance(read, Refusal):
        sign = read_sign(form)
        chosen = sign if isinstance(sign, Sign) else None
        return await show_topic(visitor, topic, status=400, refusal=read, chosen=chosen)
    after = local_path(form, f"/sujets/{topic.id}")
    if await is_asked_first(visitor, topic, read.sign):
        return ask_first(topic, read, after)
    return await enter(visitor, topic, read, after)


def ask_first(topic: Topic, form: VoteForm, after: str) -> Response:
    """Lead to the profile's questions; the vote is kept, and cast with the answers."""
    return RedirectResponse(profile_path(KeptVote(topic.id, form.sign, form.op), after), SEE_OTHER)


async def enter(visitor: Visit, topic: Topic, form: VoteForm, after: str) -> Response:
    """Enter a vote and go on to ``after``, or show the topic with what hindered it."""
    outcome = await cast_vote(visitor.services.ballots, visitor.ballot(topic.id, form.sign, form.op))
    if isinstance(outcome, Receipt):
        return RedirectResponse(after, SEE_OTHER)
    if outcome is Refusal.PROFILE_NEEDED:  # another page of this device took answers back in the meantime
        return ask_first(topic, form, after)
    status = _STATUS.get(outcome, 409)
    return await show_topic(visitor, topic, status=status, refusal=outcome, chosen=form.sign, op=form.op)


async def show_topic(
    visitor: Visit,
    topic: Topic,
    *,
    status: int = 200,
    refusal: Refusal | None = None,
    chosen: Sign | None = None,
    op: str | None = None,
    sent: PostStatus | None = None,
    merged: MergedHere | None = None,
) -> Response:
    """The page; after a refusal it keeps what was ``chosen``, and the ``op`` where sending again may help."""
    pages, database = visitor.pages, visitor.services.database
    note = None
    if refusal is not None:
        note = Note(pages.catalogue.refusal(refusal), chosen)
    (card,) = await visitor.cards([topic], note)
    if refusal in _LATER and op is not None and is_op(op):
        card = replace(card, op=op)
    past = await moments(database, visitor.services.keys, topic.id) if card.view is View.RESULTS else []
    closed_at = topic.rules.closes_at
    if past and card.state is TopicState.CLOSED and closed_at is not None and card.tally.headline is not None:
        past = ended(past, closed_at, card.tally.headline)
    cells = await cross_table(database, visitor.services.keys, topic, visitor.now)
    context = visitor.context(
        card=card,
        timeline=timeline(past),
        pyramid=pyramid(cells),
        next=_path(card),
        course=await course_of(database, topic, visitor.now),
        campaign=await campaign_of(database, topic.id),
        above=None if topic.parent is None else await get_topic(database, topic.parent),
        debate=await debate_under(visitor, topic, sent=sent) if topic.parent is None else None,
        merged=merged or await merged_here(database, topic.id),
        amends=await _amends(visitor, topic),
        preview=preview_of(card, pages.catalogue),
    )
    # Changes of a vote are counted by the day, UTC.
    again = visitor.now - visitor.now % DAY_MS + DAY_MS if refusal is Refusal.TOO_MANY_CHANGES else None
    return pages.page("topic.html", context, status=status, headers=retry_after(again, visitor.now))


_STATUS = {**dict.fromkeys(_LATER, 503), Refusal.TOO_MANY_CHANGES: 429}


async def _amends(visitor: Visit, topic: Topic) -> dict[str, object] | None:
    """What became of it after it was published, where that is to be told."""
    if topic.kind.by_citizens:
        return None
    return told_amends(await amends_of(visitor.services.database, topic.id))


def _path(card: Card) -> str:
    return f"/sujets/{card.topic.id}"
