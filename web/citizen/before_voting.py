"""The three questions before a vote: who is asked them, and the address that keeps the vote meanwhile."""

from urllib.parse import urlencode

from realtime.tally import Sign
from storage.ballots import own_signs
from storage.values import Topic, TopicState
from web.citizen.visit import Visit
from web.forms import KeptVote


async def is_asked_first(visitor: Visit, topic: Topic, sign: Sign) -> bool:
    """Whether this vote waits for answers: they were never asked for, or the topic needs all of them."""
    if sign is Sign.WITHDRAWN or topic.rules.state(visitor.now) is not TopicState.OPEN:
        return False
    return visitor.profile is None or (
        not visitor.profile.is_complete and await needs_all_answers(visitor, topic)
    )


async def needs_all_answers(visitor: Visit, topic: Topic) -> bool:
    """Whether a vote on the topic counts only with the whole profile; who has a ballot there keeps its cell."""
    if not topic.rules.profile_required or topic.rules.state(visitor.now) is not TopicState.OPEN:
        return False
    own = await own_signs(visitor.services.database, visitor.services.keys, visitor.device, [topic.id])
    return topic.id not in own


def profile_path(kept: KeptVote, after: str) -> str:
    """Where the answers are given; the vote is cast with them, and then ``after`` is shown."""
    fields = {"next": after, "topic": kept.topic, "sign": int(kept.sign), "op": kept.op}
    return f"/profil?{urlencode(fields)}"
