"""Questionnaires that editors write: their questions, the drawing of their ways, and what may change afterwards."""

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from channels.names import is_op
from realtime.disclosure import HeadlinePolicy, ResultPolicy
from storage import drafts, publication
from storage.topics import list_themes
from storage.values_drafts import Draft, DraftFault, DraftSort
from storage.values_questionnaire_drafts import Problem, QuestionnaireContent, leading, problems
from storage.values_questionnaires import MOST_STEPS
from web.console.branching import draw
from web.console.desk import StaffVisit, go
from web.console.draft_desk import (
    PATHS,
    DraftDesk,
    Faults,
    done_of,
    id_of,
    number_of,
    read_form,
    shown_draft,
    status_of,
)
from web.console.drafts import unknown_draft
from web.console.questionnaire_forms import (
    ANSWERS,
    END,
    FOLLOWING,
    TypedPlan,
    changed,
    correct_plan,
    read_plan,
    read_questionnaire,
    write_plan,
)
from web.forms import trimmed

PATH = PATHS[DraftSort.QUESTIONNAIRE]


async def new_page(request: Request, visitor: StaffVisit) -> Response:
    return await _form(visitor, None, TypedPlan(), {})


async def draft_page(request: Request, visitor: StaffVisit) -> Response:
    return await _draft(request, visitor, {})


async def begin(request: Request, visitor: StaffVisit) -> Response:
    """Keep a new questionnaire, and go on to it; or show the form with its questions in another order."""
    form = await read_form(request)
    if isinstance(form, DraftFault):
        return await _form(visitor, None, TypedPlan(), {"form": form})
    told, op = read_plan(form), trimmed(form, "op")
    if change := trimmed(form, "change"):
        return await _changed(visitor, None, told, change, form)
    read = read_questionnaire(told)
    if not isinstance(read, QuestionnaireContent):
        return await _form(visitor, None, told, read, op=op)
    if not is_op(op):
        return await _form(visitor, None, told, {"form": DraftFault.BAD_OP})
    database, by = visitor.services.database, visitor.staff.id
    made = await drafts.begin_draft(database, read, op, by=by, now=visitor.now)
    if isinstance(made, DraftFault):
        return await _form(visitor, None, told, {"form": made}, op=op)
    return go(f"{PATH}/{made}?fait=enregistre")


async def save(request: Request, visitor: StaffVisit) -> Response:
    form = await read_form(request)
    if isinstance(form, DraftFault):
        return await _draft(request, visitor, {"form": form})
    draft, told = await _asked(request, visitor), read_plan(form)
    if draft is None:
        return await unknown_draft(visitor)
    if change := trimmed(form, "change"):
        return await _changed(visitor, draft, told, change, form)
    read = read_questionnaire(told)
    if not isinstance(read, QuestionnaireContent):
        return await _draft(request, visitor, read, told)
    database, by = visitor.services.database, visitor.staff.id
    fault = await drafts.save_draft(database, draft.id, read, upon=number_of(form), by=by, now=visitor.now)
    if fault is not None:
        return await _draft(request, visitor, {"form": fault}, told)
    return go(f"{PATH}/{draft.id}?fait=enregistre")


async def correct(request: Request, visitor: StaffVisit) -> Response:
    """Correct the words of what is published."""
    form = await read_form(request)
    if isinstance(form, DraftFault):
        return await _draft(request, visitor, {"form": form})
    draft, told = await _asked(request, visitor), read_plan(form)
    if draft is None:
        return await unknown_draft(visitor)
    read = correct_plan(draft.content, told)
    if not isinstance(read, QuestionnaireContent):
        return await _draft(request, visitor, read, told if "form" not in read else None)
    database, by = visitor.services.database, visitor.staff.id
    fault = await publication.correct(database, draft.id, read, upon=number_of(form), by=by, now=visitor.now)
    if fault is not None:
        return await _draft(request, visitor, {"form": fault}, told)
    return go(f"{PATH}/{draft.id}?fait=corrige")


async def _changed(
    visitor: StaffVisit,
    draft: Draft[QuestionnaireContent] | None,
    told: TypedPlan,
    change: str,
    form: FormData,
) -> Response:
    """The form after a question was added, moved or taken away; nothing of it is kept yet."""
    done = changed(told, change)
    if isinstance(done, DraftFault):
        return await _form(visitor, draft, told, {"form": done}, op=trimmed(form, "op"))
    plan, looked_at = done or (told, 0)
    upon = number_of(form)
    return await _form(visitor, draft, plan, {}, op=trimmed(form, "op"), looked_at=looked_at, upon=upon)


# --- pages


async def _asked(request: Request, visitor: StaffVisit) -> Draft[QuestionnaireContent] | None:
    return await drafts.get_draft(visitor.services.database, id_of(request), QuestionnaireContent)


async def _draft(
    request: Request,
    visitor: StaffVisit,
    faults: Faults,
    told: TypedPlan | None = None,
    *,
    reason: str = "",
) -> Response:
    draft = await _asked(request, visitor)
    if draft is None:
        return await unknown_draft(visitor)
    done = done_of(request, visitor, faults)
    return await _form(visitor, draft, told or write_plan(draft.content), faults, reason=reason, done=done)


QUESTIONNAIRES = DraftDesk(QuestionnaireContent, _draft)


async def _form(
    visitor: StaffVisit,
    draft: Draft[QuestionnaireContent] | None,
    told: TypedPlan,
    faults: Faults,
    *,
    op: str = "",
    reason: str = "",
    done: str = "",
    looked_at: int | None = None,
    upon: int | None = None,
) -> Response:
    """``looked_at`` is the number of the question to go on with where questions have moved, and nothing is kept."""
    context: dict[str, Any] = {
        **await shown_draft(visitor, draft, faults, op=op, reason=reason, done=done),
        **shown_ways(visitor, told),
        "base": PATH,
        "told": told,
        "looked_at": looked_at,
        "upon": upon if upon is not None else draft.number if draft else 0,
        "answers": ANSWERS,
        "following": FOLLOWING,
        "end": END,
        "most": MOST_STEPS,
        "results": list(ResultPolicy),
        "headlines": list(HeadlinePolicy),
        "themes": await list_themes(visitor.services.database),
    }
    return visitor.page("questionnaire.html", context, status=status_of(faults))


def shown_ways(visitor: StaffVisit, told: TypedPlan) -> dict[str, Any]:
    """The ways as a drawing, in words, and what is wrong with them."""
    ways, titles = told.ways, [" ".join(step.title.split()) for step in told.steps]
    return {
        "drawing": draw(titles, ways),
        "in_words": [
            (title, [(_and(visitor, answers), target) for target, answers in leading(three).items()])
            for title, three in zip(titles, ways, strict=True)
        ],
        "problems": [_sentence(visitor, problem) for problem in problems(ways)],
    }


def _sentence(visitor: StaffVisit, problem: Problem) -> str:
    kind = "loop-self" if problem.target == problem.step else str(problem.kind)
    answers = _and(visitor, problem.answers)
    return visitor.say("plan-problem", kind, step=problem.step, target=problem.target, answers=answers)


def _and(visitor: StaffVisit, answers: tuple[str, ...]) -> str:
    if len(answers) == len(ANSWERS):
        return visitor.say("plan-answer", "all")
    return visitor.say("plan-answer", "and").join(visitor.say("plan-answer", answer) for answer in answers)
