"""One thing of the queue as a moderator sees it: the text with its marks, what is like it, what may be decided."""

from typing import Any

from storage.merging import merged_into
from storage.moderation import last_decision
from storage.queue import get_post
from storage.reasons import refusal_reasons
from storage.reports import reported_of
from storage.similarity import similar
from storage.topics import get_topic, list_themes, with_own
from storage.values import Theme, Topic
from storage.values_moderation import Choice, RefusalReason, Sort, Subject
from storage.values_posts import Post, PostKind, PostReason, PostStatus
from storage.waiting_words import Alike
from web.citizen.local_time import here
from web.citizen.visit import new_op
from web.console.desk import StaffVisit
from web.console.screening import screen
from web.console.screening_rude import rude_words

SIMILAR_SHOWN = 5


async def item_of(visitor: StaffVisit, subject: Subject) -> dict[str, Any] | None:
    """None where there is no such thing."""
    return await (_post_item if subject.sort is Sort.POST else _topic_item)(visitor, subject)


def offered_reason(visitor: StaffVisit, reason: RefusalReason) -> tuple[str, str, str]:
    """A reason's code, its short name, and what the author reads."""
    known = reason.code in set(PostReason)
    label = reason.label or (visitor.say("reason-label", reason.code) if known else reason.code)
    sentence = reason.sentence or (visitor.say("post-reason", reason.code) if known else "")
    return reason.code, label, sentence


async def _post_item(visitor: StaffVisit, subject: Subject) -> dict[str, Any] | None:
    database = visitor.services.database
    post = await get_post(database, subject.id)
    if post is None:
        return None
    parent = None if post.parent is None else await get_topic(database, post.parent)
    is_argument = post.kind is PostKind.ARGUMENT
    alike = [] if is_argument else await _alike(visitor, post.text, None)
    waiting = Alike((), True) if is_argument else await _waiting_alike(visitor, post)
    is_open = post.status is PostStatus.WAITING
    return {
        **await _common(visitor, subject, post.text, post.theme, alike, is_open=is_open),
        "post": post,
        "topic": None,
        "kind": str(post.kind),
        "theme": post.theme,
        "parent": parent,
        "since": here(post.created_at),
        "reported": None,
        "waiting_alike": waiting.posts,
        "is_looking": not waiting.is_whole,
        "status": str(post.status),
        "reason": _reason_of(visitor, post),
    }


async def _topic_item(visitor: StaffVisit, subject: Subject) -> dict[str, Any] | None:
    database = visitor.services.database
    topic = await get_topic(database, subject.id)
    if topic is None or not topic.kind.by_citizens:
        return None
    alike = [] if topic.parent is not None else await _alike(visitor, topic.title, topic.id)
    merge = await merged_into(database, topic.id)
    last = await last_decision(database, subject)
    return {
        **await _common(
            visitor, subject, topic.title, topic.theme, alike, is_open=topic.withdrawn_at is None
        ),
        "post": None,
        "topic": topic,
        "kind": str(topic.kind),
        "theme": topic.theme,
        "parent": None if topic.parent is None else await get_topic(database, topic.parent),
        "since": here(topic.created_at),
        "reported": await reported_of(database, topic.id),
        "waiting_alike": (),
        "is_looking": False,
        "status": "shown" if topic.withdrawn_at is None else "merged" if merge else "hidden",
        "reason": "",
        "merge": merge,
        "survivor": None if merge is None else await get_topic(database, merge.into),
        "merge_decision": last.id if merge and last is not None and last.choice is Choice.MERGE else None,
    }


async def _common(
    visitor: StaffVisit,
    subject: Subject,
    text: str,
    theme: Theme | None,
    alike: list[Topic],
    *,
    is_open: bool,
) -> dict[str, Any]:
    database = visitor.services.database
    decided = await last_decision(database, subject)
    return {
        "subject": subject,
        "screened": screen(text, rude_words(visitor.pages.assets.rude)),
        "similar": alike,
        "is_open": is_open,
        "held_by": "",
        "reasons": [offered_reason(visitor, one) for one in await refusal_reasons(database)],
        "all_themes": with_own(await list_themes(database), theme),
        "decided": decided,
        "op": new_op(),
    }


async def _alike(visitor: StaffVisit, text: str, itself: int | None) -> list[Topic]:
    found = await similar(visitor.services.database, text, SIMILAR_SHOWN + 1, visitor.now)
    return [topic for topic in found if topic.id != itself and topic.kind.by_citizens][:SIMILAR_SHOWN]


async def _waiting_alike(visitor: StaffVisit, post: Post) -> Alike:
    services = visitor.services
    return await services.waiting_words.similar(services.database, post, SIMILAR_SHOWN)


def _reason_of(visitor: StaffVisit, post: Post) -> str:
    known = post.reason in set(PostReason)
    return visitor.say("post-reason", post.reason) if known else post.reason
