"""Reads what editors write of a questionnaire (pure): its content, or what is wrong field by field.

The fields of a question are named after its number: ``step-3-title``. Questions are added, moved and taken away on
the server, with nothing kept, so that it works without a program.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from realtime.disclosure import HeadlinePolicy, ResultPolicy
from storage.values_drafts import DraftFault
from storage.values_questionnaire_drafts import NEXT, PlannedStep, QuestionnaireContent, resolved
from storage.values_questionnaires import MOST_STEPS, Ways
from web.console.draft_forms import read_body, title_fault
from web.console.local_instant import read_instant, write_instant
from web.forms import typed
from web.post_text import clean

ANSWERS = ("plus", "minus", "skip")
FOLLOWING, END = "next", "end"

_CHANGE = re.compile(r"(up|down|remove)-([1-9][0-9]?)")
_NUMBER = re.compile(r"[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class TypedStep:
    """A question as it was filled in; a way is ``next``, ``end`` or a number."""

    title: str = ""
    body: str = ""
    theme: str = ""
    plus: str = FOLLOWING
    minus: str = FOLLOWING
    skip: str = FOLLOWING


@dataclass(frozen=True, slots=True)
class TypedPlan:
    """The form as it was filled in."""

    title: str = ""
    body: str = ""
    results: str = str(ResultPolicy.AFTER_VOTE)
    headline: str = str(HeadlinePolicy.LIVE)
    profile: str = ""
    opens: str = ""
    closes: str = ""
    steps: tuple[TypedStep, ...] = field(default=(TypedStep(), TypedStep()))

    @property
    def ways(self) -> tuple[Ways, ...]:
        """As far as they can be read; what cannot is the end."""
        return resolved([_three(step) for step in self.steps])


def read_plan(form: Mapping[str, object]) -> TypedPlan:
    own = {each.name: typed(form, each.name) for each in fields(TypedPlan) if each.name != "steps"}
    count = typed(form, "steps")
    many = min(int(count), MOST_STEPS) if _NUMBER.fullmatch(count) else 0
    return TypedPlan(**own, steps=tuple(_read_step(form, number) for number in range(1, many + 1)))


def _read_step(form: Mapping[str, object], number: int) -> TypedStep:
    return TypedStep(**{each.name: typed(form, f"step-{number}-{each.name}") for each in fields(TypedStep)})


def write_plan(content: QuestionnaireContent) -> TypedPlan:
    """A draft as its form shows it."""
    steps = (
        TypedStep(step.title, step.body, step.theme, *map(_write_way, (step.plus, step.minus, step.skip)))
        for step in content.steps
    )
    return TypedPlan(
        content.title,
        content.body,
        str(content.results),
        str(content.headline),
        "1" if content.profile_required else "",
        write_instant(content.opens_at),
        write_instant(content.closes_at),
        tuple(steps),
    )


def read_questionnaire(told: TypedPlan) -> QuestionnaireContent | Mapping[str, DraftFault]:
    faults = _word_faults(told)
    opens, closes = read_instant(told.opens.strip()), read_instant(told.closes.strip())
    for name, value in (("opens", opens), ("closes", closes)):
        if isinstance(value, DraftFault):
            faults[name] = value
    if isinstance(opens, int) and isinstance(closes, int) and closes <= opens:
        faults["closes"] = DraftFault.CLOSES_FIRST
    if told.results not in set(ResultPolicy):
        faults["results"] = DraftFault.BAD_CHOICE
    if told.headline not in set(HeadlinePolicy):
        faults["headline"] = DraftFault.BAD_CHOICE
    for number, step in enumerate(told.steps, 1):
        if not step.theme:
            faults[f"step-{number}-theme"] = DraftFault.NO_THEME
        for answer in ANSWERS:
            if not _is_way(getattr(step, answer), len(told.steps)):
                faults[f"step-{number}-{answer}"] = DraftFault.BAD_CHOICE
    if faults or isinstance(opens, DraftFault) or isinstance(closes, DraftFault):
        return faults
    return QuestionnaireContent(
        clean(told.title),
        _body(told.body),
        tuple(_step(step) for step in told.steps),
        ResultPolicy(told.results),
        HeadlinePolicy(told.headline),
        bool(told.profile),
        opens,
        closes,
    )


def correct_plan(
    content: QuestionnaireContent, told: TypedPlan
) -> QuestionnaireContent | Mapping[str, DraftFault]:
    """The same questionnaire with the words of the form; the ways, themes and rules stay."""
    if len(told.steps) != len(content.steps):
        return {"form": DraftFault.WRONG_STATE}
    if faults := _word_faults(told):
        return faults
    steps = tuple(
        replace(before, title=clean(step.title), body=_body(step.body))
        for before, step in zip(content.steps, told.steps, strict=True)
    )
    return replace(content, title=clean(told.title), body=_body(told.body), steps=steps)


def _word_faults(told: TypedPlan) -> dict[str, DraftFault]:
    faults: dict[str, DraftFault] = {}
    whole = [("", told.title, told.body)]
    steps = [(f"step-{number}-", step.title, step.body) for number, step in enumerate(told.steps, 1)]
    for prefix, title, body in whole + steps:
        if fault := title_fault(clean(title)):
            faults[f"{prefix}title"] = fault
        if isinstance(read := read_body(body), DraftFault):
            faults[f"{prefix}body"] = read
    if not told.steps:
        faults["form"] = DraftFault.BAD_PLAN
    return faults


def _body(text: str) -> str:
    read = read_body(text)
    return "" if isinstance(read, DraftFault) else read


def _step(step: TypedStep) -> PlannedStep:
    return PlannedStep(clean(step.title), step.theme, _body(step.body), *_three(step))


def _three(step: TypedStep) -> tuple[int | None, int | None, int | None]:
    return _read_way(step.plus), _read_way(step.minus), _read_way(step.skip)


def _is_way(text: str, steps: int) -> bool:
    return text in {FOLLOWING, END} or (_NUMBER.fullmatch(text) is not None and int(text) <= steps)


def _read_way(text: str) -> int | None:
    if text == FOLLOWING:
        return NEXT
    return int(text) if _NUMBER.fullmatch(text) else None


def _write_way(way: int | None) -> str:
    return END if way is None else FOLLOWING if way == NEXT else str(way)


# --- questions that are added, moved and taken away


def changed(told: TypedPlan, change: str) -> tuple[TypedPlan, int] | DraftFault | None:
    """The plan after ``add``, ``up-3``, ``down-3`` or ``remove-3``, and the number of the question to look at.

    Ways go on leading to the question that they led to; those to one that is taken away lead on to what follows.
    None: no such change.
    """
    many = len(told.steps)
    if change == "add":
        if many >= MOST_STEPS:
            return DraftFault.TOO_MANY_STEPS
        before = told.steps[-1].theme if told.steps else ""
        return replace(told, steps=(*told.steps, TypedStep(theme=before))), many + 1
    found = _CHANGE.fullmatch(change)
    if found is None or not 1 <= int(found[2]) <= many:
        return None
    number, order = int(found[2]), list(range(1, many + 1))
    if found[1] == "remove":
        if many == 1:
            return None
        order.remove(number)
        return _in_order(told, order), min(number, many - 1)
    place = number + (-1 if found[1] == "up" else 1)
    if not 1 <= place <= many:
        return told, number
    order.remove(number)
    order.insert(place - 1, number)
    return _in_order(told, order), place


def _in_order(told: TypedPlan, order: Sequence[int]) -> TypedPlan:
    """The questions of these numbers, in this order."""
    place = {number: at for at, number in enumerate(order, 1)}

    def way(text: str) -> str:
        if not _NUMBER.fullmatch(text):
            return text
        return str(place[int(text)]) if int(text) in place else FOLLOWING

    return replace(told, steps=tuple(_with_ways(told.steps[number - 1], way) for number in order))


def _with_ways(step: TypedStep, way: Callable[[str], str]) -> TypedStep:
    return replace(step, plus=way(step.plus), minus=way(step.minus), skip=way(step.skip))
