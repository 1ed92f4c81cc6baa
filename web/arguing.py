"""Reads the forms of a debate (pure): an argument, a report. What was typed stays, what is wrong is named."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from realtime.tally import Sign
from storage.values_reports import ReportReason, ReportRefusal
from web.forms import typed
from web.post_text import TextFault, clean, read_text
from web.posting import DraftFault, Fault

LONGEST_TYPED = 4000
"""UTF-16 units that the fields take: nothing of what was typed is cut off unsaid."""

_SIDES = {"1": Sign.PLUS, "-1": Sign.MINUS}


class SideFault(StrEnum):
    NO_SIDE = "no-side"


class ReasonFault(StrEnum):
    NO_REASON = "no-reason"


ArgumentFault = SideFault | Fault
ReportFault = ReasonFault | TextFault | ReportRefusal | DraftFault


@dataclass(frozen=True, slots=True)
class ArgumentDraft:
    """An argument as it was typed."""

    side: str = ""
    text: str = ""
    op: str = ""


@dataclass(frozen=True, slots=True)
class CheckedArgument:
    """``text`` is clean."""

    side: Sign
    text: str


@dataclass(frozen=True, slots=True)
class ReportDraft:
    reason: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class CheckedReport:
    """``text`` is clean, and empty where nothing was added."""

    reason: ReportReason
    text: str


def read_argument(form: Mapping[str, object]) -> ArgumentDraft:
    return ArgumentDraft(typed(form, "side"), typed(form, "text"), typed(form, "op"))


def check_argument(draft: ArgumentDraft) -> CheckedArgument | dict[str, ArgumentFault]:
    """The argument, or what is wrong by field."""
    side, text = _SIDES.get(draft.side), read_text(draft.text)
    if side is not None and not isinstance(text, TextFault):
        return CheckedArgument(side, text)
    faults: dict[str, ArgumentFault] = {}
    if side is None:
        faults["side"] = SideFault.NO_SIDE
    if isinstance(text, TextFault):
        faults["text"] = text
    return faults


def read_report(form: Mapping[str, object]) -> ReportDraft:
    return ReportDraft(typed(form, "reason"), typed(form, "text"))


def check_report(draft: ReportDraft) -> CheckedReport | dict[str, ReportFault]:
    """The report, or what is wrong by field. Its line may be empty, and may name the address of a page."""
    faults: dict[str, ReportFault] = {}
    if draft.reason not in {str(reason) for reason in ReportReason}:
        faults["reason"] = ReasonFault.NO_REASON
    text = read_text(draft.text)
    match text:
        case TextFault.NO_TEXT:
            text = ""
        case TextFault.LINK | TextFault.NO_WORDS:  # nothing else is wrong with it
            text = clean(draft.text)
        case TextFault():
            faults["text"] = text
    return faults or CheckedReport(ReportReason(draft.reason), str(text))
