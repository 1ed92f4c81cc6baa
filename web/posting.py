"""Reads the form of an idea or a debate (pure): what was typed stays, what is wrong is named."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from channels.names import is_op
from realtime.tally import Departement
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
    UNKNOWN_DEPARTEMENT = "unknown-departement"
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
    departement: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A post without a fault; ``text`` is clean, ``departement`` None where it is about all of them."""

    kind: PostKind
    text: str
    theme: str
    departement: Departement | None = None


def read_draft(form: Mapping[str, object]) -> Draft:
    return Draft(*(typed(form, name) for name in ("kind", "text", "theme", "op", "departement")))


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
    if draft.departement and draft.departement not in set(Departement):
        faults["departement"] = DraftFault.UNKNOWN_DEPARTEMENT
    if faults or isinstance(text, TextFault):
        return faults
    place = Departement(draft.departement) if draft.departement else None
    return Checked(PostKind(draft.kind), text, draft.theme, place)


def good_op(draft: Draft) -> bool:
    return is_op(draft.op)
