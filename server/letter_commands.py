"""The command ``imaginest letter``: read the mails that came back."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from server.editor_commands import BadOption
from server.settings import Settings

BATCH = 100
"""Bounces that are written down together: votes wait meanwhile."""

NewCommand = Callable[[str, str], argparse.ArgumentParser]


def add_letter_command(command: NewCommand) -> None:
    letter = command("letter", "read the letters that came back, so that dead addresses get no more")
    letter.add_argument("action", choices=("bounces",), metavar="ACTION", help="bounces")
    letter.add_argument("file", metavar="FILE", help="an mbox or a single mail; - reads what is piped in")
    letter.set_defaults(run=_bounces, acts=True)


def _bounces(settings: Settings, options: argparse.Namespace) -> int:
    from server.bounces import NoMail

    told: Counter[str] = Counter()
    try:
        for batch in _batches(settings, options.file, told):
            told.update(_order(settings, batch))
    except NoMail as error:
        raise BadOption(f"{_named(options.file)} cannot be read as mail: {error}") from None
    except OSError as error:
        raise BadOption(f"{_named(options.file)} cannot be read ({error.strerror})") from None
    print("\n".join(_report(told)))
    return 0


def _named(file: str) -> str:
    return "what was piped in" if file == "-" else file


def _batches(settings: Settings, file: str, told: Counter[str]) -> Iterator[list[dict[str, object]]]:
    """The bounces of a file as the order takes them; what counts for nothing is added to ``told``."""
    from server.app import open_keys
    from server.bounces import Passed, mails_in, read_bounce, spooled
    from server.data import need_database

    need_database(settings)
    keys = open_keys(settings)

    def found(path: Path) -> Iterator[dict[str, object]]:
        for content in mails_in(path):
            told["read"] += 1
            read = read_bounce(keys, content)
            if isinstance(read, Passed):
                told[read] += 1
            else:
                yield {"number": read.number, "subscriber": read.subscriber.hex(), "status": read.status}

    with ExitStack() as stack:
        path = stack.enter_context(spooled(sys.stdin.buffer)) if file == "-" else Path(file)
        bounces = found(path)
        while batch := list(islice(bounces, BATCH)):
            yield batch


def _order(settings: Settings, batch: list[dict[str, object]]) -> Mapping[str, int]:
    from server.ordering import order

    done = order(settings, "letter/bounces", {"bounces": batch})
    return {**done["outcomes"], "paused": done["paused"]}


def _report(told: Mapping[str, int]) -> Iterator[str]:
    lines = {
        "read": ("1 mail is read", "{} mails are read"),
        "hard": ("1 came back for good", "{} came back for good"),
        "soft": ("1 came back for now", "{} came back for now"),
        "paused": ("1 address is paused: it gets no more", "{} addresses are paused: they get no more"),
        "known": ("1 was counted before", "{} were counted before"),
        "gone": ("1 is of nobody who is subscribed", "{} are of nobody who is subscribed"),
        "early": (
            "1 is of a letter that is being sent: read it again",
            "{} are of a letter that is being sent",
        ),
        "delayed": ("1 says that its letter is late", "{} say that their letter is late"),
        "no-letter": ("1 names no letter of ours", "{} name no letter of ours"),
        "no-report": ("1 reports no failed delivery", "{} report no failed delivery"),
    }
    for name, (one, many) in lines.items():
        if number := told.get(name, 0):
            yield one if number == 1 else many.format(number)
