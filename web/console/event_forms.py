"""Reads what editors write of an event and of its steps (pure): a value, or what is wrong field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlsplit

from starlette.datastructures import FormData

from channels.parsing import MAX_INTEGER
from realtime.disclosure import ResultPolicy
from storage.values_drafts import DraftFault
from storage.values_events import (
    LONGEST_NAME,
    LONGEST_STREAM,
    LONGEST_TEXT,
    Event,
    EventFault,
    NewEvent,
    Palette,
    StepContent,
    StepKind,
    step_fault,
)
from storage.values_news import Picture
from web.console.draft_forms import has_controls, picture_faults, read_body
from web.console.local_instant import read_instant, write_instant
from web.forms import typed
from web.halls import hall_in
from web.post_text import clean

Faults = Mapping[str, EventFault | DraftFault]

_SAYS = ("title", "text", "palette", "picture", "duration")
_SHOWS_VOTES = ("title", "question", "palette", "duration")
FIELDS: Mapping[StepKind, tuple[str, ...]] = {
    StepKind.WAITING: _SAYS,
    StepKind.COUNTDOWN: ("at", "title", "text", "palette", "picture"),
    StepKind.FILM: ("film", "title", "duration"),
    StepKind.STREAM: ("stream", "title", "duration"),
    StepKind.REVEAL: _SAYS,
    StepKind.TOPIC: ("again", "title", "text", "theme", "results", "palette", "picture", "duration"),
    StepKind.RESULTS: _SHOWS_VOTES,
    StepKind.HALLS: _SHOWS_VOTES,
    StepKind.IDEAS: ("title", "palette", "duration"),
    StepKind.WORDS: ("title", "palette", "duration"),
    StepKind.THANKS: _SAYS,
    StepKind.BLACK: ("duration",),
}
"""What each kind needs, in the order of its form."""

ASKED = ("again", "title", "text", "theme", "results")
"""Of these a vote is made: once it is open they stay as they are."""

BEGINS_MS = 10 * 60_000
"""An evening that is planned in its last minutes begins just now; one that began longer ago is a slip."""

PLACES: Mapping[EventFault, str] = {
    EventFault.NO_NAME: "name",
    EventFault.NO_HALL: "halls",
    EventFault.UNKNOWN_HALL: "halls",
    EventFault.TOO_MANY_HALLS: "halls",
    EventFault.NO_TIME: "at",
    EventFault.PAST_START: "starts",
    EventFault.PAST: "at",
    EventFault.BAD_DURATION: "duration",
    EventFault.NO_TITLE: "title",
    EventFault.LONG_NAME: "title",
    EventFault.LONG_TEXT: "text",
    EventFault.NO_THEME: "theme",
    EventFault.NO_FILM: "film",
    EventFault.BAD_STREAM: "stream",
    EventFault.STREAM_REFUSED: "stream",
}
"""The field beside which a fault is said; what is not here is said above the form."""


@dataclass(frozen=True, slots=True)
class TypedEvent:
    """The form as it was filled in."""

    name: str = ""
    text: str = ""
    starts: str = ""
    halls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TypedStep:
    """``duration`` is in seconds; ``again``, ``question`` and ``film`` are numbers, or empty."""

    title: str = ""
    text: str = ""
    palette: str = str(Palette.NIGHT)
    duration: str = ""
    at: str = ""
    theme: str = ""
    results: str = str(ResultPolicy.ALWAYS)
    again: str = ""
    question: str = ""
    film: str = ""
    stream: str = ""
    alt: str = ""
    remove: str = ""


def read_typed_event(form: FormData) -> TypedEvent:
    ticked = tuple(str(one)[:20] for one in form.getlist("hall") if isinstance(one, str))
    return TypedEvent(typed(form, "name"), typed(form, "text"), typed(form, "starts"), ticked)


def write_typed_event(event: Event) -> TypedEvent:
    return TypedEvent(event.name, event.text, write_instant(event.starts_at), tuple(map(str, event.halls)))


def read_event(told: TypedEvent, now: int, kept: Event | None = None) -> NewEvent | Faults:
    """``kept`` is the event that is changed: where it begins when it did, that may be long ago."""
    name, text, starts = clean(told.name), read_body(told.text), read_instant(told.starts.strip())
    halls = tuple(dict.fromkeys(hall_in(one) for one in told.halls))
    faults: dict[str, EventFault | DraftFault] = {}
    if not name:
        faults["name"] = EventFault.NO_NAME
    elif fault := _line_fault(name):
        faults["name"] = fault
    if isinstance(text, DraftFault) or len(text) > LONGEST_TEXT:
        faults["text"] = _text_fault(text)
    if not isinstance(starts, int):
        faults["starts"] = EventFault.NO_TIME if starts is None else EventFault(starts.value)
    elif starts < now - BEGINS_MS and (kept is None or starts != _as_typed(kept.starts_at)):
        faults["starts"] = EventFault.PAST_START
    if not halls:
        faults["halls"] = EventFault.NO_HALL
    known = tuple(hall for hall in halls if hall is not None)
    if len(known) < len(halls):
        faults["halls"] = EventFault.UNKNOWN_HALL
    if faults or isinstance(text, DraftFault) or not isinstance(starts, int):
        return faults
    return NewEvent(name, text, starts, known)


def _as_typed(at: int) -> int:
    """A form has whole seconds."""
    return at // 1000 * 1000


def read_typed_step(form: FormData, asked: StepContent | None = None) -> TypedStep:
    """What a form does not have is as it is at first, or as it was ``asked``."""
    kept = TypedStep() if asked is None else write_typed_step(asked)
    had = {name: getattr(kept, name) for name in ASKED}
    sent = {field.name: typed(form, field.name) for field in fields(TypedStep) if field.name in form}
    return TypedStep(**had | sent)


def write_typed_step(content: StepContent) -> TypedStep:
    numbers = {"again": content.again, "question": content.question, "film": content.film}
    return TypedStep(
        title=content.title,
        text=content.text,
        palette=str(content.palette),
        duration="" if content.duration is None else _seconds(content.duration),
        at=write_instant(content.at),
        theme=content.theme or "",
        results=str(content.results),
        stream=content.stream,
        alt=content.picture.alt if content.picture else "",
        **{name: "" if number is None else str(number) for name, number in numbers.items()},
    )


def read_step(
    kind: StepKind, told: TypedStep, picture: Picture | None, now: int, kept: StepContent | None = None
) -> StepContent | Faults:
    """``picture`` is the one that it has, or gets; ``kept`` is what the step says so far."""
    wanted = FIELDS[kind]
    faults: dict[str, EventFault | DraftFault] = {}
    title, text = clean(told.title), read_body(told.text)
    if "title" in wanted and (fault := _line_fault(title)):
        faults["title"] = fault
    if isinstance(text, DraftFault):
        if "text" in wanted:
            faults["text"] = _text_fault(text)
        text = ""
    duration, at = _read_seconds(told.duration), read_instant(told.at.strip())
    if "duration" in wanted and isinstance(duration, EventFault):
        faults["duration"] = duration
    if "at" in wanted and isinstance(at, DraftFault):
        faults["at"] = EventFault(at.value)
    numbers = {name: _read_number(getattr(told, name)) for name in ("again", "question", "film")}
    faults |= {
        name: EventFault.BAD_CHOICE
        for name, number in numbers.items()
        if name in wanted and isinstance(number, EventFault)
    }
    faults |= _choice_faults(wanted, told)
    if "stream" in wanted and (fault := _stream_fault(told.stream.strip())):
        faults["stream"] = fault
    if "picture" in wanted:
        faults |= picture_faults(picture, clean(told.alt))
    if faults:
        return faults
    again = numbers["again"] if "again" in wanted else None
    values: dict[str, object] = {
        "title": title,
        "text": text,
        "palette": Palette(told.palette) if "palette" in wanted else Palette.NIGHT,
        "picture": None if picture is None else replace(picture, alt=clean(told.alt)),
        "duration": duration,
        "at": at,
        "theme": None if again is not None else told.theme or None,
        "results": ResultPolicy(told.results) if "results" in wanted else ResultPolicy.ALWAYS,
        "stream": told.stream.strip(),
        **numbers,
    }
    content = StepContent(kind, **{name: value for name, value in values.items() if name in wanted})  # type: ignore[arg-type]
    is_same_end = kept is not None and kept.kind is kind and kept.at == content.at
    wrong = step_fault(content, 0 if is_same_end else now)
    return content if wrong is None else placed(wrong)


def placed(fault: EventFault, *, event: bool = False) -> dict[str, EventFault | DraftFault]:
    """A fault with the field beside which it is said."""
    if event and fault is EventFault.LONG_NAME:
        return {"name": fault}
    return {PLACES.get(fault, "form"): fault}


def _line_fault(line: str) -> EventFault | None:
    if has_controls(line):
        return EventFault.BAD_SIGNS
    return EventFault.LONG_NAME if len(line) > LONGEST_NAME else None


def _text_fault(text: str | DraftFault) -> EventFault:
    return EventFault.BAD_SIGNS if text is DraftFault.BAD_SIGNS else EventFault.LONG_TEXT


def _choice_faults(wanted: tuple[str, ...], told: TypedStep) -> dict[str, EventFault]:
    offered = {"palette": set(map(str, Palette)), "results": set(map(str, ResultPolicy))}
    return {
        name: EventFault.BAD_CHOICE
        for name, choices in offered.items()
        if name in wanted and getattr(told, name) not in choices
    }


def _stream_fault(address: str) -> EventFault | None:
    """A stream is a page of https that a frame can show; it is no place for names and passwords."""
    try:
        parts = urlsplit(address)
        is_plain = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
        _ = parts.port
    except ValueError:
        return EventFault.BAD_STREAM
    if (
        not is_plain
        or len(address) > LONGEST_STREAM
        or any(sign <= " " or sign in '"<>\\' for sign in address)
    ):
        return EventFault.BAD_STREAM
    return None


def _read_seconds(text: str) -> int | EventFault | None:
    """In ms."""
    said = text.strip().replace(",", ".")
    if not said:
        return None
    whole, _, tenths = said.partition(".")
    is_number = whole.isdecimal() and whole.isascii() and len(whole) <= 6 and len(tenths) <= 1
    if not is_number or (tenths and not (tenths.isdecimal() and tenths.isascii())):
        return EventFault.BAD_DURATION
    return int(whole) * 1000 + int(tenths or 0) * 100


def _seconds(ms: int) -> str:
    return f"{ms // 1000},{ms % 1000 // 100}" if ms % 1000 else str(ms // 1000)


def _read_number(text: str) -> int | EventFault | None:
    said = text.strip()
    if not said:
        return None
    is_number = said.isdecimal() and said.isascii() and len(said) <= 16 and 0 < int(said) <= MAX_INTEGER
    return int(said) if is_number else EventFault.BAD_CHOICE
