"""Ideas for who answers them: by days left or by popularity, given to a colleague, answered, corrected.

Popularity is what a citizen sees who has not voted: where results are hidden from them, the number of voters only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from channels.names import is_op
from channels.parsing import MAX_INTEGER
from storage import referents
from storage.database import StorageUnavailable
from storage.tallies import standings
from storage.themes import direction_of, list_directions
from storage.values import Topic
from storage.values_audit import SubjectKind
from storage.values_contact import ContactFault
from storage.values_follow_up import LONGEST_DIRECTION, LONGEST_TEXT, FollowUpStep, Outcome, days_left
from storage.values_referents import CareFault, Draft, Idea, IdeaLine, IdeaOrder, IdeasAsked, IdeaState
from web.citizen.cards import Card, card
from web.citizen.local_time import here
from web.citizen.visit import new_op
from web.console.desk import StaffVisit, go, read_form
from web.contact_forms import read_text
from web.forms import read_page, trimmed, typed

PATH = "/console/reponses"
LINES_A_PAGE = 30
MOST_FIELD_BYTES = 128 * 1024
SAID = (FollowUpStep.HANDED, FollowUpStep.ANSWERED, FollowUpStep.DECIDED, FollowUpStep.DONE)
"""The steps that a referent says."""

_STATUS: Mapping[CareFault, int] = {
    CareFault.UNKNOWN: 404,
    CareFault.OUTSIDE: 403,
    CareFault.CHANGED: 409,
    CareFault.UNAVAILABLE: 503,
}


@dataclass(frozen=True, slots=True)
class Typed:
    """An answer as it was filled in, so that nothing is lost when something is wrong."""

    step: str = ""
    text: str = ""
    direction: str = ""
    outcome: str = ""


async def ideas_page(request: Request, visitor: StaffVisit) -> Response:
    asked, chosen = read_asked(request.query_params, visitor)
    page = read_page(request.query_params)
    database = visitor.services.database
    first = (page - 1) * LINES_A_PAGE
    lines, number = await referents.ideas(database, asked, visitor.now, first=first, most=LINES_A_PAGE)
    themes = await referents.themes_of(database, visitor.staff.themes)
    query = urlencode({name: value for name, value in chosen.items() if value})
    context = {
        "lines": await _shown(visitor, lines),
        "number": number,
        "chosen": chosen,
        "states": list(IdeaState),
        "orders": list(IdeaOrder),
        "themes": themes,
        "page": page,
        "pages": max(1, -(-number // LINES_A_PAGE)),
        "query": f"{query}&" if query else "",
    }
    return visitor.page("ideas.html", context)


async def idea_page(request: Request, visitor: StaffVisit) -> Response:
    idea = await _own_idea(request, visitor)
    return idea if isinstance(idea, Response) else await _page(request, visitor, idea)


async def assign(request: Request, visitor: StaffVisit) -> Response:
    """Give the idea to a colleague, to oneself, or to nobody."""
    idea = await _own_idea(request, visitor)
    if isinstance(idea, Response):
        return idea
    topic_id = idea.line.topic.id
    wanted = trimmed(await read_form(request), "staff")
    fault = await referents.assign(
        visitor.services.database,
        topic_id,
        int(wanted) if wanted.isdecimal() and len(wanted) < 10 and int(wanted) else None,
        by=visitor.staff.id,
        themes=visitor.staff.themes,
        now=visitor.now,
    )
    return (
        go(f"{PATH}/{topic_id}?fait=confie") if fault is None else await _page(request, visitor, idea, fault)
    )


async def answer(request: Request, visitor: StaffVisit) -> Response:
    """Keep, throw away or publish what was written; what was typed comes back with whatever is wrong."""
    form = await read_form(request, MOST_FIELD_BYTES)
    try:
        idea = await _own_idea(request, visitor)
        if isinstance(idea, Response):
            return idea
        topic_id, todo = idea.line.topic.id, trimmed(form, "do")
        fault = await _carry_out(visitor, topic_id, form, todo)
    except StorageUnavailable:
        return _unavailable(visitor, form)
    if fault is None:
        return go(f"{PATH}/{topic_id}?fait={'brouillon' if todo == 'draft' else 'publie'}")
    if fault is CareFault.CHANGED:  # what a colleague did meanwhile is to be seen
        idea = await referents.idea(visitor.services.database, topic_id) or idea
    return await _page(request, visitor, idea, fault, _typed(form))


async def _carry_out(visitor: StaffVisit, topic_id: int, form: FormData, todo: str) -> CareFault | None:
    number, op = trimmed(form, "number"), trimmed(form, "op")
    if not is_op(op) or not (number.isdecimal() and len(number) < 10):
        return CareFault.BAD_OP
    draft = read_draft(_typed(form), finished=todo == "publish")
    if isinstance(draft, CareFault):
        return draft
    do = referents.publish_answer if todo == "publish" else referents.save_draft
    return await do(
        visitor.services.database,
        topic_id,
        draft,
        number=int(number),
        op=op,
        by=visitor.staff.id,
        themes=visitor.staff.themes,
        now=visitor.now,
    )


def read_draft(told: Typed, *, finished: bool) -> Draft | CareFault:
    """What was filled in (pure); one that is to be published says all that its step needs."""
    if told.step not in {str(step) for step in SAID}:
        return CareFault.BAD_STEP
    step = FollowUpStep(told.step)
    text: str | ContactFault = read_text(told.text)
    if text is ContactFault.NO_TEXT:
        if finished and step is FollowUpStep.ANSWERED:
            return CareFault.NO_TEXT
        text = ""
    if isinstance(text, ContactFault):
        return CareFault(str(text))
    direction = " ".join(told.direction.split())
    if len(text) > LONGEST_TEXT:
        return CareFault.TOO_LONG
    if len(direction) > LONGEST_DIRECTION:
        return CareFault.LONG_DIRECTION
    if finished and step is FollowUpStep.HANDED and not direction:
        return CareFault.NO_DIRECTION
    outcome = None
    if step is FollowUpStep.DECIDED:
        outcome = Outcome(told.outcome) if told.outcome in set(Outcome) else None
        if finished and outcome is None:
            return CareFault.NO_OUTCOME
    return Draft(step, text, direction, outcome)


def read_asked(query: Mapping[str, str], visitor: StaffVisit) -> tuple[IdeasAsked, dict[str, str]]:
    """What of the list is asked for, and the choices as the page shows them; what cannot be read is not asked."""
    chosen = {name: trimmed(query, name)[:40] for name in ("etat", "theme", "a", "tri")}
    state = IdeaState(chosen["etat"]) if chosen["etat"] in set(IdeaState) else IdeaState.WAITING
    order = IdeaOrder(chosen["tri"]) if chosen["tri"] in set(IdeaOrder) else IdeaOrder.DAYS
    theme = chosen["theme"] if chosen["theme"] in visitor.staff.themes else ""
    assignee = {"moi": visitor.staff.id, "personne": 0}.get(chosen["a"])
    shown = {
        "etat": str(state),
        "theme": theme,
        "a": "" if assignee is None else chosen["a"],
        "tri": str(order),
    }
    return IdeasAsked(visitor.staff.themes, state, order, theme, assignee), shown


async def cards_of(visitor: StaffVisit, topics: Sequence[Topic]) -> dict[int, Card]:
    """The topics as a citizen sees them who has not voted."""
    found = await standings(visitor.services.database, [topic.id for topic in topics])
    return {
        topic.id: card(
            topic, found[topic.id], now=visitor.now, own=None, voted=False, seen="", op="", answered=False
        )
        for topic in topics
    }


async def _shown(visitor: StaffVisit, lines: Sequence[IdeaLine]) -> list[dict[str, Any]]:
    cards = await cards_of(visitor, [line.topic for line in lines])
    return [{"line": line, "card": cards[line.topic.id], "left": _left(line, visitor.now)} for line in lines]


def _left(line: IdeaLine, now: int) -> int | None:
    """Of the twelve days; None where none run any more."""
    return None if line.since is None or line.answered_at is not None else days_left(line.since, now)


async def _own_idea(request: Request, visitor: StaffVisit) -> Idea | Response:
    """The idea of the address; the page that says that it is not there, or not theirs, which is noted."""
    topic_id: int = request.path_params["id"]
    database = visitor.services.database
    idea = await referents.idea(database, topic_id) if topic_id <= MAX_INTEGER else None
    if idea is None:
        return visitor.page("idea_missing.html", {"back": PATH}, status=404)
    if idea.line.topic.theme.slug not in visitor.staff.themes:
        await referents.note_refused(
            database, visitor.staff.id, SubjectKind.TOPIC, topic_id, visitor.path, visitor.now
        )
        context = {"back": PATH, "themes": [idea.line.topic.theme]}
        return visitor.page("outside.html", context, status=403)
    return idea


async def _page(
    request: Request,
    visitor: StaffVisit,
    idea: Idea,
    fault: CareFault | None = None,
    told: Typed | None = None,
) -> Response:
    topic, database = idea.line.topic, visitor.services.database
    shown = (await cards_of(visitor, [topic]))[topic.id]
    versions: dict[str, list[Any]] = {}
    for version in idea.versions:
        versions.setdefault(str(version.step), []).append((version, here(version.replaced_at)))
    direction = await direction_of(database, topic.theme.slug)
    done = request.query_params.get("fait", "")
    context = {
        "idea": idea,
        "line": idea.line,
        "card": shown,
        "left": _left(idea.line, visitor.now),
        "opened": here(topic.rules.opens_at),
        "steps": [
            (
                one,
                here(one.at),
                here(one.changed_at) if one.changed_at else None,
                versions.get(str(one.step), []),
            )
            for one in idea.told
        ],
        "colleagues": await referents.colleagues(database, topic.theme.slug),
        "said": SAID,
        "outcomes": list(Outcome),
        "typed": told or _begun(idea, request.query_params.get("etape", ""), direction),
        "directions": [one.name for one in await list_directions(database) if one.retired_at is None],
        "fault": "" if fault is None else visitor.say("care-fault", fault, name=idea.changed_by),
        "done": done if done in {"confie", "brouillon", "publie"} and fault is None else "",
        "changed": here(idea.changed_at) if idea.changed_at else None,
        "op": new_op(),
        "most": LONGEST_TEXT,
        "most_direction": LONGEST_DIRECTION,
        "form_path": f"{PATH}/{topic.id}",
    }
    return visitor.page("idea.html", context, status=200 if fault is None else _STATUS.get(fault, 400))


def _begun(idea: Idea, asked: str, direction: str) -> Typed:
    """What the form begins with: a step that is to be corrected, else the draft, else the step that comes next.

    ``direction`` is the one that answers for the idea's theme.
    """
    told = {str(one.step): one for one in idea.told}
    if asked in {str(step) for step in SAID} and (one := told.get(asked)):
        return Typed(asked, one.text, one.direction, one.outcome or "")
    if asked not in {str(step) for step in SAID} and idea.draft is not None:
        draft = idea.draft
        return Typed(draft.step, draft.text, draft.direction, draft.outcome or "")
    ahead = (step for step in SAID[1:] if str(step) not in told)
    return Typed(asked if asked in set(SAID) else next(ahead, FollowUpStep.ANSWERED), direction=direction)


def _typed(form: FormData) -> Typed:
    return Typed(*(typed(form, name) for name in ("step", "text", "direction", "outcome")))


def _unavailable(visitor: StaffVisit, form: FormData) -> Response:
    """The database does not answer: nothing of the idea can be shown, but what was typed comes back."""
    context = {
        "typed": replace(_typed(form)),
        "fault": visitor.say("care-fault", CareFault.UNAVAILABLE),
        "back": visitor.path,
    }
    return visitor.page("answer_kept.html", context, status=503)
