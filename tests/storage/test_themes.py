"""Themes and directions: named, ordered, retired, and every version of them kept."""

import pytest

from storage import audit, staff
from storage.drafts import begin_draft
from storage.posts import submit
from storage.themes import (
    ALL_THEMES,
    add_theme,
    change_theme,
    direction_of,
    list_directions,
    move_theme,
    retire_direction,
    retire_theme,
    save_direction,
    theme_entries,
)
from storage.topics import create_topics, get_topic, list_themes
from storage.values import NewTopic, Theme, TopicKind, TopicRules
from storage.values_audit import Action, AuditSearch, SubjectKind
from storage.values_drafts import DraftContent, DraftFault
from storage.values_posts import NewPost, PostingRules, PostKind, PostRefusal
from storage.values_staff import NewAccount, Role, StaffFault
from storage.values_themes import ThemeFault, slug_of
from storage.versions import Versioned, versions_of
from tests.storage.house import START, House, device
from tests.storage.test_drafts import editor as editor


async def entry(house: House, slug: str) -> tuple[int, int]:
    """The id of a theme and the number of its newest version."""
    found = next(one for one in await theme_entries(house.database) if one.slug == slug)
    return found.id, found.number


async def slugs(house: House) -> list[str]:
    return [theme.slug for theme in await list_themes(house.database)]


async def test_a_theme_is_named_otherwise_with_every_version_kept(house: House, editor: int) -> None:
    database = house.database
    assert await save_direction(database, None, "Mobilités", "op-1", by=editor, now=START) is None
    assert await save_direction(database, None, "Mobilités", "op-1", by=editor, now=START) is None
    (direction,) = await list_directions(database)
    theme, number = await entry(house, "transports")
    assert number == 0
    change = {"by": editor, "now": START + 1}
    for _ in range(2):  # pressed twice
        assert await change_theme(database, theme, "Trains", direction.id, upon=0, **change) is None
    late = await change_theme(database, theme, "Bus", None, upon=0, **change)
    assert late is ThemeFault.CHANGED
    assert await change_theme(database, theme, "SPORT", None, upon=2, **change) is ThemeFault.TAKEN
    assert await change_theme(database, theme, "Bus", 99, upon=2, **change) is ThemeFault.UNKNOWN_DIRECTION
    assert await change_theme(database, 999, "Bus", None, upon=2, **change) is ThemeFault.UNKNOWN
    assert await direction_of(database, "transports") == "Mobilités"
    assert Theme("transports", "Trains") in await list_themes(database)
    versions = await versions_of(database, Versioned.THEME, theme)
    assert [(one.number, one.by, one.content["name"]) for one in versions] == [
        (2, "Élodie", "Trains"),
        (1, "", "Transports"),
    ]
    asked = AuditSearch(subject_kind=SubjectKind.THEME, subject_id=str(theme))
    (line,) = await audit.search(database, asked)
    assert (line.action, line.detail["before"], line.detail["direction"]) == (
        Action.THEME_RENAMED,
        "Transports",
        "Mobilités",
    )


async def test_a_new_theme_has_an_address_of_its_own_and_is_the_last(house: House, editor: int) -> None:
    new = {"by": editor, "now": START}
    ids = {await add_theme(house.database, "Énergie & Climat", None, "op-1", **new) for _ in range(2)}
    assert len(ids) == 1
    assert (await slugs(house))[-1] == "energie-climat"
    taken = await add_theme(house.database, "énergie & climat", None, "op-2", **new)
    assert taken is ThemeFault.TAKEN


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Forêts", "forets"), ("Sport", "sport-2"), ("!", "theme"), ("x" * 80, "x" * 36)],
)
def test_an_address_is_made_of_the_name(name: str, slug: str) -> None:
    assert slug_of(name, frozenset({"sport"})) == slug


async def test_themes_change_places(house: House, editor: int) -> None:
    before = await slugs(house)
    for slug, up in ((before[1], True), (before[-1], False), (before[0], False)):
        theme, _ = await entry(house, slug)
        assert await move_theme(house.database, theme, up=up, by=editor, now=START) is None
    assert await slugs(house) == [before[1], before[2], before[0], *before[3:]]
    names = {one.slug: one.name for one in await list_themes(house.database)}
    versions = await versions_of(house.database, Versioned.THEMES, ALL_THEMES)
    assert [(one.number, one.by) for one in versions] == [(3, "Élodie"), (2, "Élodie"), (1, "")]
    assert versions[-1].content["order"] == [names[slug] for slug in before]
    assert versions[0].content["order"] == [names[slug] for slug in await slugs(house)]
    asked = AuditSearch(action=Action.THEME_MOVED)
    lines = await audit.search(house.database, asked)
    assert [(line.detail["before"], line.detail["place"]) for line in lines] == [(2, 3), (2, 1)]


async def test_a_retired_theme_is_offered_no_more_and_its_topics_keep_it(house: House, editor: int) -> None:
    topic = await house.topic()
    theme, _ = await entry(house, "sport")
    retire = {"by": editor, "now": START}
    assert await retire_theme(house.database, theme, retired=True, **retire) is None
    assert "sport" not in await slugs(house)
    assert Theme("sport", "Sport") in await list_themes(house.database, retired=True)
    found = await get_topic(house.database, topic)
    assert found is not None and found.theme.slug == "sport"
    content = DraftContent(TopicKind.NEWS, "Une course", "", "sport")
    assert await begin_draft(house.database, content, "op", by=editor, now=START) is DraftFault.NO_THEME
    post = NewPost(PostKind.IDEA, "Ouvrir la piscine", house.keys.author(device(1)), "op-1", theme="sport")
    refused = await submit(house.database, house.keys, post, PostingRules(), START)
    assert refused is PostRefusal.UNKNOWN_THEME
    rules = TopicRules(START, None)
    new = NewTopic(TopicKind.QUESTION, "Programmée avant ?", "sport", rules)
    assert await create_topics(house.database, house.keys, [new], START)
    assert await retire_theme(house.database, theme, retired=False, **retire) is None
    assert "sport" in await slugs(house)
    versions = await versions_of(house.database, Versioned.THEME, theme)
    assert [one.content["retired"] for one in versions] == [False, True, False]


async def test_the_last_theme_cannot_be_retired(house: House, editor: int) -> None:
    outcomes = [
        await retire_theme(house.database, one.id, retired=True, by=editor, now=START)
        for one in await theme_entries(house.database)
    ]
    assert outcomes.count(None) == len(outcomes) - 1 and outcomes[-1] is ThemeFault.LAST


async def test_a_direction_is_retired_and_comes_back(house: House, editor: int) -> None:
    database, change = house.database, {"by": editor, "now": START}
    await save_direction(database, None, "Mobilités", "op-1", **change)
    (direction,) = await list_directions(database)
    theme, _ = await entry(house, "transports")
    await change_theme(database, theme, "Transports", direction.id, upon=0, **change)
    assert [one.themes for one in await list_directions(database)] == [("Transports",)]
    assert await save_direction(database, direction.id, "Transports et mobilités", "", **change) is None
    assert await retire_direction(database, direction.id, retired=True, **change) is None
    assert await direction_of(database, "transports") == ""
    assert await retire_direction(database, direction.id, retired=False, **change) is None
    assert await direction_of(database, "transports") == "Transports et mobilités"
    assert len(await versions_of(database, Versioned.DIRECTION, direction.id)) == 4
    for fault, work in (
        (ThemeFault.NO_NAME, save_direction(database, None, "", "op", **change)),
        (ThemeFault.LONG_NAME, save_direction(database, None, "x" * 121, "op", **change)),
        (ThemeFault.UNKNOWN, save_direction(database, 99, "Autre", "op", **change)),
        (ThemeFault.UNKNOWN, retire_direction(database, 99, retired=True, **change)),
    ):
        assert await work is fault


async def test_somebody_answers_for_one_theme_more_and_less(house: House) -> None:
    new = NewAccount("r@grandest.fr", "Rose", frozenset({Role.REFERENT}), frozenset({"sport"}))
    done = await staff.add(house.database, house.keys, new, by=None, op="r", now=START)
    assert not isinstance(done, StaffFault)
    for theme, answers, fault in (
        ("transports", True, None),
        ("sport", False, None),
        ("transports", False, StaffFault.NO_THEME),
        ("nulle-part", True, StaffFault.UNKNOWN_THEME),
    ):
        told = await staff.put_in_charge(house.database, done[0], theme, answers=answers, by=None, now=START)
        assert told is fault, theme
    found = await theme_entries(house.database)
    assert {one.slug for one in found if one.referents == ((done[0], "Rose"),)} == {"transports"}
