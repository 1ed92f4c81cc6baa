"""The table at a replay's end: what every topic stands at, beside the recount of the recording."""

import sys
from collections.abc import Mapping

from realtime.tally import Counts
from server.progress import columns_of, counted
from server.recording import Recording

ROW = "{:>6} {:>6} {:>6} {:>6} {:>13}  {:5}  {}"


def print_report(
    recording: Recording, topics: Mapping[int, int], tallies: Mapping[int, Counts | None], refusals: int
) -> bool:
    """Print it; whether every topic equals its recount. ``topics`` are the topics' ids by the statements'."""
    recount = recording.recount()
    different = 0
    print(ROW.format("topic", "+", "−", "voters", "recount", "equal", "").rstrip())
    for statement in recording.statements:
        topic = topics[statement.id]
        stands, wanted = tallies.get(topic), recount[statement.id]
        different += stands != wanted
        print(_fitted(_row(topic, stands, wanted, statement.text)))
    print(_summary(recording, refusals))
    print(
        f"{counted(different, 'topic')} unlike the recount: the votes of whoever visits the replay count too"
        if different
        else "every topic equals the recount"
    )
    return not different


def _row(topic: int, stands: Counts | None, wanted: Counts, text: str) -> str:
    numbers = ("?", "?", "?") if stands is None else tuple(f"{n:,}" for n in (*stands, stands.voters))
    equal = "yes" if stands == wanted else "NO"
    return ROW.format(topic, *numbers, f"+{wanted.plus:,} −{wanted.minus:,}", equal, text)


def _fitted(line: str) -> str:
    """Cut at the terminal's edge; whole where the output is no terminal."""
    if not sys.stdout.isatty() or len(line) < (columns := columns_of(sys.stdout)):
        return line
    return line[: columns - 2] + "…"


def _summary(recording: Recording, refusals: int) -> str:
    return (
        f"{counted(len(recording.events), 'vote')} played, "
        f"{counted(recording.repeats, 'repeat')} and {counted(recording.passes, 'pass', 'passes')} among them\n"
        f"{counted(refusals, 'vote')} refused by the server\n"
        f"{_judgement(recording)}\n"
        f"{counted(recording.too_long, 'statement')} over 140 signs refused\n"
        f"{counted(recording.strays, 'vote')} on too long or unknown statements left out"
    )


def _judgement(recording: Recording) -> str:
    if recording.rejected is None:
        return "no column says what moderators rejected: all are taken"
    return (
        f"{counted(recording.rejected, 'statement')} rejected by moderators left out\n"
        f"{counted(recording.rejected_votes, 'vote')} on rejected statements left out"
    )
