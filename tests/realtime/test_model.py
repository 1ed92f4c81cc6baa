"""Real nodes through random stories: all converge, nobody ever shows wrong counts, no version goes back."""

import asyncio
import gc
import logging
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.realtime.model import Story
from tests.realtime.virtual_loop import VirtualLoop

STORIES, STORIES_DEEP = 4_000, 20_000
AT_ONCE = 250


@pytest.mark.timeout(900)  # tens of seconds of two cores, on a machine that is busy with something else too
def test_every_random_story_ends_well(deep: bool) -> None:
    """A story that does not is told by its seed; ``play(range(seed, seed + 1))`` plays it again, the same."""
    stories = STORIES_DEEP if deep else STORIES
    parts = [range(start, start + AT_ONCE) for start in range(0, stories, AT_ONCE)]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count() if deep else 1, mp_context=spawn) as pool:
        assert sum(pool.map(play, parts)) == stories


def play(seeds: range) -> int:
    """Play these stories; how many there were. AssertionError names the seed of the first that ends badly."""
    logging.disable(logging.CRITICAL)  # what breaks is wanted here
    gc.freeze()  # what is loaded stays; what a story leaves is looked at between two parts, not within
    gc.disable()
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        for seed in seeds:
            try:
                runner.run(Story(seed).run())
            except AssertionError as error:
                raise AssertionError(f"the story of seed {seed}: {error}") from error
    gc.collect()
    return len(seeds)
