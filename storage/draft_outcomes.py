"""What a draft becomes when it is published, how that ends early, and what of it may be changed.

All of it runs within a transaction that holds the draft's row.
"""

from dataclasses import replace

import sqlalchemy as sa

from storage.keys import Keys
from storage.news import change_campaign, create_campaign_within, end_campaign
from storage.questionnaires import create_within, end_questionnaire
from storage.search_index import index_topics
from storage.tables import TOPIC
from storage.tables_news import PICTURE
from storage.tables_questionnaires import QUESTIONNAIRE, QUESTIONNAIRE_STEP
from storage.tables_search import TOPIC_WORD
from storage.topics import create_topic, end_votes
from storage.values_audit import Action
from storage.values_campaign_drafts import CampaignContent
from storage.values_drafts import Content, DraftContent, DraftSort
from storage.values_questionnaire_drafts import QuestionnaireContent

PUBLISHED = {
    DraftSort.TOPIC: Action.TOPIC_PUBLISHED,
    DraftSort.QUESTIONNAIRE: Action.QUESTIONNAIRE_PUBLISHED,
    DraftSort.CAMPAIGN: Action.CAMPAIGN_PUBLISHED,
}
ENDED = {
    DraftSort.TOPIC: Action.TOPIC_ENDED,
    DraftSort.QUESTIONNAIRE: Action.QUESTIONNAIRE_ENDED,
    DraftSort.CAMPAIGN: Action.CAMPAIGN_ENDED,
}
CORRECTED = {
    DraftSort.TOPIC: Action.TOPIC_CORRECTED,
    DraftSort.QUESTIONNAIRE: Action.TOPIC_CORRECTED,
    DraftSort.CAMPAIGN: Action.CAMPAIGN_CHANGED,
}
"""How the journal calls it."""


def make(connection: sa.Connection, keys: Keys, content: Content, opens_at: int, now: int) -> dict[str, int]:
    """Make what the content says; the draft's column that names it, with its id."""
    match content:
        case DraftContent():
            return {"topic_id": _make_topic(connection, keys, content, opens_at, now)}
        case QuestionnaireContent():
            return {"made_id": create_within(connection, keys, content.questionnaire(opens_at), now)}
        case CampaignContent():
            return {"made_id": create_campaign_within(connection, content.campaign(opens_at), now)}
        case _:
            raise AssertionError(content.sort)


def _make_topic(connection: sa.Connection, keys: Keys, content: DraftContent, opens_at: int, now: int) -> int:
    topic = create_topic(connection, keys, content.topic(opens_at), now)
    if content.picture is not None:
        shown = content.picture
        picture = {"image": shown.image, "alt": shown.alt, "width": shown.width, "height": shown.height}
        connection.execute(sa.insert(PICTURE).values(topic_id=topic, **picture))
    return topic


def end(connection: sa.Connection, sort: DraftSort, made: int, now: int) -> None:
    """End the votes on what a draft became, before their time; those on a campaign's topics go on."""
    match sort:
        case DraftSort.TOPIC:
            end_votes(connection, made, now)
        case DraftSort.QUESTIONNAIRE:
            end_questionnaire(connection, made, now)
        case DraftSort.CAMPAIGN:
            end_campaign(connection, made, now)


def change(connection: sa.Connection, made: int, before: Content, after: Content) -> bool:
    """Make of what a draft became what ``after`` says; False, and nothing done, where it may not change so."""
    match before, after:
        case DraftContent(), DraftContent():
            if replace(before, title=after.title, body=after.body) != after:
                return False
            _say(connection, made, after.title, after.body)
        case QuestionnaireContent(), QuestionnaireContent():
            if not before.has_ways_of(after):
                return False
            _reword_questionnaire(connection, made, after)
        case CampaignContent(), CampaignContent():
            if (before.opens_at, before.closes_at) != (after.opens_at, after.closes_at):
                return False
            change_campaign(connection, made, after.title, after.body, after.topics, after.picture)
        case _:
            return False
    return True


def _reword_questionnaire(connection: sa.Connection, made: int, after: QuestionnaireContent) -> None:
    words = {"title": after.title, "body": after.body}
    connection.execute(sa.update(QUESTIONNAIRE).where(QUESTIONNAIRE.c.id == made).values(words))
    steps = sa.select(QUESTIONNAIRE_STEP.c.topic_id).where(QUESTIONNAIRE_STEP.c.questionnaire_id == made)
    topics = connection.scalars(steps.order_by(QUESTIONNAIRE_STEP.c.number)).all()
    for topic, step in zip(topics, after.steps, strict=True):
        _say(connection, topic, step.title, step.body)


def _say(connection: sa.Connection, topic: int, title: str, body: str) -> None:
    """Change a topic's words; what it said before is found no more."""
    connection.execute(sa.update(TOPIC).where(TOPIC.c.id == topic).values(title=title, body=body))
    connection.execute(sa.delete(TOPIC_WORD).where(TOPIC_WORD.c.topic_id == topic))
    index_topics(connection, {topic: f"{title}\n{body}"})
