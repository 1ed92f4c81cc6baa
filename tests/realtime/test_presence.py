"""How many are watching, over all nodes."""

from realtime.bus import Headcount
from realtime.presence import HOLDS_SECONDS, MOST_NODES, Presence

CHANNEL = "topic:7"


def test_the_total_is_what_is_here_and_on_the_other_nodes() -> None:
    presence = Presence("a")
    presence.count({CHANNEL: 3})
    presence.hear(Headcount("b", {CHANNEL: 4, "topic:8": 1}), 0.0)
    presence.hear(Headcount("c", {"topic:8": 2}), 0.0)
    assert [presence.total(channel, 1.0) for channel in (CHANNEL, "topic:8", "topic:9")] == [7, 3, 0]


def test_a_newer_headcount_replaces_the_node_s_last_and_ones_own_is_passed_over() -> None:
    presence = Presence("a")
    presence.count({CHANNEL: 1})
    presence.hear(Headcount("b", {CHANNEL: 4}), 0.0)
    presence.hear(Headcount("b", {CHANNEL: 2}), 2.0)
    presence.hear(Headcount("a", {CHANNEL: 100}), 2.0)
    assert presence.total(CHANNEL, 2.0) == 3


def test_what_a_node_said_holds_for_a_while() -> None:
    presence = Presence("a")
    presence.hear(Headcount("b", {CHANNEL: 4}), 10.0)
    assert presence.total(CHANNEL, 10.0 + HOLDS_SECONDS - 0.1) == 4
    assert presence.total(CHANNEL, 10.0 + HOLDS_SECONDS) == 0


def test_a_number_is_told_at_once_then_at_most_every_five_seconds_and_only_where_it_changed() -> None:
    presence = Presence("a")
    presence.count({CHANNEL: 1})
    assert presence.due([CHANNEL], 0.0) == {CHANNEL: 1}
    assert presence.due([CHANNEL], 6.0) == {}
    presence.count({CHANNEL: 2})
    assert presence.due([CHANNEL], 6.0) == {CHANNEL: 2}
    presence.count({CHANNEL: 3})
    assert presence.due([CHANNEL], 10.9) == {}
    assert presence.due([CHANNEL], 11.0) == {CHANNEL: 3}


def test_a_node_that_fell_silent_changes_the_number() -> None:
    presence = Presence("a")
    presence.count({CHANNEL: 1})
    presence.hear(Headcount("b", {CHANNEL: 4}), 0.0)
    assert presence.due([CHANNEL], 0.0) == {CHANNEL: 5}
    assert presence.due([CHANNEL], HOLDS_SECONDS) == {CHANNEL: 1}


def test_what_was_said_last_holds_while_nobody_can_be_heard() -> None:
    presence = Presence("a")
    presence.hear(Headcount("b", {CHANNEL: 4}), 0.0)
    for now in range(1, 60):
        presence.hold(float(now))
    assert presence.total(CHANNEL, 60.0) == 4
    assert presence.total(CHANNEL, 59.0 + HOLDS_SECONDS) == 0


def test_a_channel_that_nobody_follows_here_is_not_told_and_is_new_when_someone_comes() -> None:
    presence = Presence("a")
    presence.hear(Headcount("b", {CHANNEL: 4}), 0.0)
    assert presence.due([], 0.0) == {}
    assert presence.due([CHANNEL], 0.5) == {CHANNEL: 4}
    assert presence.due([], 1.0) == {}
    assert presence.due([CHANNEL], 1.5) == {CHANNEL: 4}


def test_headcounts_of_endless_nodes_are_not_kept() -> None:
    presence = Presence("a")
    for node in range(MOST_NODES + 50):
        presence.hear(Headcount(f"node-{node}", {CHANNEL: 1}), 0.0)
    assert presence.total(CHANNEL, 0.0) == MOST_NODES
    presence.hear(Headcount("late", {CHANNEL: 1}), HOLDS_SECONDS)
    assert presence.total(CHANNEL, HOLDS_SECONDS) == 1
