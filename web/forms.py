"""Reads what forms and addresses say (pure): a value, or the refusal that names what is wrong."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from channels.names import is_op
from channels.parsing import MAX_INTEGER
from realtime.refusals import Refusal
from realtime.tally import NOWHERE, AgeBand, Cell, Departement, Sex, Sign

HOME = "/"

MOST_ASKED = 20
"""Topics that a page may ask for at once."""

_SIGNS = {"1": Sign.PLUS, "-1": Sign.MINUS, "0": Sign.WITHDRAWN}
_TOPIC = re.compile(r"[1-9][0-9]{0,15}")
_PAGE = re.compile(r"[1-9][0-9]{0,5}")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_LOCAL = re.compile(r"/(?![/\\])[A-Za-z0-9/_?=&%.~#-]{0,200}")


@dataclass(frozen=True, slots=True)
class VoteForm:
    sign: Sign
    op: str


@dataclass(frozen=True, slots=True)
class KeptVote:
    """A vote that waits until its voter was asked for a profile."""

    topic: int
    sign: Sign
    op: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What someone chose on the profile form, as sent, so that nothing is lost when something is wrong."""

    departement: str = ""
    sex: str = ""
    age: str = ""


@dataclass(frozen=True, slots=True)
class ProfileFaults:
    """What is wrong, by field."""

    fields: Mapping[str, Refusal] = field(default_factory=dict)

    @property
    def first(self) -> Refusal:
        return next(iter(self.fields.values()))


def read_vote(form: Mapping[str, object]) -> VoteForm | Refusal:
    sign = read_sign(form)
    if isinstance(sign, Refusal):
        return sign
    op = trimmed(form, "op")
    return VoteForm(sign, op) if is_op(op) else Refusal.BAD_OP


def read_sign(form: Mapping[str, object]) -> Sign | Refusal:
    return _SIGNS.get(trimmed(form, "sign"), Refusal.BAD_SIGN)


def read_kept_vote(form: Mapping[str, object]) -> KeptVote | Refusal | None:
    """The vote that came along with a profile form, None where there is none."""
    topic = trimmed(form, "topic")
    if not topic:
        return None
    vote = read_vote(form)
    if isinstance(vote, Refusal):
        return vote
    if not _TOPIC.fullmatch(topic) or int(topic) > MAX_INTEGER:
        return Refusal.BAD_TOPIC
    return KeptVote(int(topic), vote.sign, vote.op)


def read_answers(form: Mapping[str, object]) -> Answers:
    return Answers(trimmed(form, "departement"), trimmed(form, "sex"), trimmed(form, "age"))


def read_cell(form: Mapping[str, object], *, needs_all: bool = False) -> Cell | ProfileFaults:
    """The cell of a profile form; an answer that is empty was not told, ``skip`` tells nothing at all.

    Where a vote ``needs_all`` answers, a missing one is a fault.
    """
    if trimmed(form, "skip") and not needs_all:
        return NOWHERE
    answers = read_answers(form)
    faults = {
        name: code
        for name, answer, choices, code in (
            ("departement", answers.departement, Departement, Refusal.BAD_DEPARTEMENT),
            ("sex", answers.sex, Sex, Refusal.BAD_SEX),
            ("age", answers.age, AgeBand, Refusal.BAD_AGE),
        )
        if (answer or needs_all) and not _is_one(answer, choices)
    }
    if faults:
        return ProfileFaults(faults)
    return Cell(
        Departement(answers.departement) if answers.departement else None,
        Sex(answers.sex) if answers.sex else None,
        AgeBand(answers.age) if answers.age else None,
    )


def read_topics(form: Mapping[str, object]) -> list[int]:
    """The topics that a page asks for, in its order, each once; what is no topic's number is passed over."""
    asked = trimmed(form, "sujets").split(",", MOST_ASKED)[:MOST_ASKED]
    ids = [int(text) for text in asked if _TOPIC.fullmatch(text) and int(text) <= MAX_INTEGER]
    return list(dict.fromkeys(ids))


def read_page(query: Mapping[str, object]) -> int:
    """Which page of a list is asked for, from 1; the first one where that is not said, or no number."""
    text = trimmed(query, "page")
    return int(text) if _PAGE.fullmatch(text) else 1


def read_number(query: Mapping[str, object], name: str) -> int:
    """A number that the address names, at most nine digits; 0 where there is none."""
    text = trimmed(query, name)
    return int(text) if _NUMBER.fullmatch(text) else 0


def local_path(form: Mapping[str, object], default: str = HOME) -> str:
    """Where to go next: a path of this site, never another's."""
    path = trimmed(form, "next")
    return path if _LOCAL.fullmatch(path) else default


def _is_one(text: str, choices: Iterable[str]) -> bool:
    return text in {str(choice) for choice in choices}


def typed(form: Mapping[str, object], name: str) -> str:
    """A field as it was typed; a file or a missing field is empty."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def trimmed(form: Mapping[str, object], name: str) -> str:
    """The same without spaces around it."""
    return typed(form, name).strip()
