"""When somebody who did too much may go on: in a header for programs, in words for people."""

from collections.abc import Mapping

from web.citizen.visit import Visit

_MINUTE, _HOUR = 60_000, 3_600_000


def retry_after(at: int | None, now: int) -> Mapping[str, str]:
    """The header, in whole seconds, rounded up: who comes then is not refused. None where nobody knows."""
    return {} if at is None else {"retry-after": str(max(1, -(-(at - now) // 1000)))}


def in_words(visitor: Visit, at: int | None) -> str:
    """« dans 12 minutes »; rounded up."""
    say = visitor.pages.catalogue.say
    if at is None:
        return say("again", "later")
    wait = max(1, at - visitor.now)
    unit, name = (_HOUR, "hours") if wait >= 1.5 * _HOUR else (_MINUTE, "minutes")
    return say("again", name, n=-(-wait // unit))
