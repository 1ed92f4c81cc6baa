"""What is done with topics, whichever door it came through: votes go in, states and changes come out."""

from channels.wire import DeltaMessage, Format, Snap, encode, topic_channel
from realtime import views
from realtime.frames import frame
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
    """The websocket frame of a topic's state or change, in the format that a watcher chose."""
    chosen = Format(format)
    if len(message) == 3:
        topic, version, tally = message
        payload = encode(Snap(topic_channel(topic), version, tally), chosen)
    else:
        topic, base, version, changes = message
        payload = encode(DeltaMessage(topic_channel(topic), base, version, changes), chosen)
    return frame(payload, text=chosen is Format.JSON)


async def load_topic(database: Database, topic_id: int) -> Loaded | None:
    """A topic as the database has it now, None where it does not exist. Raises StorageUnavailable."""
    topic = await get_topic(database, topic_id)
    if topic is None:
        return None
    standing = (await standings(database, [topic_id]))[topic_id]
    return Loaded(topic.rules, standing.version, standing.tally)
