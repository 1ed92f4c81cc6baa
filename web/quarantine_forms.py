"""Reads the forms with which votes are set aside by rule, and brought back (pure): what was typed stays."""

from collections.abc import Mapping
from dataclasses import dataclass

from channels.names import is_op
from storage.values_drafts import DraftFault
from storage.values_quarantine import LONGEST_REASON, QuarantineFault, Rule
from storage.values_watch import MINUTE_MS
from web.console.local_instant import read_instant, write_instant
from web.forms import trimmed


@dataclass(frozen=True, slots=True)
class QuarantineDraft:
    """A form as it was typed; the instants are those of the Région's clocks, the network a number or empty: all."""

    since: str = ""
    until: str = ""
    only_new: bool = False
    network: str = ""
    reason: str = ""
    op: str = ""


def read_quarantine(form: Mapping[str, object]) -> QuarantineDraft:
    return QuarantineDraft(
        trimmed(form, "since")[:40],
        trimmed(form, "until")[:40],
        trimmed(form, "new") == "1",
        trimmed(form, "network")[:8],
        read_reason(form),
        trimmed(form, "op"),
    )


def read_reason(form: Mapping[str, object]) -> str:
    return " ".join(trimmed(form, "reason").split())


def asked_draft(query: Mapping[str, object]) -> QuarantineDraft:
    """The form as a link begins it: instants in minutes since 1970."""
    since, until = (_minute(trimmed(query, name)) for name in ("de", "a"))
    only_new, network = trimmed(query, "nouveaux") == "1", trimmed(query, "reseau")
    return QuarantineDraft(since, until, only_new, network if _number(network) is not None else "")


def check_quarantine(draft: QuarantineDraft, topic: int) -> Rule | dict[str, QuarantineFault]:
    """The rule, or what is wrong by field."""
    faults: dict[str, QuarantineFault] = {}
    since, until = (read_instant(text) for text in (draft.since, draft.until))
    for name, read in (("since", since), ("until", until)):
        if not isinstance(read, int) or isinstance(read, DraftFault):
            faults[name] = QuarantineFault.BAD_TIME
    network = _number(draft.network)
    if draft.network and network is None:
        faults["network"] = QuarantineFault.BAD_NETWORK
    if fault := reason_fault(draft.reason):
        faults["reason"] = fault
    if not is_op(draft.op):
        faults["form"] = QuarantineFault.BAD_OP
    if faults or not isinstance(since, int) or not isinstance(until, int):
        return faults
    return Rule(topic, since // MINUTE_MS, -(-until // MINUTE_MS), draft.only_new, network)


def reason_fault(reason: str) -> QuarantineFault | None:
    if not reason:
        return QuarantineFault.NO_REASON
    return QuarantineFault.LONG_REASON if len(reason) > LONGEST_REASON else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 4 else None


def _minute(text: str) -> str:
    return (
        write_instant(int(text) * MINUTE_MS) if text.isascii() and text.isdigit() and len(text) == 8 else ""
    )
