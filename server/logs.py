"""What the server says of itself on stderr: one JSON line an event for machines, a plain line for people.

Nothing about a person is ever in it: no address, cookie, ballot, token or operation id, and no password of a URL.
That cannot be left to care alone, so it is decided here, where every line passes:

- of our own loggers the whole message is told, with the passwords of URLs blotted out;
- of all others (the HTTP server, its websockets, asyncio) only warnings and worse, and of their message only the
  words before anything that was put in: that would be addresses, headers and frames;
- of an exception its type and where it came from; what it says only where it is one of ours, or the system's.
"""

import json
import logging
import re
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from traceback import StackSummary, walk_tb
from types import TracebackType
from typing import TextIO

OURS = "imaginest"
FLOORS = ("server", "web", "channels", "storage", "realtime")
MOST_FRAMES = 30
INNERMOST = 3
"""Places of libraries that are told; of our own all are."""

MOST_CHARACTERS = 2000

_PASSWORD = re.compile(r"(?<=://)[^\s/?#@]*@|(?<=password=)[^\s&]+", re.IGNORECASE)
_PUT_IN = re.compile(r"""[\n%<('"\[{:=]|\S*\d""")
_ROOT = Path(__file__).parent.parent


class LogFormat(StrEnum):
    """How a line looks."""

    JSON = "json"
    TEXT = "text"


def configure(format: LogFormat | None, node: str, stream: TextIO | None = None) -> None:
    """Send everything that this process logs to ``stream`` (stderr); JSON unless a terminal reads it."""
    stream = stream or sys.stderr
    if format is None:
        format = LogFormat.TEXT if stream.isatty() else LogFormat.JSON
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines(node) if format is LogFormat.JSON else PlainLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi", "websockets"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.setLevel(logging.WARNING)
    logging.raiseExceptions = (
        False  # else the handler prints a message that it cannot format, arguments and all
    )
    threading.excepthook = _on_thread_failure
    sys.excepthook = _on_failure


class JsonLines(logging.Formatter):
    """``time`` (UTC), ``level``, ``node``, ``event``, ``message``, the event's own fields, ``exception``."""

    def __init__(self, node: str) -> None:
        super().__init__()
        self._node = node

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": _instant(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "node": self._node,
            "event": event_of(record),
            "message": message_of(record),
            **fields_of(record),
        }
        failure = failure_of(record)
        if failure is not None:
            line["exception"] = failure
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """For a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        told = " ".join(f"{name}={value}" for name, value in fields_of(record).items())
        line = f"{_instant(record):%H:%M:%S} {record.levelname} {event_of(record)}: {message_of(record)}"
        failure = failure_of(record) or []
        return "\n  ".join([f"{line} {told}".rstrip(), *failure])


def event_of(record: logging.LogRecord) -> str:
    """A stable name: the one given, or that of the logger."""
    given = getattr(record, "event", None)
    return str(given or record.name.removeprefix(f"{OURS}."))


def fields_of(record: logging.LogRecord) -> Mapping[str, object]:
    fields = getattr(record, "fields", None)
    return fields if isinstance(fields, dict) and is_ours(record) else {}


def is_ours(record: logging.LogRecord) -> bool:
    return record.name == OURS or record.name.startswith(f"{OURS}.")


def message_of(record: logging.LogRecord) -> str:
    """What may be told of the message."""
    text, given = str(record.msg), record.args
    if not is_ours(record):
        return _PUT_IN.split(text.strip(), maxsplit=1)[0].rstrip()
    if isinstance(given, tuple):
        given = tuple(told(one) if isinstance(one, BaseException) else one for one in given)
    return without_passwords(text % given if given else text)[:MOST_CHARACTERS]


def failure_of(record: logging.LogRecord) -> list[str] | None:
    """The exception and what caused it, the latest first, each with the places it passed, the innermost last."""
    if not record.exc_info or record.exc_info[1] is None:
        return None
    lines: list[str] = []
    error: BaseException | None = record.exc_info[1]
    while error is not None and len(lines) < MOST_FRAMES:
        lines += [told(error), *_places(error.__traceback__)]
        error = error.__cause__ or error.__context__
    return lines[:MOST_FRAMES]


def told(error: BaseException) -> str:
    """An exception's type; its words too where they are ours or the system's."""
    kind = type(error)
    if kind.__module__.partition(".")[0] in FLOORS:
        return without_passwords(f"{kind.__name__}: {error}")
    if isinstance(error, OSError) and error.strerror:
        return f"{kind.__name__}: {error.strerror}"
    return f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")


def without_passwords(text: str) -> str:
    return _PASSWORD.sub("…", text).replace("://…", "://")


def _places(traceback: TracebackType | None) -> list[str]:
    stack = StackSummary.extract(walk_tb(traceback), lookup_lines=False)
    places = [_place(frame.filename) for frame in stack]
    last = len(stack) - INNERMOST
    return [
        f"at {place}:{frame.lineno} {frame.name}"
        for number, (frame, place) in enumerate(zip(stack, places, strict=True))
        if place.startswith(FLOORS) or number >= last
    ]


def _place(filename: str) -> str:
    path = Path(filename)
    if path.is_relative_to(_ROOT) and path.relative_to(_ROOT).parts[0] in FLOORS:
        return str(path.relative_to(_ROOT))
    return "/".join(path.parts[-2:])


def _instant(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _on_failure(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None, where: str = "process"
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger(OURS).critical(
        "the %s ended by an error",
        where,
        exc_info=(kind, error, traceback),
        extra={"event": f"{where}-failed"},
    )


def _on_thread_failure(what: threading.ExceptHookArgs) -> None:
    if what.exc_value is not None:
        _on_failure(what.exc_type, what.exc_value, what.exc_traceback, "thread")
