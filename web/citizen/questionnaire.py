"""A questionnaire: one question a screen, each answer a ballot like any other, where to go on told by the answers.

What was answered is read from the ballots, what was skipped stands in a cookie of this device: nothing on the
server says who answered what.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from channels.parsing import MAX_INTEGER
from channels.topics import cast_vote
from realtime.refusals import Refusal
from realtime.tally import Sign
from storage.ballots import own_signs
from storage.database import StorageUnavailable
from storage.drafts import amends_of_made
from storage.questionnaires import get_questionnaire, note_stages
from storage.topics import get_topics
from storage.values import Receipt, Topic, TopicState
from storage.values_drafts import DraftSort
from storage.values_questionnaires import Engagement, Questionnaire
from web.catalogue import Catalogue
from web.citizen.amends import told as told_amends
from web.citizen.before_voting import is_asked_first
from web.citizen.cards import Note
from web.citizen.engagement import figures
from web.citizen.time_left import time_left
from web.citizen.topic import SEE_OTHER, ask_first
from web.citizen.visit import Visit, read_form, visit
from web.citizen.walk import Walk, stages, walk
from web.forms import VoteForm
from web.questionnaire_forms import StepFault, StepForm, read_number, read_skipped, read_step, write_skipped

COOKIE = "passees"
"""The cookie that keeps what was skipped; each questionnaire has its own, by the cookie's path."""

MAX_AGE = 60 * 86_400


@dataclass(frozen=True, slots=True)
class Reader:
    """Someone in front of a questionnaire."""

    visitor: Visit
    questionnaire: Questionnaire
    own: Mapping[int, Sign]
    skipped: frozenset[int]

    @property
    def walk(self) -> Walk:
        return walk(self.questionnaire, self.own, self.skipped)

    @property
    def path(self) -> str:
        return f"/questionnaires/{self.questionnaire.id}"

    @property
    def state(self) -> TopicState:
        return self.questionnaire.state(self.visitor.now)

    def sign(self, number: int) -> Sign:
        return self.own.get(self.questionnaire.steps[number - 1].topic, Sign.WITHDRAWN)

    def after(self, number: int, sign: Sign | None) -> str:
        """The address of what comes after an answer."""
        following = self.questionnaire.steps[number - 1].ways.after(sign)
        return self.path if following is None else f"{self.path}?question={following}"


async def questionnaire_page(request: Request) -> Response:
    """The question that is asked for where it was reached before, else the next one, else the end."""
    reader = await _reader(request)
    walked = reader.walk
    if request.state.has_cookie and reader.state is TopicState.OPEN:
        await _note(reader, walked)
    return await _show(reader, walked, read_number(request.query_params, "question"))


async def answer(request: Request) -> Response:
    """Take an answer to one question; someone whose profile it waits for is asked first, their answer kept."""
    reader = await _reader(request)
    visitor = reader.visitor
    if not request.state.has_cookie:
        return visitor.pages.error(400, request.state.cookie_fault or Refusal.UNKNOWN_VOTER)
    form = await read_form(request)
    read, walked = read_step(form), reader.walk
    if isinstance(read, StepFault | Refusal):
        return await _show(reader, walked, read_number(form, "step"), read, status=400)
    if reader.state is not TopicState.OPEN:
        return await _show(reader, walked, read.step, StepFault.OVER, status=409)
    if read.step not in walked.visited:
        return await _show(reader, walked, None, StepFault.UNKNOWN_STEP, status=409)
    if read.sign is None:
        return _skip(request, reader, read.step)
    (topic,) = await get_topics(visitor.services.database, [reader.questionnaire.steps[read.step - 1].topic])
    if await is_asked_first(visitor, topic, read.sign):
        return ask_first(topic, VoteForm(read.sign, read.op), reader.after(read.step, read.sign))
    return await _cast(reader, topic, read, read.sign)


async def participation(request: Request) -> Response:
    """The figures as words, for a page that stays open."""
    reader = await _reader(request)
    told = await _figures(reader)
    return JSONResponse(told, headers={"cache-control": "private, no-store"})


async def _cast(reader: Reader, topic: Topic, form: StepForm, sign: Sign) -> Response:
    visitor = reader.visitor
    outcome = await cast_vote(visitor.services.ballots, visitor.ballot(topic.id, sign, form.op))
    if isinstance(outcome, Receipt):
        return RedirectResponse(reader.after(form.step, sign), SEE_OTHER)
    if outcome is Refusal.PROFILE_NEEDED:  # another page of this device took answers back in the meantime
        return ask_first(topic, VoteForm(sign, form.op), reader.after(form.step, sign))
    status = 503 if outcome is Refusal.TRY_AGAIN else 409
    return await _show(reader, reader.walk, form.step, outcome, status=status, sent=form)


def _skip(request: Request, reader: Reader, number: int) -> Response:
    """Go on without an answer; what was answered before stays answered."""
    sign = reader.sign(number)
    going_on = RedirectResponse(reader.after(number, sign), SEE_OTHER)
    if sign is Sign.WITHDRAWN:
        going_on.set_cookie(
            COOKIE,
            write_skipped(reader.skipped | {number}),
            MAX_AGE,
            path=reader.path,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
    return going_on


async def _reader(request: Request) -> Reader:
    visitor = await visit(request)
    questionnaire_id: int = request.path_params["id"]
    services = visitor.services
    found = None
    if questionnaire_id <= MAX_INTEGER:
        found = await get_questionnaire(services.database, questionnaire_id)
    if found is None:
        raise HTTPException(404)
    own = await own_signs(services.database, services.keys, visitor.device, found.topics)
    steps = range(1, len(found.steps) + 1)
    skipped = read_skipped(request.cookies.get(COOKIE)).intersection(steps)
    return Reader(visitor, found, own, skipped)


async def _note(reader: Reader, walked: Walk) -> None:
    services, visitor = reader.visitor.services, reader.visitor
    reached = stages(reader.questionnaire, walked, reader.own)
    try:
        await note_stages(
            services.database, services.keys, reader.questionnaire.id, visitor.device, reached, visitor.now
        )
    except StorageUnavailable:
        return  # the questions can be read all the same, and the next page tells it again


async def _show(
    reader: Reader,
    walked: Walk,
    asked: int | None,
    fault: StepFault | Refusal | None = None,
    *,
    status: int = 200,
    sent: StepForm | None = None,
) -> Response:
    number = asked if asked in walked.visited else walked.current
    shown = {
        "questionnaire": reader.questionnaire,
        "state": reader.state,
        "left": time_left(reader.questionnaire.rules, reader.visitor.now),
        "figures": await _figures(reader),
        "fault": _sentence(reader, fault),
        "path": reader.path,
        "amends": await _amends(reader),
    }
    if reader.state is TopicState.OPEN and number is not None:
        shown |= await _question(reader, walked, number, fault, sent)
        return reader.visitor.pages.page("questionnaire.html", reader.visitor.context(**shown), status=status)
    numbers = _listed(reader, walked)
    topics = await get_topics(
        reader.visitor.services.database, [reader.questionnaire.steps[n - 1].topic for n in numbers]
    )
    shown |= {"cards": await reader.visitor.cards(topics), "numbers": numbers}
    return reader.visitor.pages.page("questionnaire_end.html", reader.visitor.context(**shown), status=status)


async def _amends(reader: Reader) -> dict[str, object] | None:
    database = reader.visitor.services.database
    return told_amends(await amends_of_made(database, DraftSort.QUESTIONNAIRE, reader.questionnaire.id))


def _listed(reader: Reader, walked: Walk) -> list[int]:
    """The steps that the last page shows: one's own, and all once it is closed."""
    match reader.state:
        case TopicState.PLANNED:
            return []
        case TopicState.OPEN:
            return list(walked.path)
        case TopicState.CLOSED:
            return list(range(1, len(reader.questionnaire.steps) + 1))


async def _question(
    reader: Reader, walked: Walk, number: int, fault: StepFault | Refusal | None, sent: StepForm | None
) -> dict[str, Any]:
    topics = await get_topics(
        reader.visitor.services.database, [reader.questionnaire.steps[number - 1].topic]
    )
    note = None if sent is None else Note("", sent.sign)
    (card,) = await reader.visitor.cards(topics, note)
    if sent is not None and fault is Refusal.TRY_AGAIN:
        card = replace(card, op=sent.op)
    before = walked.before(number)
    return {
        "card": card,
        "number": number,
        "position": walked.position(number),
        "at_most": walked.at_most,
        "before": None if before is None else f"{reader.path}?question={before}",
        "after": reader.after(number, reader.sign(number)) if number in walked.path else None,
    }


def _sentence(reader: Reader, fault: StepFault | Refusal | None) -> str:
    catalogue = reader.visitor.pages.catalogue
    if isinstance(fault, StepFault):
        return catalogue.say("questionnaire-fault", fault)
    return "" if fault is None else catalogue.refusal(fault)


async def _figures(reader: Reader) -> dict[str, str]:
    services = reader.visitor.services
    counted = await services.attendance.engagement(
        services.database, reader.questionnaire.id, reader.visitor.now
    )
    return told_figures(counted, reader.visitor.pages.catalogue)


def told_figures(engagement: Engagement, catalogue: Catalogue) -> dict[str, str]:
    """Each figure in words, by its name."""
    counted = figures(engagement)
    told = {
        name: catalogue.say("engagement", "few") if count is None else catalogue.number(count)
        for name, count in (
            ("started", counted.started),
            ("finished", counted.finished),
            ("voted", counted.voted),
            ("active", counted.active),
        )
    }
    rate = counted.rate
    told["rate"] = catalogue.say("engagement", "no-rate") if rate is None else catalogue.percent(rate)
    return told
