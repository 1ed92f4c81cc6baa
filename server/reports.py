"""``imaginest reports``: what citizens report, the topics of many people first, and settled."""

from server.ordering import look, order
from server.orders import WrongUse
from server.settings import Settings
from storage.reports import TOPICS_A_PAGE, URGENT_FROM, reported


def run(settings: Settings, action: str, topic: int | None) -> int:
    """List what is reported, or settle what is reported of one topic; the exit status. Raises OrderRefused."""
    if action == "list" and topic is not None:
        raise WrongUse(f"say “reports settle {topic}” once you have looked at it; “reports” alone lists")
    if action == "settle" and topic is None:
        raise WrongUse(
            "settle which? Write the topic's number, as in “reports settle 12”; “reports” lists them"
        )
    if topic is None:
        _print_reported(settings)
    else:
        settled = order(settings, "reports/settle", {"topic": topic})["settled"]
        print(f"{settled} reports of topic {topic} are settled")
    return 0


def _print_reported(settings: Settings) -> None:
    found = look(settings, lambda database, _: reported(database))
    for one in found:
        reasons = ", ".join(f"{people} {reason}" for reason, people in one.reasons.items())
        urgent = "!" if one.people >= URGENT_FROM else " "
        post = "" if one.post is None else f"  post {one.post}"
        print(f"{urgent} topic {one.topic}{post}  {one.people} people ({reasons})  {one.title}")
        for text in one.texts:
            print(f"    “{text}”")
    if not found:
        print("nothing is reported")
    elif len(found) == TOPICS_A_PAGE:
        print(f"these {len(found)} come first; there may be more")
