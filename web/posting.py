"""Reads the form of an idea or a debate (pure): what was typed stays, what is wrong is named."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from channels.wire import is_op
from storage.values_posts import PostKind, PostRefusal
from web.forms import typed
from web.post_text import TextFault, read_text

LONGEST_TYPED = 4000
"""UTF-16 units that the field takes: more than 140 signs ever need, so that nothing is cut off unsaid."""

OFFERED = (PostKind.IDEA, PostKind.DEBATE)


class DraftFault(StrEnum):
    """What else is wrong with a form."""

    NO_KIND = "no-kind"
    NO_THEME = "no-theme"
    UNKNOWN_VOTER = "unknown-voter"
    BAD_OP = "bad-op"
    TRY_AGAIN = "try-again"


class Step(StrEnum):
    """Which button of the form was pressed."""

    PREVIEW = "preview"
    EDIT = "edit"
    PUBLISH = "publish"


Fault = DraftFault | TextFault | PostRefusal


@dataclass(frozen=True, slots=True)
class Draft:
    """A post as it was typed."""

    kind: str = str(PostKind.IDEA)
    text: str = ""
    theme: str = ""
    op: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A post without a fault; ``text`` is clean."""

    kind: PostKind
    text: str
    theme: str


def read_draft(form: Mapping[str, object]) -> Draft:
    return Draft(typed(form, "kind"), typed(form, "text"), typed(form, "theme"), typed(form, "op"))


def read_step(form: Mapping[str, object]) -> Step:
    text = typed(form, "step")
    return Step(text) if text in {str(step) for step in Step} else Step.PREVIEW


def check(draft: Draft, themes: Collection[str]) -> Checked | dict[str, Fault]:
    """The post, or what is wrong by field."""
    faults: dict[str, Fault] = {}
    if draft.kind not in {str(kind) for kind in OFFERED}:
        faults["kind"] = DraftFault.NO_KIND
    text = read_text(draft.text)
    if isinstance(text, TextFault):
        faults["text"] = text
    if draft.theme not in themes:
        faults["theme"] = PostRefusal.UNKNOWN_THEME if draft.theme else DraftFault.NO_THEME
    if faults or isinstance(text, TextFault):
        return faults
    return Checked(PostKind(draft.kind), text, draft.theme)


def good_op(draft: Draft) -> bool:
    return is_op(draft.op)
