"""A questionnaire as citizens will see it: each question on a telephone, and the page at its end."""

from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from storage import drafts
from storage.topics import list_themes
from storage.values import Provenance, Topic, TopicKind
from storage.values_drafts import Draft, DraftSort
from storage.values_questionnaire_drafts import QuestionnaireContent
from storage.values_questionnaires import Engagement, Questionnaire, Step, Ways
from web.citizen.cards import Card
from web.citizen.questionnaire import told_figures
from web.citizen.time_left import time_left
from web.citizen.walk import walk
from web.console.desk import StaffVisit
from web.console.draft_desk import PATHS, id_of
from web.console.draft_preview import unseen_card
from web.frame import frame_of
from web.questionnaire_forms import read_number
from web.services import Services

NOBODY = Engagement(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Shown:
    """A draft as the questionnaire that it would be; ``number`` is the question asked for, None the end."""

    draft: Draft[QuestionnaireContent]
    questionnaire: Questionnaire
    number: int | None

    @property
    def path(self) -> list[int]:
        """The questions from the first one to the one shown, the shortest way; at the end, + all the way."""
        ways = [step.ways for step in self.questionnaire.steps]
        if self.number is None:
            return _forward(ways)
        before: dict[int, int] = {}
        for number, three in enumerate(ways, 1):
            for target in three.all:
                before.setdefault(target, number)
        found = [self.number]
        while found[0] in before:
            found.insert(0, before[found[0]])
        return found


def _forward(ways: list[Ways]) -> list[int]:
    found = [1]
    while (target := ways[found[-1] - 1].plus) is not None and found[-1] < target <= len(ways):
        found.append(target)
    return found


async def preview_page(request: Request, visitor: StaffVisit) -> Response:
    """The telephone, and beside it the questions to go on with."""
    shown = await _asked(request, visitor)
    if shown is None:
        return visitor.pages.error(404)
    context = {"draft": shown.draft, "number": shown.number, "base": PATHS[DraftSort.QUESTIONNAIRE]}
    return visitor.page("questionnaire_preview.html", context)


async def previewed_page(request: Request, visitor: StaffVisit) -> Response:
    shown = await _asked(request, visitor)
    if shown is None:
        return visitor.pages.error(404)
    services: Services = request.state.services
    pages = replace(visitor.pages, frame=frame_of(request, services.site, services.keys, services.notice()))
    cards = await _cards(shown, visitor)
    questionnaire = shown.questionnaire
    context: dict[str, Any] = {
        "profile": "none",
        "questionnaire": questionnaire,
        "is_real": True,
        "state": questionnaire.state(questionnaire.opens_at),
        "left": time_left(questionnaire.rules, questionnaire.opens_at),
        "figures": told_figures(NOBODY, pages.catalogue),
        "fault": "",
        "amends": None,
        "path": request.url.path,
    }
    if shown.number is None:
        return pages.page("questionnaire_end.html", {**context, "cards": cards, "numbers": shown.path})
    before = shown.path[-2] if len(shown.path) > 1 else None
    context |= {
        "card": cards[-1],
        "number": shown.number,
        "position": len(shown.path),
        "at_most": max(len(shown.path), walk(questionnaire, {}, ()).at_most),
        "before": None if before is None else f"{request.url.path}?question={before}",
        "after": None,
    }
    return pages.page("questionnaire.html", context)


async def _asked(request: Request, visitor: StaffVisit) -> Shown | None:
    draft = await drafts.get_draft(visitor.services.database, id_of(request), QuestionnaireContent)
    if draft is None:
        return None
    content = draft.content
    opens = draft.opens_at if draft.opens_at is not None else visitor.now
    closes = content.closes_at if content.closes_at is not None else opens + 1
    steps = tuple(Step(number, ways) for number, ways in enumerate(_ending(content.ways), 1))
    made = Questionnaire(0, content.title, content.body, opens, closes, steps, Provenance.REAL)
    if request.query_params.get("question") == "fin":
        return Shown(draft, made, None)
    number = read_number(request.query_params, "question") or 1
    return Shown(draft, made, min(number, len(steps)))


def _ending(ways: tuple[Ways, ...]) -> list[Ways]:
    """The same without those that lead back or nowhere: as long as they are wrong, they are the end."""

    def onward(way: int | None, step: int) -> int | None:
        return way if way is not None and step < way <= len(ways) else None

    return [
        Ways(onward(three.plus, step), onward(three.minus, step), onward(three.skip, step))
        for step, three in enumerate(ways, 1)
    ]


async def _cards(shown: Shown, visitor: StaffVisit) -> list[Card]:
    """The questions of the path as they stand in the moment they open."""
    themes = {theme.slug: theme for theme in await list_themes(visitor.services.database, retired=True)}
    content, opens = shown.draft.content, shown.questionnaire.opens_at
    rules = replace(shown.questionnaire.rules, results=content.results, headline=content.headline)
    return [
        unseen_card(
            Topic(
                id=number,
                kind=TopicKind.QUESTION,
                title=content.steps[number - 1].title,
                body=content.steps[number - 1].body,
                theme=themes[content.steps[number - 1].theme],
                rules=rules,
                provenance=Provenance.REAL,
                created_at=opens,
            )
        )
        for number in shown.path
    ]
