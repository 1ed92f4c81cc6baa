"""Unusual votes: which topics to look at, and the course of one beside its usual one."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from realtime.arrivals import NEW_DEVICE, SLOT_MS
from realtime.disclosure import BLOCK
from realtime.unusual import STRETCH_MS, Alike
from storage.values_staff import Role
from storage.values_watch import MINUTE_MS
from web.citizen.local_time import here
from web.console.desk import StaffVisit
from web.watch_board import Course

MAY_SET_ASIDE = (Role.MODERATOR, Role.ADMINISTRATOR)

STEP = 5
"""Minutes in a step of the drawing. Steps of fewer voters than a block are drawn as none."""

WIDTH, HEIGHT = 600, 160


@dataclass(frozen=True, slots=True)
class Drawing:
    """Corners of the two lines; ``marks`` are the left edge and the width of what is flagged."""

    won: str
    usual: str
    marks: tuple[tuple[float, float], ...]
    most: int


def drawing(course: Course) -> Drawing:
    """Both lines in one scale, of which the highest step is the top (pure)."""
    starts = range(0, len(course.won.won), STEP)
    won = [_shown(sum(course.won.won[start : start + STEP])) for start in starts]
    expected = [sum(course.usual[start : start + STEP]) for start in starts]
    most = max([*won, *expected, 1.0])
    minute = WIDTH / len(course.won.won)
    first = course.won.first
    edges = [(one.first, one.last + 1) for one in course.bursts]
    ten = SLOT_MS // MINUTE_MS
    edges += [(one.at * ten - first, (one.at + 1) * ten - first) for one in course.alike]
    edges += [(one.at // MINUTE_MS - first - 10, one.at // MINUTE_MS - first) for one in course.one_way]
    marks = tuple((max(0, left) * minute, max((right - max(0, left)) * minute, 3)) for left, right in edges)
    return Drawing(_line(won, most), _line(expected, most), marks, round(most))


def _shown(voters: int) -> float:
    return float(voters) if voters >= BLOCK else 0.0


def _line(values: list[float], most: float) -> str:
    last = max(len(values) - 1, 1)
    return " ".join(
        f"{place * WIDTH / last:.1f},{HEIGHT - value / most * HEIGHT:.1f}"
        for place, value in enumerate(values)
    )


def why(visitor: StaffVisit, course: Course) -> list[dict[str, Any]]:
    """What is flagged on a topic, the newest first."""
    told: list[tuple[int, dict[str, Any]]] = []
    for burst in course.bursts:
        at = (course.won.first + burst.first) * MINUTE_MS
        minutes = burst.last - burst.first + 1
        sentence = visitor.say(
            "unusual",
            "burst",
            burst.voters,
            minutes=visitor.say("unusual", "minutes", minutes),
            usual=visitor.pages.catalogue.number(round(burst.usual)),
        )
        told.append((at, _reason(at, sentence, at + minutes * MINUTE_MS)))
    for one in course.one_way:
        percents = {"share": round(one.share * 100), "usual": round(one.usual * 100)}
        sentence = visitor.say("unusual", "one-way", one.voters, **percents)
        told.append((one.at, _reason(one.at, sentence, one.at, since=one.at - STRETCH_MS)))
    told += [_alike(visitor, one) for one in course.alike]
    return [line for _, line in sorted(told, key=lambda pair: -pair[0])]


def _alike(visitor: StaffVisit, one: Alike) -> tuple[int, dict[str, Any]]:
    at, share = one.at * SLOT_MS, round(one.share * 100)
    if one.mark == NEW_DEVICE:
        usual = round((one.usual or 0.0) * 100)
        sentence = visitor.say("unusual", "new-devices", one.voters, share=share, usual=usual)
        return at, _reason(at, sentence, at + SLOT_MS, more="&nouveaux=1")
    sentence = visitor.say("unusual", "network", one.voters, share=share, mark=one.mark)
    return at, _reason(at, sentence, at + SLOT_MS, more=f"&reseau={one.mark}")


def _reason(at: int, sentence: str, until: int, *, since: int | None = None, more: str = "") -> dict[str, Any]:
    """A reason; ``rule`` begins the form that sets these votes aside."""
    first, last = (at if since is None else since) // MINUTE_MS, -(-until // MINUTE_MS)
    return {"at": here(at), "sentence": sentence, "rule": f"de={first}&a={last}{more}"}


async def flagged(visitor: StaffVisit) -> list[dict[str, Any]]:
    """The topics to look at, and the newest reason of each."""
    courses = await visitor.services.watch.courses()
    return [
        {"topic": course.won.topic, "title": course.won.title, **why(visitor, course)[0]}
        for course in courses
        if course.is_flagged
    ]


async def course_page(request: Request, visitor: StaffVisit) -> Response:
    """How votes came on a topic within the last hours; 404 for one that is not among the busiest."""
    topic = request.path_params["id"]
    courses = await visitor.services.watch.courses()
    course = next((one for one in courses if one.won.topic == topic), None)
    if course is None:
        return visitor.page("course.html", {"course": None}, status=404)
    steps = [
        (
            here((course.won.first + start) * MINUTE_MS),
            sum(course.won.won[start : start + STEP]),
            round(sum(course.usual[start : start + STEP])),
        )
        for start in range(0, len(course.won.won), STEP)
    ]
    context = {
        "course": course,
        "drawing": drawing(course),
        "reasons": why(visitor, course),
        "may_set_aside": visitor.staff.is_any(*MAY_SET_ASIDE),
        "steps": [step for step in reversed(steps) if step[1]],
        "least": BLOCK,
    }
    return visitor.page("course.html", context)
