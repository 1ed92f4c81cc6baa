"""Reads what editors write (pure): the content of a draft, or what is wrong field by field."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from realtime.disclosure import HeadlinePolicy, ResultPolicy
from realtime.tally import Departement
from storage.topics import LONGEST_TITLE
from storage.values import TopicKind
from storage.values_drafts import LONGEST_BODY, LONGEST_REASON, DraftContent, DraftFault
from storage.values_news import LONGEST_ALT, Picture
from web.console.local_instant import read_instant, write_instant
from web.forms import typed
from web.post_text import clean, count_signs

KINDS = (TopicKind.QUESTION, TopicKind.PROPOSAL, TopicKind.NEWS)


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was filled in."""

    kind: str = str(TopicKind.QUESTION)
    title: str = ""
    body: str = ""
    theme: str = ""
    results: str = str(ResultPolicy.AFTER_VOTE)
    headline: str = str(HeadlinePolicy.LIVE)
    profile: str = ""
    opens: str = ""
    closes: str = ""
    departement: str = ""
    alt: str = ""
    remove: str = ""


def read_typed(form: Mapping[str, object]) -> Typed:
    return Typed(**{field.name: typed(form, field.name) for field in fields(Typed)})


def write_typed(content: DraftContent) -> Typed:
    """A draft as its form shows it."""
    return Typed(
        str(content.kind),
        content.title,
        content.body,
        content.theme,
        str(content.results),
        str(content.headline),
        "1" if content.profile_required else "",
        write_instant(content.opens_at),
        write_instant(content.closes_at),
        str(content.departement or ""),
        content.picture.alt if content.picture else "",
    )


def time_faults(opens: int | DraftFault | None, closes: int | DraftFault | None) -> dict[str, DraftFault]:
    """What is wrong with the instants of a form, each None where there is none, by field."""
    times = {"opens": opens, "closes": closes}
    faults = {name: value for name, value in times.items() if isinstance(value, DraftFault)}
    if isinstance(opens, int) and isinstance(closes, int) and closes <= opens:
        faults["closes"] = DraftFault.CLOSES_FIRST
    return faults


def picture_faults(picture: Picture | None, alt: str) -> dict[str, DraftFault]:
    """What is wrong with the words of a picture, by field."""
    if len(alt) > LONGEST_ALT:
        return {"alt": DraftFault.LONG_ALT}
    return {"alt": DraftFault.NO_ALT} if picture is not None and not alt else {}


def read_content(told: Typed, picture: Picture | None) -> DraftContent | Mapping[str, DraftFault]:
    """``picture`` is the one that it has, or gets; its words are those of the form."""
    faults: dict[str, DraftFault] = {}
    title, body, alt = clean(told.title), read_body(told.body), clean(told.alt)
    opens, closes = read_instant(told.opens.strip()), read_instant(told.closes.strip())
    if fault := title_fault(title):
        faults["title"] = fault
    if isinstance(body, DraftFault):
        faults["body"] = body
    if not told.theme:
        faults["theme"] = DraftFault.NO_THEME
    faults |= time_faults(opens, closes) | picture_faults(picture, alt)
    for name, text, choices in (
        ("kind", told.kind, {str(kind) for kind in KINDS}),
        ("results", told.results, {str(policy) for policy in ResultPolicy}),
        ("headline", told.headline, {str(policy) for policy in HeadlinePolicy}),
        ("departement", told.departement, {"", *map(str, Departement)}),
    ):
        if text not in choices:
            faults[name] = DraftFault.BAD_CHOICE
    if faults or isinstance(body, DraftFault) or isinstance(opens, DraftFault):
        return faults
    assert not isinstance(closes, DraftFault)  # noqa: S101 - it would be among the faults
    return DraftContent(
        kind=TopicKind(told.kind),
        title=title,
        body=body,
        theme=told.theme,
        results=ResultPolicy(told.results),
        headline=HeadlinePolicy(told.headline),
        profile_required=bool(told.profile),
        opens_at=opens,
        closes_at=closes,
        departement=Departement(told.departement) if told.departement else None,
        picture=None if picture is None else Picture(picture.image, alt, picture.width, picture.height),
    )


def correct_words(content: DraftContent, told: Typed) -> DraftContent | Mapping[str, DraftFault]:
    """The same topic with the words of the form."""
    title, body = clean(told.title), read_body(told.body)
    faults = {"title": fault} if (fault := title_fault(title)) else {}
    if isinstance(body, DraftFault):
        return {**faults, "body": body}
    return faults or replace(content, title=title, body=body)


def title_fault(title: str) -> DraftFault | None:
    if not title:
        return DraftFault.NO_TITLE
    if has_controls(title):
        return DraftFault.BAD_SIGNS
    return DraftFault.LONG_TITLE if count_signs(title) > LONGEST_TITLE or len(title) > 1000 else None


def read_body(text: str) -> str | DraftFault:
    """Lines of text; spaces at their ends and around the whole are not kept."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    body = "\n".join(line.rstrip() for line in plain.split("\n")).strip()
    if has_controls(body.replace("\n", "").replace("\t", "")):
        return DraftFault.BAD_SIGNS
    return DraftFault.LONG_BODY if len(body) > LONGEST_BODY else body


def read_reason(text: str) -> str | DraftFault:
    reason = clean(text)
    if not reason:
        return DraftFault.NO_REASON
    if has_controls(reason):
        return DraftFault.BAD_SIGNS
    return DraftFault.LONG_REASON if len(reason) > LONGEST_REASON else reason


def has_controls(text: str) -> bool:
    return any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text)
