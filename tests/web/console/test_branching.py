"""The drawing of a questionnaire's ways, and questions that move."""

import random
import re
from itertools import combinations

from storage.values_questionnaire_drafts import NEXT, resolved
from storage.values_questionnaires import MOST_STEPS, Ways
from web.console.branching import BOX, END_BOX, Arrow, Drawing, draw
from web.console.questionnaire_forms import TypedPlan, TypedStep, changed


def drawn(*ways: tuple[int | None, int | None, int | None]) -> Drawing:
    found = draw([f"Question {number} ?" for number, _ in enumerate(ways, 1)], resolved(ways))
    assert found is not None
    return found


def ends(arrow: Arrow) -> tuple[tuple[float, float], tuple[float, float]]:
    numbers = [float(each) for each in re.findall(r"-?[\d.]+", arrow.path)]
    return (numbers[0], numbers[1]), (numbers[-2], numbers[-1])


def test_plus_goes_left_and_minus_right_and_they_meet_again() -> None:
    drawing = drawn((2, 3, 2), (4, 4, 4), (NEXT, NEXT, NEXT), (None, None, None))
    first, left, right, last = drawing.boxes
    assert left.x < first.x < right.x and left.y == right.y and first.y < left.y < last.y
    assert first.middle == last.middle
    assert [arrow.answers for arrow in drawing.arrows if arrow.source == 1] == [("plus", "skip"), ("minus",)]
    for arrow in drawing.arrows:
        start, end = ends(arrow)
        box = drawing.boxes[arrow.source - 1]
        assert box.x < start[0] < box.x + BOX[0] and start[1] == box.y + BOX[1]
        goal = drawing.end if arrow.target is None else (drawing.boxes[arrow.target - 1].x, last.y)
        width = END_BOX[0] if arrow.target is None else BOX[0]
        assert end[0] == goal[0] + width / 2


def test_a_way_that_passes_a_row_by_crosses_no_box() -> None:
    drawing = drawn((2, None, 4), (3, 3, 3), (4, 4, 4), (None, None, None))
    (passing,) = (arrow for arrow in drawing.arrows if (arrow.source, arrow.target) == (1, None))
    straight = [float(x) for x in re.findall(r" (-?[\d.]+) [\d.]+V", passing.path)]
    assert len(straight) == 3
    for x, box in zip(straight, drawing.boxes[1:], strict=True):
        assert not box.x <= x <= box.x + BOX[0]


def test_no_drawing_lays_one_box_over_another_or_leaves_its_frame() -> None:
    chance = random.Random(7)
    for _ in range(60):
        many = chance.randint(1, MOST_STEPS)
        goals = [None, NEXT, *range(1, many + 1)]
        drawing = drawn(*(tuple(chance.choices(goals, k=3)) for _ in range(many)))
        for one, two in combinations(drawing.boxes, 2):
            assert one.y != two.y or abs(one.x - two.x) >= BOX[0], (one, two)
        for box in drawing.boxes:
            assert 0 <= box.x <= drawing.width - BOX[0] and 0 <= box.y <= drawing.height - BOX[1]


def test_what_is_never_asked_and_what_leads_back_is_drawn_as_such() -> None:
    drawing = drawn((3, 3, 3), (3, 3, 3), (1, None, None))
    assert [box.is_reached for box in drawing.boxes] == [True, False, True]
    assert [(a.source, a.target, a.answers) for a in drawing.arrows if a.leads_back] == [(3, 1, ("plus",))]
    assert draw([], []) is None


def test_a_long_title_is_cut_into_two_lines() -> None:
    drawing = draw(["Faut-il " + "beaucoup " * 14 + "?"], [Ways(None, None, None)])
    assert drawing is not None
    (box,) = drawing.boxes
    assert len(box.lines) == 2 and box.lines[1].endswith("…") and box.title.endswith("?")


PLAN = TypedPlan(
    steps=(
        TypedStep("un", plus="3", minus="2"),
        TypedStep("deux", skip="end"),
        TypedStep("trois"),
    )
)


def told(plan: object) -> list[tuple[str, str, str, str]]:
    assert isinstance(plan, tuple)
    return [(step.title, step.plus, step.minus, step.skip) for step in plan[0].steps]


def test_ways_follow_the_question_that_they_lead_to() -> None:
    assert told(changed(PLAN, "up-3")) == [
        ("un", "2", "3", "next"),
        ("trois", "next", "next", "next"),
        ("deux", "next", "next", "end"),
    ]
    assert told(changed(PLAN, "down-2")) == told(changed(PLAN, "up-3"))
    assert told(changed(PLAN, "remove-3")) == [
        ("un", "next", "2", "next"),
        ("deux", "next", "next", "end"),
    ]
    added = changed(PLAN, "add")
    assert isinstance(added, tuple) and added[1] == 4 and len(added[0].steps) == 4
    assert changed(PLAN, "up-1") == (PLAN, 1)
    for nonsense in ("", "up-4", "up-0", "left-1", "remove-99"):
        assert changed(PLAN, nonsense) is None
    assert changed(TypedPlan(steps=(TypedStep(),)), "remove-1") is None
    full = TypedPlan(steps=(TypedStep(),) * MOST_STEPS)
    assert changed(full, "add") == "too-many-steps"
