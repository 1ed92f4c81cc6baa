"""A recorded Polis conversation and a population table, read from CSV with all their traps (pure)."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from realtime.tally import AgeBand, Cell, Counts, Departement, Sex, Sign

LONGEST_STATEMENT = 140
REJECTED = "-1"
"""What ``moderated`` says of a statement that its own debate's moderators took out."""

_JUDGED = frozenset({REJECTED, "0", "1"})
FROM_0 = "0-19"
SHARE_FROM_15 = 0.25
"""Part of the residents under 20 who are taken to be 15 or older: an estimate, the table does not say."""


class BadRecording(ValueError):
    """A file cannot be read as what it should be; the message names file, line and reason."""


@dataclass(frozen=True, slots=True)
class Statement:
    id: int
    text: str


@dataclass(frozen=True, slots=True)
class Event:
    """Someone pressed a button at ``at`` (ms); Polis' pass takes an earlier vote back."""

    at: int
    statement: int
    voter: int
    sign: Sign


@dataclass(frozen=True, slots=True)
class Recording:
    """Accepted statements by id, their events in the order of time, and what was left out."""

    statements: tuple[Statement, ...]
    events: tuple[Event, ...]
    rejected: int | None
    """Statements that their own debate's moderators rejected; None where the file does not say."""

    rejected_votes: int
    """Votes on those."""

    too_long: int
    """Statements over 140 signs, refused; those that were rejected are not among them."""

    strays: int
    """Votes on statements that are unknown or too long."""

    repeats: int
    """Events that say what their voter had said of the statement just before."""

    passes: int

    @property
    def voters(self) -> list[int]:
        return sorted({event.voter for event in self.events})

    def recount(self) -> dict[int, Counts]:
        """What each statement must stand at in the end: the last vote of each voter counts."""
        last = {(event.statement, event.voter): event.sign for event in self.events}
        plus: dict[int, int] = defaultdict(int)
        minus: dict[int, int] = defaultdict(int)
        for (statement, _), sign in last.items():
            plus[statement] += sign is Sign.PLUS
            minus[statement] += sign is Sign.MINUS
        return {one.id: Counts(plus[one.id], minus[one.id]) for one in self.statements}


def read_recording(votes: Path, comments: Path) -> Recording:
    """The conversation of these two files; raises BadRecording."""
    said = _read_statements(comments)
    accepted = {one.id for one in said.accepted}
    everything = _read_events(votes)
    events = tuple(event for event in everything if event.statement in accepted)
    rejected_votes = sum(event.statement in said.rejected for event in everything)
    return Recording(
        statements=said.accepted,
        events=events,
        rejected=len(said.rejected) if said.are_judged else None,
        rejected_votes=rejected_votes,
        too_long=len(said.too_long),
        strays=len(everything) - len(events) - rejected_votes,
        repeats=_repeats(events),
        passes=sum(event.sign is Sign.WITHDRAWN for event in events),
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What stands in the file of statements, by id; ``are_judged`` tells whether it says what was rejected."""

    accepted: tuple[Statement, ...]
    rejected: frozenset[int]
    too_long: frozenset[int]
    are_judged: bool


def _read_statements(path: Path) -> _Said:
    texts: dict[int, str] = {}
    rejected: set[int] = set()
    are_judged = False
    for line, row in _rows(path, ("comment-id", "comment-body"), optional=("moderated",)):
        one = _whole(path, line, "comment-id", row["comment-id"])
        if one in texts:
            raise _bad(path, line, f"comment-id {one} is there twice")
        texts[one] = " ".join(row["comment-body"].split())
        if not texts[one]:
            raise _bad(path, line, "comment-body is empty")
        are_judged = "moderated" in row
        if are_judged and _is_rejected(path, line, row["moderated"]):
            rejected.add(one)
    taken = texts.keys() - rejected
    too_long = {one for one in taken if len(texts[one]) > LONGEST_STATEMENT}
    accepted = tuple(Statement(one, texts[one]) for one in sorted(taken - too_long))
    return _Said(accepted, frozenset(rejected), frozenset(too_long), are_judged)


def _is_rejected(path: Path, line: int, moderated: str) -> bool:
    """0 is taken: such a statement was shown and voted on before anybody looked at it."""
    moderated = moderated.strip()
    if moderated not in _JUDGED:
        raise _bad(path, line, f"moderated is {moderated!r}, 1, 0 or -1 is needed")
    return moderated == REJECTED


def _read_events(path: Path) -> list[Event]:
    """All events by time; those of one instant stay in the order of the file (the sort is stable)."""
    events = []
    for line, row in _rows(path, ("timestamp", "comment-id", "voter-id", "vote")):
        at, statement, voter = (
            _whole(path, line, name, row[name]) for name in ("timestamp", "comment-id", "voter-id")
        )
        sign = _SIGNS.get(row["vote"].strip())
        if sign is None:
            raise _bad(path, line, f"vote is {row['vote']!r}, 1, -1 or 0 is needed")
        events.append(Event(at, statement, voter, sign))
    return sorted(events, key=lambda event: event.at)


_SIGNS = {"1": Sign.PLUS, "+1": Sign.PLUS, "-1": Sign.MINUS, "0": Sign.WITHDRAWN}


def _repeats(events: tuple[Event, ...]) -> int:
    said: dict[tuple[int, int], Sign] = {}
    repeats = 0
    for event in events:
        key = (event.statement, event.voter)
        repeats += said.get(key) is event.sign
        said[key] = event.sign
    return repeats


@dataclass(frozen=True, slots=True)
class Population:
    """How many residents each cell has."""

    cells: tuple[Cell, ...]
    residents: tuple[float, ...]

    def draw(self, number: int, seed: int) -> list[Cell]:
        """Profiles of ``number`` people, weighted by residents; equal seeds draw equal profiles."""
        chance = Random(seed)  # noqa: S311 - a draw that can be repeated, no secret
        return chance.choices(self.cells, self.residents, k=number)


def read_population(path: Path) -> Population:
    """The table of residents by département, sex and age; raises BadRecording."""
    residents: dict[Cell, float] = {}
    for line, row in _rows(path, ("departement", "sexe", "age", "population")):
        number = _whole(path, line, "population", row["population"])
        age = row["age"]
        try:
            cell = Cell(
                Departement(row["departement"]),
                Sex(row["sexe"]),
                AgeBand.FROM_15 if age == FROM_0 else AgeBand(age),
            )
        except ValueError as error:
            raise _bad(path, line, str(error)) from error
        if cell in residents:
            raise _bad(path, line, f"{cell.departement} {cell.sex} {age} is there twice")
        residents[cell] = number * SHARE_FROM_15 if age == FROM_0 else number
    if not sum(residents.values()):
        raise BadRecording(f"{path}: nobody lives there")
    return Population(tuple(residents), tuple(residents.values()))


def _rows(
    path: Path, columns: tuple[str, ...], *, optional: tuple[str, ...] = ()
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with the number of its last line; only the wanted columns, ``optional`` ones where there are any."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise _bad(path, 1, f"the column {missing[0]} is missing")
            wanted = (*columns, *(name for name in optional if name in (reader.fieldnames or ())))
            for row in _lines(path, reader):
                if None in row or None in row.values():
                    raise _bad(path, reader.line_num, "the row has not as many fields as the header")
                yield reader.line_num, {name: row[name] for name in wanted}
    except UnicodeDecodeError as error:
        raise BadRecording(f"{path}: it is not UTF-8 ({error.reason})") from error
    except OSError as error:
        raise BadRecording(f"{path}: {error.strerror}") from error


def _lines(path: Path, reader: "csv.DictReader[str]") -> Iterator[dict[str, str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise _bad(path, reader.reader.line_num, str(error)) from error


def _whole(path: Path, line: int, name: str, text: str) -> int:
    text = text.strip()
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise _bad(path, line, f"{name} is {text!r}, a whole number is needed")
    return int(text)


def _bad(path: Path, line: int, why: str) -> BadRecording:
    return BadRecording(f"{path}, line {line}: {why}")
