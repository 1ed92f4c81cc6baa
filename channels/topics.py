"""What is done with topics, whichever door it came through: votes go in, states and changes come out."""

from collections.abc import Mapping, Sequence

from channels.framing import Framing, framed
from channels.names import topic_channel
from channels.wire import DeltaMessage, Fresh, Noticed, ServerMessage, Snap, Stale, Steps, Watching
from realtime import views
from realtime.freshness import Telling
from realtime.notice import Notice
from realtime.standing import Loaded, Mark
from storage.ballot_box import BallotBox
from storage.database import Database
from storage.follow_up import steps_number
from storage.tallies import marks, standings
from storage.topics import get_topic
from storage.values import CastVote, Outcome


async def cast_vote(ballots: BallotBox, vote: CastVote) -> Outcome:
    """The one corridor to the ballot box: websocket and form alike. Answers after the commit."""
    return await ballots.cast(vote)


def encode_for_watchers(
    message: views.Snap | views.Change | views.Watching | views.Steps | Telling | Notice, format: str
) -> bytes:
    """The bytes of what fan-out tells, as the door through which a watcher came frames them."""
    return framed(_message(message), Framing(format))


def _message(
    message: views.Snap | views.Change | views.Watching | views.Steps | Telling | Notice,
) -> ServerMessage:
    match message:
        case topic, version, tally:
            return Snap(topic_channel(topic), version, tally)
        case topic, base, version, changes:
            return DeltaMessage(topic_channel(topic), base, version, changes)
        case topic, watching:
            return Watching(topic_channel(topic), watching)
        case views.Steps(topic, number):
            return Steps(topic_channel(topic), number)
        case Telling.STALE:
            return Stale()
        case Telling.FRESH:
            return Fresh()
        case Notice():
            return Noticed(message)


async def load_topic(database: Database, topic_id: int) -> Loaded | None:
    """A topic as the database has it now, None where it does not exist. Raises StorageUnavailable."""
    topic = await get_topic(database, topic_id)
    if topic is None:
        return None
    standing = (await standings(database, [topic_id]))[topic_id]
    return Loaded(topic.rules, standing.version, standing.tally, await steps_number(database, topic_id))


async def mark_topics(database: Database, topic_ids: Sequence[int]) -> Mapping[int, Mark]:
    """What the database now has of topics, as far as tells whether a node is current. Raises StorageUnavailable."""
    return await marks(database, topic_ids)
