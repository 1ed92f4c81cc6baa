"""What editors order: news, campaigns, questionnaires and what became of a topic, each a plain map."""

import base64
import binascii
from collections.abc import Mapping

from server.orders import Answer, Desk, Order, OrderRefused, Wanted
from storage import follow_up, news, questionnaires, topics
from storage.values import NewTopic, Provenance, TopicKind, TopicRules
from storage.values_follow_up import FollowUp, FollowUpStep
from storage.values_news import NewCampaign, NewNews, NewPicture
from storage.values_questionnaires import NewQuestionnaire, NewStep, Ways

_REFUSED = (
    news.BadPicture,
    news.NotTheRegions,
    questionnaires.BadPlan,
    follow_up.BadFollowUp,
)
_SENTENCES: Mapping[type[Exception], str] = {
    news.UnknownCampaign: "there is no campaign {}",
    topics.TitleTooLong: f"a title has more than {topics.LONGEST_TITLE} signs: {{}}",
}


def _editors(order: Order) -> Order:
    """Says in a sentence what the nouns refuse."""

    async def told(desk: Desk, wanted: Wanted) -> Answer:
        try:
            return await order(desk, wanted)
        except _REFUSED as error:
            raise OrderRefused(str(error)) from None
        except topics.UnknownTheme as error:
            known = ", ".join(theme.slug for theme in await topics.list_themes(desk.database))
            raise OrderRefused(f"there is no theme {error}; there are {known}") from None
        except tuple(_SENTENCES) as error:
            raise OrderRefused(_SENTENCES[type(error)].format(error)) from None

    return told


async def _news(desk: Desk, wanted: Wanted) -> Answer:
    picture, now = None, desk.now
    if wanted.get("picture") is not None:
        try:
            content = base64.b64decode(str(wanted["picture"]), validate=True)
        except binascii.Error as error:
            raise OrderRefused("the picture is not written in base64") from error
        picture = NewPicture(content, str(wanted.get("alt") or ""))
    campaign = wanted.get("campaign")
    rules = TopicRules(now, _end(wanted, now))
    topic = _topic(wanted, rules, TopicKind(wanted.get("kind", TopicKind.NEWS)))
    told = NewNews(topic, picture, None if campaign is None else int(campaign))
    return {"ids": [await news.create_news(desk.database, desk.keys, told, now)]}


async def _campaign(desk: Desk, wanted: Wanted) -> Answer:
    opens_at = int(wanted.get("opens_at", desk.now))
    new = NewCampaign(
        _text(wanted, "title"),
        str(wanted.get("body", "")),
        opens_at,
        _closes_at(wanted, opens_at),
        _provenance(wanted),
    )
    return {"ids": [await news.create_campaign(desk.database, new, desk.now)]}


async def _questionnaire(desk: Desk, wanted: Wanted) -> Answer:
    opens_at = int(wanted.get("opens_at", desk.now))
    closes_at = _closes_at(wanted, opens_at)
    rules = TopicRules(opens_at, closes_at)
    steps = tuple(
        NewStep(
            _topic({"provenance": _provenance(wanted), **step}, rules, TopicKind.QUESTION),
            Ways(*(_way(step, name) for name in ("plus", "minus", "skip"))),
        )
        for step in wanted["steps"]
    )
    new = NewQuestionnaire(
        _text(wanted, "title"), opens_at, closes_at, steps, str(wanted.get("body", "")), _provenance(wanted)
    )
    made = await questionnaires.create_questionnaire(desk.database, desk.keys, new, desk.now)
    return {"ids": [made]}


async def _follow_up(desk: Desk, wanted: Wanted) -> Answer:
    told = FollowUp(
        int(wanted["topic"]),
        FollowUpStep(wanted["step"]),
        int(wanted.get("at", desk.now)),
        str(wanted.get("text") or ""),
        str(wanted.get("direction") or ""),
    )
    await follow_up.tell_follow_up(desk.database, told)
    return {"ids": [told.topic]}


REGION_ORDERS: Mapping[str, Order] = {
    "news": _editors(_news),
    "campaigns": _editors(_campaign),
    "questionnaires": _editors(_questionnaire),
    "follow-ups": _editors(_follow_up),
}


def _topic(wanted: Wanted, rules: TopicRules, kind: TopicKind) -> NewTopic:
    title, theme = _text(wanted, "title"), _text(wanted, "theme")
    return NewTopic(kind, title, theme, rules, str(wanted.get("body") or ""), _provenance(wanted))


def _text(wanted: Wanted, name: str) -> str:
    text = wanted.get(name)
    if not isinstance(text, str) or not text.strip():
        raise OrderRefused(f"the {name} is missing")
    return text.strip()


def _way(step: Wanted, name: str) -> int | None:
    """Where an answer leads; a step that does not say so ends the questionnaire."""
    way = step.get(name)
    return None if way is None else int(way)


def _provenance(wanted: Wanted) -> Provenance:
    return Provenance(wanted.get("provenance", Provenance.REAL))


def _end(wanted: Wanted, opens_at: int) -> int | None:
    closes_at = wanted.get("closes_at")
    if closes_at is None:
        return None
    if int(closes_at) <= opens_at:
        raise OrderRefused("its end is not after its beginning")
    return int(closes_at)


def _closes_at(wanted: Wanted, opens_at: int) -> int:
    closes_at = _end(wanted, opens_at)
    if closes_at is None:
        raise OrderRefused("its end is missing")
    return closes_at
