from realtime.coalescer import Coalescer


def test_the_first_change_after_silence_leaves_at_once() -> None:
    coalescer = Coalescer()
    coalescer.changed(1)
    assert coalescer.due_at(now=50.0) == 50.0


def test_nothing_is_due_while_nothing_changed() -> None:
    assert Coalescer().due_at(now=50.0) is None


def test_the_next_tick_waits_at_least_a_tenth_of_a_second() -> None:
    coalescer = Coalescer()
    coalescer.flushed(started=50.0, writing=0.001)
    coalescer.changed(1)
    assert coalescer.due_at(now=50.01) == 50.1


def test_ticks_slow_down_with_the_time_that_writing_takes_but_never_beyond_a_second() -> None:
    coalescer = Coalescer()
    coalescer.changed(1)
    coalescer.flushed(started=50.0, writing=0.0625)
    assert coalescer.due_at(now=50.07) == 50.125
    coalescer.flushed(started=60.0, writing=3.0)
    assert coalescer.due_at(now=60.5) == 61.0


def test_a_topic_that_changes_often_is_taken_once() -> None:
    coalescer = Coalescer()
    for topic in (2, 1, 2):
        coalescer.changed(topic)
    assert coalescer.take() == [2, 1]
    assert coalescer.due_at(now=1.0) is None
