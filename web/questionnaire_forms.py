"""Reads what a questionnaire's form, address and cookie say (pure)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from channels.names import is_op
from realtime.refusals import Refusal
from realtime.tally import Sign
from web.forms import read_sign

_NUMBER = re.compile(r"[1-9][0-9]?")
_SKIPPED = re.compile(r"[1-9][0-9]?(?:\.[1-9][0-9]?){0,19}")


class StepFault(StrEnum):
    """What hinders an answer, beside what hinders any vote."""

    UNKNOWN_STEP = "unknown-step"
    NO_ANSWER = "no-answer"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class StepForm:
    """An answer to a step; ``sign`` is None where it was skipped."""

    step: int
    sign: Sign | None
    op: str


def read_step(form: Mapping[str, object]) -> StepForm | StepFault | Refusal:
    step, op = read_number(form, "step"), form.get("op")
    if step is None:
        return StepFault.UNKNOWN_STEP
    if not isinstance(op, str) or not is_op(op):
        return Refusal.BAD_OP
    if form.get("skip"):
        return StepForm(step, None, op)
    sign = read_sign(form)
    return StepForm(step, sign, op) if sign in (Sign.PLUS, Sign.MINUS) else StepFault.NO_ANSWER


def read_number(fields: Mapping[str, object], name: str) -> int | None:
    """The number of a step, None where there is none."""
    text = fields.get(name)
    return int(text) if isinstance(text, str) and _NUMBER.fullmatch(text) else None


def read_skipped(cookie: str | None) -> frozenset[int]:
    """The steps that this device skipped; a cookie that is no list of steps counts as none."""
    if cookie is None or not _SKIPPED.fullmatch(cookie):
        return frozenset()
    return frozenset(int(number) for number in cookie.split("."))


def write_skipped(steps: Iterable[int]) -> str:
    return ".".join(str(number) for number in sorted(steps))
