"""Real nodes through random schedules: all converge, nobody ever shows wrong counts, no version goes back."""

import asyncio
import logging

import pytest

from tests.realtime.model import Story
from tests.realtime.virtual_loop import VirtualLoop

STORIES = 3000


def test_every_random_story_ends_well(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)  # the losses are wanted, and would be told tens of thousands of times
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        for seed in range(STORIES):
            try:
                runner.run(Story(seed).run())
            except AssertionError as error:
                raise AssertionError(f"the story of seed {seed}: {error}") from error
