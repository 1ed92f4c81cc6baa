"""Voters, moderators' rules and their undoing in any order: the real storage beside a model in plain Python."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
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

from realtime.delta import apply
from realtime.disclosure import BLOCK, HeadlinePolicy
from realtime.tally import AgeBand, Cell, Counts, Departement, Sex, Sign, Version
from storage.ballots import CHANGES_A_DAY, own_ballots
from storage.keys import voter_key
from storage.quarantine import bring_back, set_aside
from storage.tallies import discrepancies
from storage.values import DAY_MS, CastVote, OwnBallot, Receipt, Standing, TopicRules
from storage.values_quarantine import (
    LEAST_LEFT,
    LEAST_SET_ASIDE,
    MOST_OF_A_TOPIC,
    NewQuarantine,
    NotSetAside,
    Quarantine,
    QuarantineFault,
    Rule,
)
from storage.values_watch import MINUTE_MS
from tests.storage.house import House, beside, device, open_house
from tests.storage.test_moderation import colleague

VOTERS = 120
MEUSE = Cell(Departement.MEUSE, Sex.WOMAN, AgeBand.FROM_75)
SIGNS = st.sampled_from(Sign)
FIRST = st.sampled_from([0, 40, 80, 25, 60])


@dataclass
class Held:
    """A quarantine: its rule, whom it met, whether it stands."""

    rule: Rule
    members: set[int]
    stands: bool = True


@dataclass
class Model:
    """One topic. Every third voter is of Meuse; ``pending`` and ``blocks`` are those of that series."""

    signs: dict[int, Sign] = field(default_factory=dict)
    minutes: dict[int, int] = field(default_factory=dict)
    quarantines: dict[int, Held] = field(default_factory=dict)
    pending: set[int] = field(default_factory=set)
    blocks: list[Counts] = field(default_factory=list)

    def is_aside(self, voter: int) -> bool:
        return any(one.stands and voter in one.members for one in self.quarantines.values())

    def counts(self, voters: Iterable[int] = range(VOTERS)) -> Counts:
        signs = [self.signs[one] for one in voters if one in self.signs and not self.is_aside(one)]
        return Counts(signs.count(Sign.PLUS), signs.count(Sign.MINUS))

    def vote(self, voter: int, sign: Sign, minute: int) -> None:
        if sign is self.signs.get(voter, Sign.WITHDRAWN):  # nothing new, or withdrawn before it was cast
            return
        self.signs[voter], self.minutes[voter] = sign, minute
        if not self.is_aside(voter):
            self.moved(voter)

    def moved(self, voter: int) -> None:
        if voter % 3 == 0:
            self.pending.add(voter)
            if len(self.pending) == BLOCK:
                self.pending.clear()
                self.blocks.append(self.counts(range(0, VOTERS, 3)))

    def met(self, rule: Rule) -> set[int]:
        met = {
            voter
            for voter, sign in self.signs.items()
            if sign is not Sign.WITHDRAWN and rule.since <= self.minutes[voter] < rule.until
        }
        return met.union(*(one.members for one in self.quarantines.values() if rule.covers(one.rule)))

    def fault(self, rule: Rule) -> QuarantineFault | None:
        if len(self.quarantines) >= MOST_OF_A_TOPIC:
            return QuarantineFault.TOO_OFTEN
        met = self.met(rule)
        leaving = [one for one in met if self.signs[one] is not Sign.WITHDRAWN and not self.is_aside(one)]
        if met and all(self.is_aside(one) for one in met):
            return QuarantineFault.ALREADY_ASIDE
        if len(leaving) < LEAST_SET_ASIDE:
            return QuarantineFault.TOO_FEW
        groups = [*(one.members for one in self.quarantines.values()), met]
        everybody = {voter for voter, sign in self.signs.items() if sign is not Sign.WITHDRAWN}.union(*groups)
        parts = Counter(tuple(voter in group for group in groups) for voter in everybody)
        outside = (False,) * len(groups)
        if 0 < parts[outside] < LEAST_LEFT:
            return QuarantineFault.TOO_FEW_LEFT
        large = [part for part, number in parts.items() if part == outside or number >= LEAST_SET_ASIDE]
        ranks = [np.linalg.matrix_rank([[*part, True] for part in some]) for some in (large, list(parts))]
        return QuarantineFault.TOO_ALIKE if ranks[0] < ranks[1] else None


class QuarantineMachine(RuleBasedStateMachine):
    def __init__(self, new_url: Callable[[], str], policy: HeadlinePolicy) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.policy = policy
        self.model = Model()
        self.house: House = self.runner.run(open_house(new_url()))
        self.house.clock[0] -= self.house.clock[0] % DAY_MS
        self.made = 0

    @initialize()
    def begin(self) -> None:
        async def prepare() -> None:
            await colleague(self.house, "Ann")
            for voter in range(0, VOTERS, 3):
                await self.house.tell(device(voter), MEUSE)
            self.topic = await self.house.topic(TopicRules(0, None, headline=self.policy))
            self.standing = await self.house.standing(self.topic)

        self.runner.run(prepare())
        for first in (0, 40, 80):
            self._vote([(voter, Sign(1 - voter % 2 * 2)) for voter in range(first, first + 40)])
        self._a_day_passes()

    def teardown(self) -> None:
        self.runner.run(self.house.close())
        self.runner.close()

    @property
    def minute(self) -> int:
        return self.house.clock[0] // MINUTE_MS

    # --- what happens; each minute is over before the next thing does

    def _vote(self, votes: list[tuple[int, Sign]]) -> None:
        async def all_at_once() -> None:
            casts = []
            for voter, sign in votes:
                self.made += 1
                casts.append(
                    self.house.box.cast(CastVote(self.topic, device(voter), sign, f"op-{self.made}"))
                )
            outcomes = await asyncio.gather(*casts)
            assert all(isinstance(one, Receipt) for one in outcomes)

        self.runner.run(all_at_once())
        for voter, sign in votes:
            self.model.vote(voter, sign, self.minute)
        self.house.clock[0] += MINUTE_MS

    @rule(first=FIRST, number=st.sampled_from([40, 40, 33]), sign=st.sampled_from([Sign.PLUS, Sign.MINUS]))
    def a_crowd_votes_alike(self, first: int, number: int, sign: Sign) -> None:
        self._vote([(voter, sign) for voter in range(first, first + number)])
        self._a_day_passes()

    @precondition(lambda self: self.model.signs)
    @rule(data=st.data(), signs=st.lists(SIGNS, min_size=1, max_size=CHANGES_A_DAY))
    def some_think_anew(self, data: st.DataObject, signs: list[Sign]) -> None:
        voters = data.draw(st.lists(st.sampled_from(sorted(self.model.signs)), max_size=12, unique=True))
        for sign in signs:
            self._vote([(voter, sign) for voter in voters])
        self._a_day_passes()

    def _a_day_passes(self) -> None:
        """So that nobody is refused for changing too often."""
        self.house.clock[0] += DAY_MS

    @precondition(lambda self: self.model.minutes)
    @rule(data=st.data())
    def a_moderator_sets_a_span_aside(self, data: st.DataObject) -> None:
        minutes = sorted(set(self.model.minutes.values()))
        since = data.draw(st.sampled_from(minutes))
        self._set_aside(since, data.draw(st.sampled_from([one for one in minutes if one >= since])) + 1)

    @precondition(lambda self: len(set(self.model.minutes.values())) > 2)
    @rule(data=st.data())
    def two_moderators_set_spans_aside_that_overlap(self, data: st.DataObject) -> None:
        minutes = sorted(set(self.model.minutes.values()))
        first = data.draw(st.integers(0, len(minutes) - 3))
        self._set_aside(minutes[first], minutes[first + 1] + 1)
        self._set_aside(minutes[first + 1], minutes[first + 2] + 1)

    def _set_aside(self, since: int, until: int) -> None:
        asked = Rule(self.topic, since, until)
        met, fault = self.model.met(asked), self.model.fault(asked)
        self.made += 1
        new = NewQuarantine(asked, "Votes automatiques", 1, f"op-{self.made}")
        done = self.runner.run(set_aside(self.house.database, self.house.keys, new, self.house.clock[0]))
        if isinstance(done, NotSetAside):
            assert done.fault is fault
            return
        assert fault is None
        leaving = self._in_order(one for one in met if not self.model.is_aside(one))
        held = Held(asked, set())
        self.model.quarantines[done.id] = held
        for voter in leaving:
            held.members.add(voter)
            if self.model.signs[voter] is not Sign.WITHDRAWN:
                self.model.moved(voter)
        held.members |= met
        self.house.deltas += done.deltas

    @precondition(lambda self: any(one.stands for one in self.model.quarantines.values()))
    @rule(data=st.data())
    def a_moderator_brings_ballots_back(self, data: st.DataObject) -> None:
        standing = [number for number, one in self.model.quarantines.items() if one.stands]
        number = data.draw(st.sampled_from(standing))
        database, keys = self.house.database, self.house.keys
        order = self._in_order(self.model.quarantines[number].members)
        done = self.runner.run(bring_back(database, keys, number, 1, "Vérifiés", self.house.clock[0]))
        assert isinstance(done, Quarantine)
        held = self.model.quarantines[number]
        for voter in order:
            held.members.discard(voter)  # one after the other
            if self.model.signs[voter] is not Sign.WITHDRAWN and not self.model.is_aside(voter):
                self.model.moved(voter)
        held.members, held.stands = set(order), False
        self.house.deltas += done.deltas

    def _in_order(self, voters: Iterable[int]) -> list[int]:
        """As their ballots moved in the counts."""
        [(wrapped,)] = beside(self.house.url, "SELECT wrapped FROM topic_key")
        key = self.house.keys.unwrap(bytes(wrapped))
        names = {voter_key(key, device(voter)): voter for voter in voters}
        rows = beside(self.house.url, "SELECT voter_key FROM ballot ORDER BY seq")
        return [names[bytes(name)] for (name,) in rows if bytes(name) in names]

    # --- what always holds

    @invariant()
    def storage_agrees_with_the_model_and_with_itself(self) -> None:
        if not hasattr(self, "topic"):
            return
        assert self.runner.run(discrepancies(self.house.database)) == []
        [counts] = beside(self.house.url, "SELECT plus, minus FROM tally")
        assert Counts(*counts) == self.model.counts()
        pending = beside(self.house.url, "SELECT pending FROM series WHERE series = 'dep:55'")
        assert [one for (one,) in pending] in ([], [len(self.model.pending)])
        self._follow_deltas()
        self._check_blocks()
        for voter in list(self.model.signs)[-2:]:
            expected = OwnBallot(self.model.signs[voter], self.model.is_aside(voter))
            found = self.runner.run(
                own_ballots(self.house.database, self.house.keys, device(voter), [self.topic])
            )
            assert found == {self.topic: expected}

    def _follow_deltas(self) -> None:
        for delta in self.house.deltas:
            assert delta.base == self.standing.version
            assert delta.version == Version(delta.base.epoch, delta.base.number + 1)
            self.standing = Standing(delta.version, apply(self.standing.tally, delta.changes))
        self.house.deltas.clear()
        assert self.runner.run(self.house.standing(self.topic)) == self.standing
        if self.policy is HeadlinePolicy.LIVE:
            assert self.standing.tally.headline == self.model.counts()

    def _check_blocks(self) -> None:
        """Whatever moved ballots, each release stands for a block of exactly ten voters."""
        told: list[Any] = beside(
            self.house.url, "SELECT plus, minus FROM release WHERE series = 'dep:55' ORDER BY number"
        )
        assert len(told) == len(self.model.blocks)
        for (plus, minus), exact in zip(told, self.model.blocks, strict=True):
            shown = None if plus is None else plus + minus
            assert shown == (None if exact.voters < BLOCK else exact.voters - exact.voters % 5)


def test_whatever_is_set_aside_and_brought_back_in_any_order(new_url: Callable[[], str], deep: bool) -> None:
    for policy in HeadlinePolicy:

        class Machine(QuarantineMachine):
            def __init__(self, policy: HeadlinePolicy = policy) -> None:
                super().__init__(new_url, policy)

        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=5 if deep else 3,
                stateful_step_count=16,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            ),
        )
