"""Voters, operators, clocks and restarts in any order: the real storage beside a model in plain Python."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
import uvloop
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from channels.encoding import encode
from channels.wire import Format, Snap
from realtime.delta import apply
from realtime.disclosure import BLOCK, ROUNDING, HeadlinePolicy
from realtime.refusals import Refusal
from realtime.tally import (
    HEADLINE_SERIES,
    NOBODY,
    ONLINE,
    AgeBand,
    Cell,
    Counts,
    Departement,
    Hall,
    Sex,
    Sign,
    Version,
)
from storage.ballots import CHANGES_A_DAY, DAY_MS, own_signs
from storage.tables import BALLOT, RELEASE, SERIES, TALLY
from storage.tallies import discrepancies, standings
from storage.topics import close_topic
from storage.values import CastVote, Outcome, Receipt, Standing, TopicRules
from tests.storage.house import House, device, open_house

HOUR_MS = 3_600_000

VOTERS = st.integers(0, 24)
SIGNS = st.sampled_from(Sign)
PLACES = st.integers(0, 2)  # which of the machine's topics
HALLS = st.sampled_from([None, Hall("metz")])
CELLS = st.builds(
    Cell,
    st.sampled_from([None, Departement.MEUSE, Departement.MARNE]),
    st.sampled_from([None, Sex.WOMAN]),
    st.sampled_from([None, AgeBand.FROM_75]),
)
BALLOTS = st.tuples(PLACES, VOTERS, SIGNS, HALLS)

Place = tuple[int, int]
"""A topic and a voter's number."""


class Model:
    """What the ballot box promises, counted the simplest way."""

    def __init__(self) -> None:
        self.rules: dict[int, TopicRules] = {}
        self.in_event: set[int] = set()
        self.signs: dict[Place, Sign] = {}
        self.changes: Counter[tuple[Place, int]] = Counter()
        self.ops: dict[tuple[Place, str], Sign] = {}
        self.cells: dict[int, Cell] = {}
        self.closed: set[int] = set()
        self.series: dict[Place, list[str]] = {}
        self.pending: dict[tuple[int, str], set[int]] = defaultdict(set)
        self.blocks: dict[tuple[int, str], list[Counts]] = defaultdict(list)

    def enter(self, vote: CastVote, voter: int, now: int) -> Outcome:
        """The outcome that the box must give."""
        place = (vote.topic, voter)
        if (place, vote.op) in self.ops:
            same = self.ops[place, vote.op] is vote.sign
            return self._receipt(vote, place) if same else Refusal.OP_REUSED
        if vote.topic in self.closed:
            return Refusal.CLOSED
        if place in self.signs:
            refusal = self._change(place, vote.sign, now)
        else:
            refusal = self._first(place, vote.sign, vote.hall)
        if refusal is not None:
            return refusal
        self.ops[place, vote.op] = vote.sign
        return self._receipt(vote, place)

    def _receipt(self, vote: CastVote, place: Place) -> Receipt:
        """Who withdraws what they never cast has no ballot."""
        return Receipt(vote.topic, vote.sign, vote.op, voted=place in self.signs)

    def _first(self, place: Place, sign: Sign, hall: Hall | None) -> Refusal | None:
        topic, voter = place
        if sign is Sign.WITHDRAWN:
            return None
        cell = self.cells.get(voter, Cell())
        if self.rules[topic].profile_required and None in (cell.departement, cell.sex, cell.age):
            return Refusal.PROFILE_NEEDED
        heard = (hall or ONLINE) if topic in self.in_event else None
        parts = {"dep": cell.departement, "sex": cell.sex, "age": cell.age, "hall": heard}
        self.series[place] = [f"{kind}:{code}" for kind, code in parts.items() if code is not None]
        if self.rules[topic].headline is HeadlinePolicy.SEALED:
            self.series[place].append(HEADLINE_SERIES)
        self._move(place, sign)
        return None

    def _change(self, place: Place, sign: Sign, now: int) -> Refusal | None:
        if sign is self.signs[place]:
            return None
        today = (place, now // DAY_MS)
        if self.changes[today] >= CHANGES_A_DAY:
            return Refusal.TOO_MANY_CHANGES
        self.changes[today] += 1
        self._move(place, sign)
        return None

    def _move(self, place: Place, sign: Sign) -> None:
        topic, voter = place
        self.signs[place] = sign
        for series in self.series[place]:
            pending = self.pending[topic, series]
            pending.add(voter)
            if len(pending) == BLOCK:
                pending.clear()
                self.blocks[topic, series].append(self.counts(topic, series))

    def counts(self, topic: int, series: str) -> Counts:
        signs = [s for p, s in self.signs.items() if p[0] == topic and series in self.series[p]]
        return Counts(signs.count(Sign.PLUS), signs.count(Sign.MINUS))

    def headline(self, topic: int) -> Counts:
        signs = [sign for (of, _), sign in self.signs.items() if of == topic]
        return Counts(signs.count(Sign.PLUS), signs.count(Sign.MINUS))


class Stored:
    """What stands in the tables, read in one look from beside the application."""

    def __init__(self, connection: sa.Connection) -> None:
        self.tallies: dict[int, Counts] = {}
        self.numbers: dict[int, int] = {}
        self.series: dict[int, dict[str, Any]] = defaultdict(dict)
        self.releases: dict[int, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        self.signs: dict[tuple[int, str], list[Sign]] = defaultdict(list)
        with connection.begin():
            for row in connection.execute(sa.select(TALLY)):
                self.tallies[row.topic_id] = Counts(row.plus, row.minus)
                self.numbers[row.topic_id] = row.number
            for row in connection.execute(sa.select(SERIES)):
                self.series[row.topic_id][row.series] = row
            for row in connection.execute(sa.select(RELEASE).order_by(RELEASE.c.number)):
                self.releases[row.topic_id][row.series].append(row)
            for row in connection.execute(sa.select(BALLOT)):
                codes = {"dep": row.departement, "sex": row.sex, "age": row.age, "hall": row.hall}
                of_ballot = [f"{kind}:{code}" for kind, code in codes.items() if code is not None]
                for series in (HEADLINE_SERIES, *of_ballot):
                    self.signs[row.topic_id, series].append(row.sign)

    def recount(self, topic: int, series: str = HEADLINE_SERIES) -> Counts:
        signs = self.signs[topic, series]
        return Counts(signs.count(Sign.PLUS), signs.count(Sign.MINUS))


class BallotBoxMachine(RuleBasedStateMachine):
    """Three topics (live and sealed in an event, live with a profile required) and 25 voters.

    ``reached`` counts what is rare.
    """

    def __init__(self, new_url: Callable[[], str], reached: Counter[str]) -> None:
        super().__init__()
        self.reached = reached
        self.runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self.model = Model()
        self.entered: list[tuple[CastVote, int]] = []
        self.cast: int | None = None
        """Who voted last, where that was in this step."""

        self.standings: dict[int, Standing] = {}
        self.house: House = self.runner.run(open_house(new_url()))
        self.beside = sa.create_engine(self.house.database.url).connect()
        self.opened_at = self.house.clock[0]
        self.made = 0

    @initialize()
    def create_topics(self) -> None:
        for rules in (
            TopicRules(0, None),
            TopicRules(0, None, headline=HeadlinePolicy.SEALED),
            TopicRules(0, None, profile_required=True),
        ):
            topic = self.runner.run(self.house.topic(rules))
            self.model.rules[topic] = rules
            if not rules.profile_required:
                self.runner.run(self.house.in_event(topic, Hall("metz")))
                self.model.in_event.add(topic)
            self.standings[topic] = self.runner.run(self.house.standing(topic))
        self.topics = list(self.model.rules)

    def teardown(self) -> None:
        try:
            self._everything_is_as_it_was_told()
        finally:
            self.beside.close()
            self.beside.engine.dispose()
            self.runner.run(self.house.close())
            self.runner.close()

    def _everything_is_as_it_was_told(self) -> None:
        """The product's own recount finds nothing either, and its snapshots are still those of the last deltas."""
        assert self.runner.run(discrepancies(self.house.database)) == []
        assert self.runner.run(standings(self.house.database, self.model.rules)) == self.standings

    # --- what happens

    def _cast(self, votes: list[tuple[CastVote, int]]) -> None:
        """Cast votes side by side; the box takes them in the order in which they are asked."""

        async def all_at_once() -> list[Outcome]:
            return await asyncio.gather(*(self.house.box.cast(vote) for vote, _ in votes))

        outcomes = self.runner.run(all_at_once())
        expected = [self.model.enter(vote, voter, self.house.clock[0]) for vote, voter in votes]
        assert outcomes == expected
        self.entered += votes
        self.cast = votes[-1][1]

    def _new(self, place: int, voter: int, sign: Sign, hall: Hall | None) -> tuple[CastVote, int]:
        self.made += 1
        return CastVote(self.topics[place], device(voter), sign, f"op-{self.made}", hall), voter

    @rule(ballot=BALLOTS)
    def vote(self, ballot: tuple[int, int, Sign, Hall | None]) -> None:
        self._cast([self._new(*ballot)])

    @rule(ballots=st.lists(BALLOTS, min_size=2, max_size=30))
    def votes_at_once(self, ballots: list[tuple[int, int, Sign, Hall | None]]) -> None:
        self._cast([self._new(*ballot) for ballot in ballots])

    @rule(place=PLACES, first=st.integers(0, 10), number=st.integers(9, 12), sign=SIGNS, hall=HALLS)
    def a_crowd_votes_alike(self, place: int, first: int, number: int, sign: Sign, hall: Hall | None) -> None:
        self._cast([self._new(place, voter, sign, hall) for voter in range(first, first + number)])

    @precondition(lambda self: self.model.signs)
    @rule(data=st.data(), signs=st.lists(SIGNS, min_size=1, max_size=2 * CHANGES_A_DAY))
    def someone_changes_and_withdraws(self, data: st.DataObject, signs: list[Sign]) -> None:
        topic, voter = data.draw(st.sampled_from(sorted(self.model.signs)))
        self._cast([self._new(self.topics.index(topic), voter, sign, None) for sign in signs])

    @precondition(lambda self: self.entered)
    @rule(data=st.data())
    def votes_arrive_again_in_another_order(self, data: st.DataObject) -> None:
        lately = data.draw(st.permutations(self.entered[-12:]))
        self._cast(lately[: data.draw(st.integers(1, len(lately)))])

    @precondition(lambda self: self.entered)
    @rule(data=st.data(), sign=SIGNS)
    def an_op_arrives_again_with_any_sign_beside_a_new_vote(self, data: st.DataObject, sign: Sign) -> None:
        old, voter = data.draw(st.sampled_from(self.entered))
        again = CastVote(old.topic, old.device, sign, old.op, old.hall)
        new = self._new(self.topics.index(old.topic), voter, sign, None)
        self._cast(data.draw(st.permutations([(again, voter), new, (old, voter)])))

    @rule(voter=VOTERS, cell=CELLS)
    def save_profile(self, voter: int, cell: Cell) -> None:
        self.runner.run(self.house.tell(device(voter), cell))
        self.model.cells[voter] = cell

    @rule(first=st.integers(0, 10), cell=CELLS)
    def a_crowd_saves_profiles(self, first: int, cell: Cell) -> None:
        for voter in range(first, first + BLOCK):
            self.save_profile(voter, cell)

    @rule(hours=st.sampled_from([1, 5, 24, 72]))
    def time_passes(self, hours: int) -> None:
        self.house.clock[0] += hours * HOUR_MS

    @precondition(lambda self: len(self.entered) > 60)
    @rule(place=PLACES)
    def a_topic_closes(self, place: int) -> None:
        topic = self.topics[place]
        self.runner.run(close_topic(self.house.database, topic, self.house.clock[0]))
        self.model.closed.add(topic)
        self.reached["closes"] += 1

    @precondition(lambda self: self.house.clock[0] > self.opened_at)
    @rule()
    def the_server_restarts(self) -> None:
        self.runner.run(self.house.close())
        self.house = self.runner.run(open_house(self.house.url, self.house.clock))
        self.opened_at = self.house.clock[0]
        self.reached["restarts"] += 1

    # --- what always holds

    @invariant()
    def storage_agrees_with_the_model_and_with_itself(self) -> None:
        stored = Stored(self.beside)
        if self.house.deltas or stored.numbers != {t: of.version.number for t, of in self.standings.items()}:
            now = self.runner.run(standings(self.house.database, self.model.rules))
            self._follow_deltas(now)
            self.standings = now
        if self.cast is not None:
            self._check_own_signs(self.cast)
            self.cast = None
        for topic, standing in self.standings.items():
            self._check_headline(topic, standing, stored)
            self._check_series(topic, standing, stored)

    def _check_own_signs(self, voter: int) -> None:
        house = self.house
        found = self.runner.run(own_signs(house.database, house.keys, device(voter), self.topics))
        assert found == {topic: sign for (topic, of), sign in self.model.signs.items() if of == voter}

    def _follow_deltas(self, now: dict[int, Standing]) -> None:
        """The old snapshots and the deltas since make the new snapshots, byte for byte."""
        for delta in self.house.deltas:
            old = self.standings[delta.topic]
            assert delta.base == old.version
            assert delta.version == Version(old.version.epoch, old.version.number + 1)
            self.standings[delta.topic] = Standing(delta.version, apply(old.tally, delta.changes))
        self.house.deltas.clear()
        for topic, new in now.items():
            for format in Format:
                assert _snapshot(topic, self.standings[topic], format) == _snapshot(topic, new, format)

    def _check_headline(self, topic: int, standing: Standing, stored: Stored) -> None:
        """The headline is that of the last accepted signs."""
        exact = self.model.headline(topic)
        assert stored.tallies[topic] == stored.recount(topic) == exact
        if self.model.rules[topic].headline is HeadlinePolicy.LIVE:
            assert standing.tally.headline == exact

    def _check_series(self, topic: int, standing: Standing, stored: Stored) -> None:
        """Series are counted right, released by whole blocks only, and show what was released last."""
        public = {}
        of_topic = stored.series.get(topic, {})
        assert stored.releases.get(topic, {}).keys() <= of_topic.keys(), "no release without its series"
        for series, row in of_topic.items():
            exact = self.model.counts(topic, series)
            assert Counts(row.plus, row.minus) == stored.recount(topic, series) == exact
            assert row.pending == len(self.model.pending[topic, series])
            releases = stored.releases[topic].get(series, [])
            assert [release.number for release in releases] == list(range(1, row.releases + 1))
            _check_releases(releases, self.model.blocks[topic, series], standing.version.number)
            if releases and releases[-1].plus is not None:
                public[series] = Counts(releases[-1].plus, releases[-1].minus)
        assert {
            series for place in self.model.series if place[0] == topic for series in self.model.series[place]
        } == set(of_topic)
        if self.model.rules[topic].headline is HeadlinePolicy.SEALED:
            assert standing.tally.headline == public.pop(HEADLINE_SERIES, NOBODY)
        assert standing.tally.series == public


def _snapshot(topic: int, standing: Standing, format: Format) -> bytes:
    return encode(Snap(f"topic:{topic}", standing.version, standing.tally), format)


def _check_releases(releases: list[Any], blocks: list[Counts], version: int) -> None:
    """One release for each block of exactly ten voters, rounded, and of a version that was reached."""
    versions = [release.version for release in releases]
    assert versions == sorted(versions)
    assert all(of <= version for of in versions)
    for release, exact in zip(releases, blocks, strict=True):
        plus, minus = release.plus, release.minus
        if exact.voters < BLOCK:
            assert (plus, minus) == (None, None)
        else:
            assert plus + minus == exact.voters - exact.voters % ROUNDING
            assert plus % ROUNDING == minus % ROUNDING == 0
            assert min(plus, minus) >= 0 and abs(plus - exact.plus) < ROUNDING


EXAMPLES = {"sqlite": (15, 40), "postgresql": (3, 25)}
EXAMPLES_DEEP = {"sqlite": (50, 40), "postgresql": (10, 25)}
"""How often, and how many steps; a database in a file of the memory costs less."""


def test_whatever_happens_in_any_order(new_url: Callable[[], str], deep: bool) -> None:
    engine = sa.make_url(new_url()).get_backend_name()
    examples, steps = (EXAMPLES_DEEP if deep else EXAMPLES)[engine]

    reached: Counter[str] = Counter()

    class Machine(BallotBoxMachine):
        def __init__(self) -> None:
            super().__init__(new_url, reached)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
    if engine == "sqlite":  # on the slower one there are too few steps to be sure
        assert reached["closes"] and reached["restarts"], reached
