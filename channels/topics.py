"""What is done with topics, whichever door it came through: votes go in, states and changes come out."""

from channels.framing import Framing, framed
from channels.wire import DeltaMessage, Snap, topic_channel
from realtime import views
from realtime.standing import Loaded
from storage.ballot_box import BallotBox
from storage.database import Database
from storage.tallies import standings
from storage.topics import get_topic
from storage.values import CastVote, Outcome


async def cast_vote(ballots: BallotBox, vote: CastVote) -> Outcome:
    """The one corridor to the ballot box: websocket and form alike. Answers after the commit."""
    return await ballots.cast(vote)


def encode_for_watchers(message: views.Snap | views.Change, format: str) -> bytes:
    """The bytes of a topic's state or change, as the door through which a watcher came frames them."""
    framing = Framing(format)
    if len(message) == 3:
        topic, version, tally = message
        return framed(Snap(topic_channel(topic), version, tally), framing)
    topic, base, version, changes = message
    return framed(DeltaMessage(topic_channel(topic), base, version, changes), framing)


async def load_topic(database: Database, topic_id: int) -> Loaded | None:
    """A topic as the database has it now, None where it does not exist. Raises StorageUnavailable."""
    topic = await get_topic(database, topic_id)
    if topic is None:
        return None
    standing = (await standings(database, [topic_id]))[topic_id]
    return Loaded(topic.rules, standing.version, standing.tally)
