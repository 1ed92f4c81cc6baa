"""What moderators and clerks order about what citizens write: posts, reports and conversations."""

from collections.abc import Mapping

from channels.names import is_op
from server.orders import Answer, Desk, Order, OrderRefused, Wanted
from storage import contact, posts, reports
from storage.outbox import OutboxFull
from storage.values_contact import ContactFault, ContactThread, NewMail
from storage.values_posts import Post, PostRefusal
from web import mails
from web.catalogue import Language
from web.contact_forms import read_text

MOST_ID = 2**31 - 1

_POST_REFUSED: Mapping[PostRefusal, str] = {
    PostRefusal.UNKNOWN_POST: "there is no such post",
    PostRefusal.ALREADY_DECIDED: "it was refused or withdrawn before",
    PostRefusal.CLOSED: "the vote on the topic under which it stands has ended: refuse it",
}


async def _publish(desk: Desk, wanted: Wanted) -> Answer:
    post = int(wanted["id"])
    return _decided(await posts.publish(desk.database, desk.keys, post, desk.posting, desk.now))


async def _refuse(desk: Desk, wanted: Wanted) -> Answer:
    try:
        return _decided(await posts.refuse(desk.database, int(wanted["id"]), str(wanted["reason"]), desk.now))
    except posts.PostTooLong:
        raise OrderRefused(f"a reason has at most {posts.LONGEST_REASON} signs") from None


def _decided(outcome: Post | PostRefusal) -> Answer:
    if isinstance(outcome, PostRefusal):
        raise OrderRefused(_POST_REFUSED.get(outcome, str(outcome)))
    return {"id": outcome.id, "status": str(outcome.status), "topic": outcome.topic}


async def _settle(desk: Desk, wanted: Wanted) -> Answer:
    return {"settled": await reports.settle(desk.database, int(wanted["topic"]))}


async def _answer(desk: Desk, wanted: Wanted) -> Answer:
    thread_id, op, text = _thread(wanted), str(wanted.get("op")), read_text(str(wanted.get("text", "")))
    if isinstance(text, ContactFault):
        raise OrderRefused(f"the answer cannot be kept ({text}): 1 to 2,000 signs are needed")
    if not is_op(op):
        raise OrderRefused("an op is needed")

    def notice(thread: ContactThread) -> NewMail:
        return mails.answer_notice(desk.pages()[Language(thread.language)], thread, op)

    try:
        found = await contact.answer(
            desk.database, desk.keys, thread_id, text=text, op=op, now=desk.now, notice=notice
        )
    except OutboxFull:
        raise OrderRefused(
            "too many mails wait to be sent: look at the mail server, then answer again"
        ) from None
    return _found(found, thread_id)


async def _close(desk: Desk, wanted: Wanted) -> Answer:
    thread_id = _thread(wanted)
    return _found(await contact.close_thread(desk.database, thread_id, desk.now), thread_id)


def _thread(wanted: Wanted) -> int:
    thread_id = wanted.get("id")
    if not isinstance(thread_id, int) or not 0 < thread_id <= MOST_ID:
        raise OrderRefused("the number of a conversation is needed")
    return thread_id


def _found(found: bool, thread_id: int) -> Answer:
    if not found:
        raise OrderRefused(f"there is no conversation {thread_id}")
    return {"ids": [thread_id]}


CITIZENS_ORDERS: Mapping[str, Order] = {
    "posts/publish": _publish,
    "posts/refuse": _refuse,
    "reports/settle": _settle,
    "contact/answer": _answer,
    "contact/close": _close,
}
