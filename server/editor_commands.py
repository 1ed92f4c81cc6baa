"""The editors' commands: their options, and the order that each makes of them."""

import argparse
import base64
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from server.settings import Settings

_HERE = ZoneInfo("Europe/Paris")
_DAY = "YYYY-MM-DD"
_STEPS = ("asked", "handed", "answered", "decided", "done")

NewCommand = Callable[[str, str], argparse.ArgumentParser]


class BadOption(ValueError):
    """An option's value cannot be used; the message says why."""


def add_editor_commands(command: NewCommand) -> None:
    news = command("add-news", "tell news of the Région, or propose something, with a picture")
    news.add_argument("--title", required=True, metavar="TEXT", help="at most 140 signs")
    news.add_argument("--theme", required=True, metavar="SLUG", help="theme, as sante or transports")
    news.add_argument("--body", metavar="TEXT", help="what it is about")
    news.add_argument("--proposal", action="store_true", help="a proposal rather than news")
    news.add_argument("--picture", type=Path, metavar="FILE", help="PNG, JPEG or WebP of at most 2 MB")
    news.add_argument("--alt", metavar="TEXT", help="what the picture shows, for those who cannot see it")
    news.add_argument("--campaign", type=int, metavar="N", help="the campaign that it belongs to")
    news.add_argument("--until", metavar=_DAY, help="last day on which it takes votes (no end)")
    news.set_defaults(run=_add_news, acts=True)

    campaign = command("add-campaign", "begin a campaign of the Région, which groups topics")
    campaign.add_argument("--title", required=True, metavar="TEXT", help="at most 140 signs")
    campaign.add_argument("--body", metavar="TEXT", help="what it is about")
    campaign.add_argument("--from", dest="beginning", metavar=_DAY, help="first day (today)")
    campaign.add_argument("--until", required=True, metavar=_DAY, help="last day")
    campaign.set_defaults(run=_add_campaign, acts=True)

    questionnaire = command("add-questionnaire", "begin a questionnaire, with its questions")
    questionnaire.add_argument("file", type=Path, metavar="FILE", help="its title, end and steps, as JSON")
    questionnaire.set_defaults(run=_add_questionnaire, acts=True)

    follow_up = command("follow-up", "say what became of a topic; said again, it replaces what was said")
    follow_up.add_argument("topic", type=int, metavar="TOPIC", help="the topic's number")
    follow_up.add_argument("step", choices=_STEPS, metavar="STEP", help=", ".join(_STEPS))
    follow_up.add_argument("--text", metavar="TEXT", help="what the Région says, at most 2000 signs")
    follow_up.add_argument(
        "--direction", metavar="NAME", help="the direction that it is handed to or that answers"
    )
    follow_up.set_defaults(run=_follow_up, acts=True)


def _add_news(settings: Settings, options: argparse.Namespace) -> int:
    wanted: dict[str, Any] = {
        "kind": "proposal" if options.proposal else "news",
        "title": options.title,
        "theme": options.theme,
        "body": options.body,
        "campaign": options.campaign,
    }
    if options.until:
        wanted["closes_at"] = _midnight(options.until, after=True)
    if options.picture:
        wanted |= {"picture": base64.b64encode(_read(options.picture)).decode(), "alt": options.alt}
    return _give(settings, "news", wanted, "it is topic {}: /sujets/{}")


def _add_campaign(settings: Settings, options: argparse.Namespace) -> int:
    wanted: dict[str, Any] = {
        "title": options.title,
        "body": options.body or "",
        "closes_at": _midnight(options.until, after=True),
    }
    if options.beginning:
        wanted["opens_at"] = _midnight(options.beginning)
    return _give(settings, "campaigns", wanted, "it is campaign {}: /campagnes/{}")


def _add_questionnaire(settings: Settings, options: argparse.Namespace) -> int:
    try:
        wanted = json.loads(_read(options.file))
    except ValueError as error:
        raise BadOption(f"{options.file} is no JSON: {error}") from None
    if not isinstance(wanted, dict) or not isinstance(wanted.get("until"), str):
        raise BadOption(f'{options.file} needs its last day: "until": "2027-03-31"')
    wanted["closes_at"] = _midnight(wanted.pop("until"), after=True)
    if "from" in wanted:
        wanted["opens_at"] = _midnight(str(wanted.pop("from")))
    return _give(settings, "questionnaires", wanted, "it is questionnaire {}: /questionnaires/{}")


def _follow_up(settings: Settings, options: argparse.Namespace) -> int:
    wanted = {
        "topic": options.topic,
        "step": options.step,
        "text": options.text,
        "direction": options.direction,
    }
    return _give(settings, "follow-ups", wanted, "it stands on topic {}: /sujets/{}#suivi")


def _give(settings: Settings, name: str, wanted: dict[str, Any], told: str) -> int:
    from server.ordering import order

    (made,) = order(settings, name, wanted)["ids"]
    print(told.format(made, made))
    return 0


def _read(file: Path) -> bytes:
    """A file of at most four megabytes: what is larger is refused all the same."""
    try:
        with file.open("rb") as opened:
            return opened.read(4 * 1024 * 1024)
    except OSError as error:
        raise BadOption(f"{file} cannot be read ({error.strerror})") from None


def _midnight(day: str, *, after: bool = False) -> int:
    """When a day of the Région begins, or ends, in ms since 1970."""
    try:
        read = datetime.strptime(day, "%Y-%m-%d")
    except ValueError:
        raise BadOption(f"{day} is no day: write it as in 2027-03-31") from None
    if after:
        read = datetime.fromordinal(read.toordinal() + 1)
    return int(read.replace(tzinfo=_HERE).timestamp() * 1000)
