"""Reads the forms with which staff switch something for everybody (pure): what was typed stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from channels.names import is_op
from channels.parsing import MAX_INTEGER
from realtime.notice import Severity
from storage.values_switches import (
    LONGEST_BANNER,
    LONGEST_SENTENCE,
    LONGEST_WHY,
    NewSwitch,
    SwitchKind,
    SwitchRefusal,
)
from web.forms import trimmed

_HERE = ZoneInfo("Europe/Paris")


class SwitchFault(StrEnum):
    """What is wrong with a form."""

    NO_TEXT = "no-text"
    LONG_SENTENCE = "long-sentence"
    LONG_BANNER = "long-banner"
    NO_WHY = "no-why"
    LONG_WHY = "long-why"
    NO_TOPIC = "no-topic"
    NO_SEVERITY = "no-severity"
    BAD_UNTIL = "bad-until"
    PAST_UNTIL = "past-until"
    BAD_OP = "bad-op"
    TRY_AGAIN = "try-again"


class SwitchStep(StrEnum):
    """Which button was pressed: look at it first, change it again, or do it."""

    REVIEW = "review"
    EDIT = "edit"
    CONFIRM = "confirm"


Fault = SwitchFault | SwitchRefusal


@dataclass(frozen=True, slots=True)
class SwitchDraft:
    """A form as it was typed; ``until`` is the day and hour of the Région's clocks, empty for none."""

    kind: SwitchKind = SwitchKind.POSTING
    text: str = ""
    reason: str = ""
    topic: str = ""
    severity: str = str(Severity.INFO)
    until: str = ""
    op: str = ""


def read_switch(form: Mapping[str, object]) -> SwitchDraft | None:
    """None where the form is none of ours."""
    kind = trimmed(form, "kind")
    if kind not in set(SwitchKind):
        return None
    return SwitchDraft(
        SwitchKind(kind),
        " ".join(trimmed(form, "text").split()),
        " ".join(trimmed(form, "reason").split()),
        trimmed(form, "topic"),
        trimmed(form, "severity"),
        trimmed(form, "until"),
        trimmed(form, "op"),
    )


def read_switch_step(form: Mapping[str, object]) -> SwitchStep:
    text = trimmed(form, "step")
    return SwitchStep(text) if text in set(SwitchStep) else SwitchStep.REVIEW


def check_switch(draft: SwitchDraft, now: int) -> NewSwitch | dict[str, Fault]:
    """What is to be switched, or what is wrong by field."""
    faults: dict[str, Fault] = {}
    is_banner = draft.kind is SwitchKind.BANNER
    longest = LONGEST_BANNER if is_banner else LONGEST_SENTENCE
    if not draft.text:
        faults["text"] = SwitchFault.NO_TEXT
    elif len(draft.text) > longest:
        faults["text"] = SwitchFault.LONG_BANNER if is_banner else SwitchFault.LONG_SENTENCE
    if why := reason_fault(draft.reason):
        faults["reason"] = why
    topic = _topic(draft.topic) if draft.kind is SwitchKind.VOTING else None
    if draft.kind is SwitchKind.VOTING and topic is None:
        faults["topic"] = SwitchFault.NO_TOPIC
    if is_banner and draft.severity not in set(Severity):
        faults["severity"] = SwitchFault.NO_SEVERITY
    until = _instant(draft.until) if is_banner and draft.until else None
    if isinstance(until, SwitchFault):
        faults["until"] = until
    elif until is not None and until <= now:
        faults["until"] = SwitchFault.PAST_UNTIL
    if not is_op(draft.op):
        faults["form"] = SwitchFault.BAD_OP
    if faults or isinstance(until, SwitchFault):
        return faults
    severity = Severity(draft.severity) if is_banner else None
    return NewSwitch(draft.kind, draft.text, draft.reason, draft.op, topic, severity, until)


def reason_fault(reason: str) -> SwitchFault | None:
    if not reason:
        return SwitchFault.NO_WHY
    return SwitchFault.LONG_WHY if len(reason) > LONGEST_WHY else None


def _topic(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= 16
    return int(text) if is_number and 0 < int(text) <= MAX_INTEGER else None


def _instant(text: str) -> int | SwitchFault:
    try:
        told = datetime.fromisoformat(text)
        return int(told.replace(tzinfo=told.tzinfo or _HERE).timestamp() * 1000)
    except (ValueError, OverflowError):
        return SwitchFault.BAD_UNTIL
