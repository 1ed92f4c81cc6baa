"""The row of a screen that is left on for the length of a show."""

import itertools
import os
import random
import secrets
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing

from realtime.tally import AgeBand, Cell, Departement, Hall, Sex
from server.identity import cookie_of
from storage.event_steps import event_steps
from storage.profiles import save_profile
from storage.values_events import MOST_STEPS, StepContent, StepKind
from storage.values_show import LEAD_MS, Gesture
from tests.bench.clusters import nodes
from tests.bench.crowd import Crowd
from tests.bench.evenings import OPENING, REVEAL
from tests.bench.figures import Row, vote
from tests.bench.windows import NOTES_FRAMES, browser, held, open_screen
from tests.journeys.booth import Booth, now
from tests.shows import METZ, REIMS, STRASBOURG, Launch
from web.halls import HALL_COOKIE

MINUTES = float(os.environ.get("BENCH_MINUTES", "3"))
VOTERS = 1500
VOTES_A_SECOND = 50
CHANGES = 3
"""A voter may change a vote so often a day."""

ROUND = (
    (StepKind.TOPIC, 30.0),
    (StepKind.HALLS, 10.0),
    (StepKind.COUNTDOWN, 6.0),
    (StepKind.FILM, 12.0),
    (StepKind.REVEAL, 6.0),
    (StepKind.IDEAS, 6.0),
    (StepKind.WORDS, 6.0),
    (StepKind.THANKS, 5.0),
    (StepKind.BLACK, 4.0),
    (StepKind.RESULTS, 6.0),
    (StepKind.WAITING, 5.0),
)
"""What is on, and for how many seconds: a vote is open until its results, and moves behind whatever is shown."""

ROUND_SECONDS = sum(seconds for _, seconds in ROUND)
MOST_ROUNDS = (MOST_STEPS - len(ROUND)) // 3
WANTED = 30
"""Frames a second that a screen is to have."""


def long_show() -> Iterator[Row]:
    """A screen of 1920×1080 that is left on, through all kinds of steps, while people vote all the time."""
    rounds = min(MOST_ROUNDS, max(2, round(MINUTES * 60 / ROUND_SECONDS)))
    with nodes(1) as made, browser() as opened, closing(Booth(made)) as booth:
        (node,) = made.nodes
        show, steps = _long_evening(booth, rounds)
        page = open_screen(opened, node.url, METZ, booth, show.by, NOTES_FRAMES)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        voting = Voting(booth, Crowd(node.port))
        booth.go(show, Gesture.LAUNCH)
        page.locator(f'body[data-step="{steps[StepKind.WAITING][0]}"]').wait_for()
        frames: dict[str, list[float]] = defaultdict(list)
        holds = [held(page, session)]
        page.evaluate("seconds.splice(0)")
        started = time.perf_counter()
        for number in range(rounds):
            for kind, seconds in ROUND:
                booth.go(show, Gesture.JUMP, steps[kind][number % len(steps[kind])])
                if kind is StepKind.TOPIC:
                    voting.go_on(LEAD_MS / 1000)
                    voting.asks(show, steps[kind][number])
                elif kind is StepKind.RESULTS:
                    voting.topic = None
                voting.go_on(seconds)
                for shown, rate in page.evaluate("seconds.splice(0)"):
                    frames[shown].append(rate)
            if number in {(rounds - 1) // 2, rounds - 1}:
                holds.append(held(page, session))
                page.evaluate("seconds.splice(0)")  # to collect garbage takes a moment that no show has
        minutes = (time.perf_counter() - started) / 60
        voting.crowd.close()
    every = sorted(itertools.chain.from_iterable(frames.values()))
    by_kind = ", ".join(
        f"{kind} {statistics.median(some):.0f}/{min(some):.0f}" for kind, some in frames.items()
    )
    name = f"a screen for {minutes:.0f} minutes"
    few = sum(rate < WANTED for rate in every)
    beside = f"{few} of {len(every)} seconds under {WANTED}"
    yield Row(f"{name}, frames", statistics.median(every), "a second, median", beside)
    yield Row(f"{name}, its worst second", every[0], "frames", f"median/worst: {by_kind}")
    yield Row(
        f"{name}, votes counted", voting.counted / minutes / 60, "a second", f"{voting.refused} refused"
    )
    yield Row(f"{name}, heap at its end", holds[-1].heap_mb, "MB", " | ".join(map(str, holds)))


def _long_evening(booth: Booth, rounds: int) -> tuple[Launch, dict[StepKind, list[int]]]:
    """An event with a question of its own for each round, and the ids of its steps by their kinds."""
    kinds = StepKind
    contents = [
        StepContent(kinds.WAITING, "Bienvenue", "La soirée commence dans un instant."),
        StepContent(kinds.COUNTDOWN, "Strasbourg, Metz et Reims, ensemble", at=now() + 6 * 3_600_000),
        StepContent(kinds.FILM, film=booth.film()),
        REVEAL,
        StepContent(kinds.IDEAS, "Vos idées"),
        StepContent(kinds.WORDS, "Vos mots"),
        StepContent(kinds.THANKS, "Merci", "Le vote continue sur votre téléphone."),
        StepContent(kinds.BLACK),
    ]
    for _ in range(rounds):
        halls, results = (
            StepContent(kinds.HALLS, "Salle par salle"),
            StepContent(kinds.RESULTS, "Le résultat"),
        )
        contents += [OPENING, halls, results]
    show = booth.event(*contents)
    steps: dict[StepKind, list[int]] = defaultdict(list)
    for content, step in zip(contents, show.steps, strict=True):
        steps[content.kind].append(step)
    return show, steps


class Voting:
    """People of all halls, départements, sexes and ages who vote one after the other, and change their votes."""

    def __init__(self, booth: Booth, crowd: Crowd) -> None:
        self.booth, self.crowd = booth, crowd
        self.topic: int | None = None
        self.counted = self.refused = 0
        self._cast = 0
        chance = random.Random(57)
        cells = list(itertools.product(Departement, Sex, AgeBand))
        halls: tuple[Hall | None, ...] = (STRASBOURG, METZ, REIMS, None)
        keys, devices = booth.two.nodes[0].keys, [secrets.token_bytes(16) for _ in range(VOTERS)]
        self._for = [chance.random() < 0.6 for _ in devices]

        async def tell_profiles() -> None:
            for device in devices:
                await save_profile(booth.database, keys, device, Cell(*chance.choice(cells)), now())

        def cookie(number: int) -> str:
            hall = halls[number % len(halls)]
            own = f"imaginest={cookie_of(devices[number], keys)}"
            return own if hall is None else f"{own}; {HALL_COOKIE}={hall}"

        booth.do(tell_profiles())
        self._voters = crowd.connect(VOTERS, cookie=cookie, samples=VOTERS)
        crowd.hear = self._hear

    def _hear(self, fd: int, message: dict[str, object]) -> None:
        if message["t"] == "ping":
            self.crowd.say(fd, '{"t":"pong"}')
        self.counted += message["t"] == "ack"
        self.refused += message["t"] == "no"

    def asks(self, show: Launch, step: int) -> None:
        """From now on they vote on what this step asks."""
        steps = self.booth.do(event_steps(self.booth.database, show.event))
        (self.topic,) = [one.topic for one in steps if one.id == step]
        self._cast = 0

    def go_on(self, seconds: float) -> None:
        """Vote for so long, as fast as they do."""
        began, cast = time.perf_counter(), 0
        while (passed := time.perf_counter() - began) < seconds:
            self.crowd.pump(max(0.0, min((cast + 1) / VOTES_A_SECOND, seconds) - passed))
            while cast / VOTES_A_SECOND <= time.perf_counter() - began:
                cast += 1
                self._vote()

    def _vote(self) -> None:
        turn, number = divmod(self._cast, VOTERS)
        if self.topic is None or turn > CHANGES:
            return
        self._cast += 1
        is_for = self._for[number] is (turn % 2 == 0)
        self.crowd.say(self._voters[number], vote(self.topic, 1 if is_for else -1))
