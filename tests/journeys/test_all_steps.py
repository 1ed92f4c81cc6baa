"""A show with a step of every kind, on a hall's screen and on a telephone: for everybody, and without motion."""

import secrets
from dataclasses import replace
from itertools import cycle

import pytest
from playwright.sync_api import BrowserContext, expect

from storage.posts import submit
from storage.values import Provenance
from storage.values_events import Palette, StepContent, StepKind
from storage.values_posts import Moderation, NewPost, Post, PostingRules, PostKind
from storage.values_show import Gesture
from tests.journeys.axe import Axe
from tests.journeys.booth import HOUR, REVEAL, Booth, now, screen, shown
from tests.journeys.waiting import until
from tests.shows import METZ, QUESTION, THANKS, WAITING, Launch

pytestmark = pytest.mark.usefixtures("free_halls")

NOTES_MOTION = """{
    window.moved = [];
    const note = (event) => moved.push(`${event.type} ${event.animationName || event.propertyName}`);
    for (const kind of ["animationstart", "transitionrun"]) addEventListener(kind, note, true);
}"""
MOVES = """[...moved, ...document.getAnimations().map(
    one => one.animationName ?? one.transitionProperty ?? "animate"
)]"""


def ideas(booth: Booth, show: Launch) -> None:
    """What three people of Metz propose."""

    async def propose() -> None:
        keys, rules = booth.two.nodes[0].keys, PostingRules(Moderation.AFTER)
        for text in ("Ouvrir la piscine le soir", "Planter des arbres le soir", "Des bus la nuit"):
            author, op = keys.author(secrets.token_bytes(16)), secrets.token_hex(8)
            new = NewPost(PostKind.IDEA, text, author, op, "sport", hall=METZ)
            assert isinstance(await submit(booth.database, keys, new, rules, now()), Post)

    booth.do(propose())


def test_every_kind_of_step_is_for_everybody_on_the_screen_and_on_a_telephone_and_moves_for_nobody_who_minds(
    booth: Booth, hall: BrowserContext, other_hall: BrowserContext
) -> None:
    kinds = StepKind
    contents = [
        replace(WAITING, text="La soirée commence dans un instant."),
        StepContent(kinds.COUNTDOWN, "Ensemble", "Éteignez vos lampes.", at=now() + HOUR),
        StepContent(kinds.FILM, film=booth.film()),
        StepContent(kinds.STREAM, "Le direct", stream="https://video.example/direct"),
        replace(REVEAL, text="Le nom de votre application."),
        replace(QUESTION, text="Chaque voix compte."),
        StepContent(kinds.HALLS, "Salle par salle"),
        StepContent(kinds.IDEAS, "Vos idées"),
        StepContent(kinds.WORDS, "Vos mots"),
        StepContent(kinds.RESULTS, "Le résultat"),
        replace(THANKS, text="Le vote continue sur votre téléphone."),
        StepContent(kinds.BLACK),
    ]
    assert {one.kind for one in contents} == set(kinds)
    show = booth.event(
        *[replace(one, palette=palette) for one, palette in zip(contents, cycle(Palette), strict=False)],
        provenance=Provenance.SIMULATED,
    )
    url = booth.two.nodes[0].url
    for context in (hall, other_hall):
        context.add_init_script(NOTES_MOTION)
    wall, phone = screen(hall, url, METZ, booth, show.by), other_hall.new_page()
    phone.set_viewport_size({"width": 360, "height": 780})
    for page in (wall, phone):
        page.emulate_media(reduced_motion="reduce")
    phone.goto(f"{url}/evenements/{show.event}")
    expect(phone.locator("body")).to_have_attribute("data-connected", "true")
    wall.evaluate("moved.length = 0")
    faults: dict[str, str] = {}
    for number, (content, step) in enumerate(zip(contents, show.steps, strict=True)):
        booth.go(show, Gesture.NEXT if number else Gesture.LAUNCH)
        shown(wall, step)
        phone.locator(f'.act[data-step="{step}"]').wait_for()
        if content.kind is kinds.TOPIC:
            booth.vote(url, show, 12)
            ideas(booth, show)
            expect(wall.locator('.is-on .duel-voters [data-figure="voters"]')).to_have_text("12")
        on_screen = Axe().run(wall)
        faults[f"screen {content.kind}"] = on_screen.generate_report() if on_screen.violations_count else ""
        faults[f"telephone {content.kind}"] = Axe().by_day_and_night(phone)
        for name, page in (("screen", wall), ("telephone", phone)):
            faults[f"{name} {content.kind} moves"] = ", ".join(page.evaluate(MOVES))
    assert {where: told for where, told in faults.items() if told} == {}
    wall.emulate_media(reduced_motion="no-preference")
    booth.go(show, Gesture.JUMP, show.steps[[one.kind for one in contents].index(kinds.REVEAL)])
    until(wall, "() => moved.length > 0")
    phone.locator(".act-text").evaluate("text => text.style.color = '#17407f'")
    assert "color-contrast" in Axe().by_day_and_night(phone), "it would be seen"
