"""Events, their runs of show, and the transaction of a move, on both engines."""

import asyncio
from dataclasses import replace

import pytest

from realtime.refusals import Refusal
from realtime.tally import ONLINE, Hall, Sign
from storage.event_steps import add_step, change_step, event_steps, move_step, remove_step
from storage.events import get_event, save_event
from storage.shows import go_on, move
from storage.stages import Stage, get_stage, stages_on
from storage.tallies import discrepancies
from storage.topics import get_topic
from storage.values import CastVote, Receipt, Topic, TopicState
from storage.values_events import EventFault, NewEvent, StepContent, StepKind
from storage.values_show import LEAD_MS, Gesture, Mode, Show, ShowFault
from tests.shows import HALLS, METZ, QUESTION, REIMS, THANKS, WAITING, Launch, launch
from tests.storage.house import House, device


async def begun(house: House, *contents: StepContent) -> Launch:
    return await launch(house.database, house.keys, house.clock[0], *contents)


async def stage_of(house: House, event: int) -> Stage:
    stage = await get_stage(house.database, event)
    assert stage is not None
    return stage


async def asked(house: House, show: Launch, place: int = 1) -> Topic:
    """The vote that the step at ``place`` opened."""
    stage = await stage_of(house, show.event)
    step = stage.step(show.steps[place])
    assert step is not None and step.topic is not None
    topic = await get_topic(house.database, step.topic)
    assert topic is not None
    return topic


async def test_a_step_that_asks_opens_its_vote_at_the_agreed_instant(house: House) -> None:
    show, now = await begun(house), house.clock[0]
    await show.goes(Gesture.LAUNCH, now, upon=0)
    after = await show.goes(Gesture.NEXT, now, upon=1)
    topic = await asked(house, show)
    assert (topic.title, topic.rules.opens_at) == (QUESTION.title, now + LEAD_MS)
    assert after.at == now + LEAD_MS
    assert await house.vote(topic.id, device(1), Sign.PLUS) is Refusal.NOT_OPEN_YET
    house.clock[0] += LEAD_MS
    assert isinstance(await house.vote(topic.id, device(1), Sign.PLUS), Receipt)


async def test_a_rehearsal_opens_no_vote(house: House) -> None:
    show, now = await begun(house), house.clock[0]
    await show.goes(Gesture.REHEARSE, now, upon=0)
    await show.goes(Gesture.NEXT, now, upon=1)
    assert all(step.topic is None for step in (await stage_of(house, show.event)).steps)
    await show.goes(Gesture.STOP, now, upon=2)
    assert (await stage_of(house, show.event)).event.mode is Mode.OFF


async def test_of_two_who_press_next_together_one_moves(house: House) -> None:
    show, now = await begun(house), house.clock[0]
    await show.goes(Gesture.LAUNCH, now, upon=0)
    answers = await asyncio.gather(
        show.gesture(Gesture.NEXT, now, upon=1), show.gesture(Gesture.NEXT, now, upon=1)
    )
    assert sorted(isinstance(one, Show) for one in answers) == [False, True]
    assert ShowFault.MOVED in answers
    assert (await stage_of(house, show.event)).show.step == show.steps[1]


async def test_the_same_gesture_twice_moves_once(house: House) -> None:
    show, now = await begun(house), house.clock[0]

    async def pressed() -> Show | ShowFault:
        return await move(
            house.database,
            house.keys,
            show.event,
            Gesture.LAUNCH,
            upon=0,
            op="same-op",
            by=show.by,
            now=lambda: now,
        )

    assert await pressed() == await pressed()
    assert (await stage_of(house, show.event)).show.number == 1


async def test_results_end_the_vote_that_they_show(house: House) -> None:
    show, now = await begun(house, QUESTION, StepContent(StepKind.RESULTS)), house.clock[0]
    await show.goes(Gesture.LAUNCH, now, upon=0)
    await show.goes(Gesture.NEXT, now + 60_000, upon=1)
    topic = await asked(house, show, 0)
    assert topic.rules.closes_at == now + 60_000 + LEAD_MS


async def test_a_question_is_asked_again_as_a_vote_of_its_own(house: House) -> None:
    show, now = await begun(house, QUESTION), house.clock[0]
    again = StepContent(StepKind.TOPIC, again=show.steps[0])
    second = await add_step(house.database, show.event, again, op="op-again", by=show.by, now=now)
    assert isinstance(second, int)
    await show.goes(Gesture.LAUNCH, now, upon=0)
    await show.goes(Gesture.NEXT, now + 60_000, upon=1)
    stage = await stage_of(house, show.event)
    first, later = stage.steps[0].topic, stage.steps[1].topic
    assert first is not None and later is not None and first != later
    before, after = await get_topic(house.database, first), await get_topic(house.database, later)
    assert before is not None and after is not None
    assert before.rules.state(now + 60_000 + LEAD_MS) is TopicState.CLOSED
    assert (after.title, after.rules.opens_at) == (QUESTION.title, now + 60_000 + LEAD_MS)
    earlier = stage.before_of(stage.steps[1])
    assert earlier is not None and earlier.topic == first


@pytest.mark.parametrize("named", [(0, 2), (0, 0)], ids=["a chain", "a fan"])
async def test_a_question_asked_three_times_is_one_question_of_three_votes(
    house: House, named: tuple[int, int]
) -> None:
    other, results = replace(QUESTION, title="Et le dimanche ?"), StepContent(StepKind.RESULTS)
    show, now = await begun(house, QUESTION, other), house.clock[0]
    for number, place in enumerate(named):
        again = StepContent(StepKind.TOPIC, again=show.steps[place])
        step = await add_step(house.database, show.event, again, op=f"op-{number}", by=show.by, now=now)
        assert isinstance(step, int)
        show.steps.append(step)
    assert isinstance(
        await add_step(house.database, show.event, results, op="op-results", by=show.by, now=now), int
    )
    await show.goes(Gesture.LAUNCH, now, upon=0)
    for number in range(1, 4):
        await show.goes(Gesture.NEXT, now + number * 60_000, upon=number)
    stage = await stage_of(house, show.event)
    first, second, third = (show.steps[place] for place in (0, 2, 3))
    told = [[step.id for step in rounds] for rounds in stage.questions]
    assert told == [[first, second, third], [show.steps[1]]]
    before = [stage.before_of(step) for step in stage.steps if step.content.kind.asks]
    assert [step and step.id for step in before] == [None, None, first, second]
    ends = [(await asked(house, show, place)).rules.closes_at for place in (0, 2, 3)]
    assert ends == [now + 120_000 + LEAD_MS, now + 180_000 + LEAD_MS, None]
    assert stage.words_of(stage.steps[3]).title == QUESTION.title


async def test_a_question_that_is_jumped_over_is_before_none_that_was_asked(house: House) -> None:
    show, now = await begun(house, QUESTION), house.clock[0]
    for number in range(2):
        again = StepContent(StepKind.TOPIC, again=show.steps[-1])
        step = await add_step(house.database, show.event, again, op=f"op-{number}", by=show.by, now=now)
        assert isinstance(step, int)
        show.steps.append(step)
    await show.goes(Gesture.LAUNCH, now, upon=0)
    await show.goes(Gesture.JUMP, now + 60_000, upon=1, step=show.steps[2])
    stage = await stage_of(house, show.event)
    earlier = stage.before_of(stage.steps[2])
    assert earlier is not None and earlier.id == show.steps[0]
    assert (await asked(house, show, 0)).rules.closes_at == now + 60_000 + LEAD_MS
    await show.goes(Gesture.BACK, now + 120_000, upon=2)
    (rounds,) = (await stage_of(house, show.event)).questions
    assert [step.id for step in rounds] == [show.steps[place] for place in (0, 2, 1)]


async def test_back_to_a_question_opens_no_second_vote(house: House) -> None:
    show, now = await begun(house), house.clock[0]
    await show.goes(Gesture.LAUNCH, now, upon=0)
    await show.goes(Gesture.NEXT, now, upon=1)
    topic = await asked(house, show)
    await show.goes(Gesture.BACK, now, upon=2)
    await show.goes(Gesture.NEXT, now, upon=3)
    assert (await asked(house, show)).id == topic.id


async def test_the_end_of_an_event_ends_its_votes(house: House) -> None:
    show, now = await begun(house), house.clock[0]
    await show.goes(Gesture.LAUNCH, now, upon=0)
    await show.goes(Gesture.NEXT, now, upon=1)
    await show.goes(Gesture.STOP, now + 5_000, upon=2)
    assert (await asked(house, show)).rules.closes_at == now + 5_000 + LEAD_MS
    stage = await stage_of(house, show.event)
    assert (stage.event.mode, stage.event.ended_at) == (Mode.OVER, now + 5_000 + LEAD_MS)
    assert await stages_on(house.database) == []


async def test_a_ballot_of_an_event_bears_its_hall_and_whoever_is_in_none_is_online(house: House) -> None:
    show = await launch(house.database, house.keys, house.clock[0], QUESTION, halls=(METZ, ONLINE))
    await show.goes(Gesture.LAUNCH, house.clock[0], upon=0)
    house.clock[0] += LEAD_MS
    topic, other = await asked(house, show, 0), await house.topic()

    async def vote(number: int, hall: Hall | None, where: int) -> None:
        cast = CastVote(where, device(number), Sign.PLUS, f"op-hall-{number}-{where}", hall)
        assert isinstance(await house.box.cast(cast), Receipt)

    for number in range(30):
        hall = (METZ, None, REIMS)[number // 10]  # Reims is no hall of this event
        await vote(number, hall, topic.id)
        await vote(number, hall, other)
    series = (await house.standing(topic.id)).tally.series
    assert {key: counts.voters for key, counts in series.items()} == {"hall:metz": 10, "hall:online": 20}
    assert (await house.standing(other)).tally.series == {}
    assert await discrepancies(house.database) == []


async def test_two_events_are_not_on_in_one_hall(house: House) -> None:
    now = house.clock[0]
    one = await launch(house.database, house.keys, now, halls=(METZ, ONLINE), name="Un")
    other = await launch(house.database, house.keys, now, halls=(METZ,), name="Deux")
    third = await launch(house.database, house.keys, now, halls=(REIMS,), name="Trois")
    await one.goes(Gesture.REHEARSE, now, upon=0)
    assert await other.gesture(Gesture.LAUNCH, now, upon=0) is ShowFault.HALL_TAKEN
    await third.goes(Gesture.LAUNCH, now, upon=0)
    await one.goes(Gesture.STOP, now, upon=1)
    await other.goes(Gesture.LAUNCH, now, upon=0)


async def test_a_countdown_goes_on_by_itself_at_its_second_and_one_node_moves_it(house: House) -> None:
    now = house.clock[0]
    countdown = StepContent(StepKind.COUNTDOWN, at=now + 60_000)
    show = await begun(house, countdown, QUESTION)
    await show.goes(Gesture.LAUNCH, now, upon=0)
    assert await go_on(house.database, house.keys, lambda: now + 57_000) == 0
    late = now + 60_000 - LEAD_MS
    moves = [await go_on(house.database, house.keys, lambda: late) for _ in range(2)]
    assert moves == [1, 0]
    stage = await stage_of(house, show.event)
    assert (stage.show.step, stage.show.at) == (show.steps[1], now + 60_000)
    assert (await asked(house, show)).rules.opens_at == now + 60_000


async def test_a_countdown_that_was_paused_goes_on_by_so_much_later(house: House) -> None:
    now = house.clock[0]
    show = await begun(house, StepContent(StepKind.COUNTDOWN, at=now + 60_000), QUESTION)
    await show.goes(Gesture.LAUNCH, now, upon=0)
    await show.goes(Gesture.PAUSE, now + 10_000, upon=1)
    assert await go_on(house.database, house.keys, lambda: now + 60_000) == 0
    await show.goes(Gesture.RESUME, now + 40_000, upon=2)
    assert (await stage_of(house, show.event)).show.late == 30_000
    assert await go_on(house.database, house.keys, lambda: now + 60_000) == 0
    assert await go_on(house.database, house.keys, lambda: now + 90_000 - LEAD_MS) == 1
    assert (await stage_of(house, show.event)).show.at == now + 90_000


async def test_a_step_removed_while_shown_stays_on_and_the_show_goes_on_behind_it(house: House) -> None:
    show, now = await begun(house), house.clock[0]
    await show.goes(Gesture.LAUNCH, now, upon=0)
    assert await remove_step(house.database, show.event, show.steps[0], by=show.by, now=now) is None
    stage = await stage_of(house, show.event)
    shown = stage.step(stage.show.step)
    assert shown is not None and shown.is_removed
    assert [step.id for step in await event_steps(house.database, show.event)] == show.steps[1:]
    assert (await show.goes(Gesture.NEXT, now, upon=1)).step == show.steps[1]


async def test_steps_are_put_in_another_order(house: House) -> None:
    show, now = await begun(house), house.clock[0]
    a, b, c = show.steps
    assert await move_step(house.database, show.event, c, a, by=show.by, now=now) is None
    assert await move_step(house.database, show.event, a, None, by=show.by, now=now) is None
    new = await add_step(house.database, show.event, THANKS, after=c, op="op-new-1", by=show.by, now=now)
    assert [step.id for step in await event_steps(house.database, show.event)] == [c, new, b, a]


@pytest.mark.parametrize(
    "content, fault",
    [
        (StepContent(StepKind.COUNTDOWN), EventFault.NO_TIME),
        (StepContent(StepKind.COUNTDOWN, at=1), EventFault.PAST),
        (StepContent(StepKind.TOPIC, theme="sport"), EventFault.NO_TITLE),
        (StepContent(StepKind.TOPIC, "Quoi ?"), EventFault.NO_THEME),
        (StepContent(StepKind.TOPIC, "Quoi ?", theme="magie"), EventFault.NO_THEME),
        (StepContent(StepKind.TOPIC, again=999), EventFault.NO_QUESTION),
        (StepContent(StepKind.RESULTS, question=999), EventFault.NO_QUESTION),
        (StepContent(StepKind.REVEAL), EventFault.NO_TITLE),
        (StepContent(StepKind.FILM), EventFault.NO_FILM),
        (StepContent(StepKind.FILM, film=999), EventFault.NO_FILM),
        (StepContent(StepKind.STREAM), EventFault.BAD_STREAM),
        (StepContent(StepKind.BLACK, duration=10), EventFault.BAD_DURATION),
        (StepContent(StepKind.THANKS, "x" * 141), EventFault.LONG_NAME),
        (StepContent(StepKind.THANKS, text="x" * 401), EventFault.LONG_TEXT),
    ],
)
async def test_a_step_that_makes_no_sense_is_refused(
    house: House, content: StepContent, fault: EventFault
) -> None:
    show, now = await begun(house), house.clock[0]
    assert await add_step(house.database, show.event, content, op="op-bad-1", by=show.by, now=now) is fault
    assert len(await event_steps(house.database, show.event)) == 3


async def test_what_was_asked_stays_as_it_was_asked(house: House) -> None:
    show, now = await begun(house), house.clock[0]
    await show.goes(Gesture.LAUNCH, now, upon=0)
    await show.goes(Gesture.NEXT, now, upon=1)
    other = replace(QUESTION, title="Faut-il des trains le jour ?")
    refused = await change_step(house.database, show.event, show.steps[1], other, by=show.by, now=now)
    assert refused is EventFault.ASKED_ALREADY
    longer = replace(QUESTION, duration=60_000)
    assert await change_step(house.database, show.event, show.steps[1], longer, by=show.by, now=now) is None
    assert (await event_steps(house.database, show.event))[1].content == longer


async def test_the_halls_of_an_event_that_is_on_stay(house: House) -> None:
    show, now = await begun(house), house.clock[0]
    await show.goes(Gesture.REHEARSE, now, upon=0)
    fewer = NewEvent("Autrement", "", now, (METZ,))
    assert (
        await save_event(house.database, show.event, fewer, op="x", by=show.by, now=now) is EventFault.IS_ON
    )
    renamed = replace(fewer, halls=HALLS)
    assert await save_event(house.database, show.event, renamed, op="x", by=show.by, now=now) == show.event
    event = await get_event(house.database, show.event)
    assert event is not None and (event.name, event.halls) == ("Autrement", HALLS)


@pytest.mark.parametrize(
    "new, fault",
    [
        (NewEvent("", "", 1, (METZ,)), EventFault.NO_NAME),
        (NewEvent("x" * 141, "", 1, (METZ,)), EventFault.LONG_NAME),
        (NewEvent("Un", "", 1, ()), EventFault.NO_HALL),
        (NewEvent("Un", "", 1, (Hall("atlantide"),)), EventFault.UNKNOWN_HALL),
        (NewEvent("Un", "", 1, (METZ, METZ)), EventFault.UNKNOWN_HALL),
    ],
)
async def test_an_event_that_makes_no_sense_is_refused(
    house: House, new: NewEvent, fault: EventFault
) -> None:
    assert await save_event(house.database, None, new, op="op-bad", by=None, now=1) is fault


async def test_an_event_that_is_over_is_changed_no_more(house: House) -> None:
    show, now = await begun(house, WAITING), house.clock[0]
    await show.goes(Gesture.LAUNCH, now, upon=0)
    await show.goes(Gesture.STOP, now, upon=1)
    added = await add_step(house.database, show.event, THANKS, op="op-late-1", by=show.by, now=now)
    assert added is EventFault.IS_OVER
    assert await show.gesture(Gesture.NEXT, now, upon=2) is ShowFault.NOT_ON
