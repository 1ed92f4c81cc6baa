"""How long a vote still lasts, as the name of a phrase and its number (pure)."""

from dataclasses import dataclass

from storage.values import TopicRules, TopicState

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """An entry of the catalogue's section ``time``; ``n`` is None where it has no number."""

    phrase: str
    n: int | None = None


def time_left(rules: TopicRules, now: int, *, in_halls: bool = False) -> TimeLeft:
    """``in_halls``: it is asked in a launch event, whose show closes it."""
    match rules.state(now):
        case TopicState.CLOSED:
            return TimeLeft("closed")
        case TopicState.PLANNED:
            return _within(rules.opens_at - now, "opens-")
        case TopicState.OPEN:
            if rules.closes_at is None:
                return TimeLeft("halls" if in_halls else "endless")
            return _within(rules.closes_at - now, "")


def _within(span: int, prefix: str) -> TimeLeft:
    """The largest whole unit, rounded down: nobody should come too late."""
    for unit, phrase in ((DAY, "days"), (HOUR, "hours"), (MINUTE, "minutes")):
        if span >= unit:
            return TimeLeft(prefix + phrase, span // unit)
    return TimeLeft(prefix + "moments")


def countdown(left: int) -> str:
    """What a countdown shows of ``left`` ms, the seconds rounded up: « 0:00 » is the instant itself."""
    seconds = -(-max(0, left) // 1000)
    hours, rest = divmod(seconds, 3600)
    minutes, last = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{last:02}" if hours else f"{minutes}:{last:02}"
