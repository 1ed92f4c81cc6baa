"""Cards: exactly what one person may see."""

from dataclasses import replace

from realtime.disclosure import ResultPolicy, View
from realtime.tally import Counts, Departement, Sign, Version, public_tally
from storage.values import OwnBallot, Provenance, Standing, Theme, Topic, TopicKind, TopicRules
from web.citizen.cards import Card, card

NOW = 1_800_000_000_000
TOPIC = Topic(
    7,
    TopicKind.QUESTION,
    "Une question ?",
    "",
    Theme("sport", "Sport"),
    TopicRules(0, None),
    Provenance.REAL,
    0,
)
STANDING = Standing(
    Version(1, 4), public_tally(Counts(30, 10), {"dep:57": Counts(15, 5), "age:75+": Counts(0, 10)})
)


def seen_by(own: Sign | None, topic: Topic = TOPIC, standing: Standing = STANDING) -> Card:
    ballot = None if own is None else OwnBallot(own, is_aside=False)
    return card(topic, standing, now=NOW, own=ballot, voted=own is not None, seen="token", op="abcdefgh")


def test_before_the_vote_only_the_number_of_voters_is_there() -> None:
    shown = seen_by(None)
    assert shown.view is View.HIDDEN
    assert (shown.tally.voters, shown.tally.headline, dict(shown.tally.series)) == (40, None, {})
    assert shown.seen == ""


def test_after_the_vote_everything_public_is_there() -> None:
    shown = seen_by(Sign.MINUS)
    assert shown.tally == STANDING.tally
    assert shown.seen == "token"


def test_a_withdrawn_vote_was_a_vote() -> None:
    assert seen_by(Sign.WITHDRAWN).view is View.RESULTS


def test_results_at_the_close_stay_hidden_from_voters() -> None:
    topic = replace(TOPIC, rules=TopicRules(0, None, results=ResultPolicy.AT_CLOSE))
    assert seen_by(Sign.PLUS, topic).is_hidden


def test_a_series_that_publishes_nothing_has_no_share() -> None:
    columns = {column.code: column.share for column in seen_by(Sign.PLUS).departements}
    assert len(columns) == len(Departement)
    assert columns["57"] is not None
    assert columns["57"].plus == 75
    assert columns["88"] is None


def test_ages_stand_from_the_oldest_down() -> None:
    assert seen_by(Sign.PLUS).ages[0].code == "75+"
