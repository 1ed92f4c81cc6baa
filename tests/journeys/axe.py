"""Axe, which looks for what keeps people out of a page; once loaded a page is looked at in every look."""

import json
from enum import StrEnum
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

IS_NIGHT = "matchMedia('(prefers-color-scheme: dark)').matches"
OF_COLOURS = ("color-contrast", "link-in-text-block")
"""The rules that need most of the time, and the only ones to which night is another page than day."""

MAIN = "main"
"""What a page has of its own: its head and foot are every page's, hidden while this is looked at."""

_ALONE = "is => document.body.toggleAttribute('data-alone', is)"
_ALONE_STYLE = "body[data-alone] > :not(main) { display: none !important; }"


_ALL = "part => document.querySelector(part)"
_KINDS = """part => {
    const kinds = new Map();
    for (const element of document.querySelector(part).querySelectorAll("*")) {
        const isWritten = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!isWritten && !element.matches("input, select, textarea")) continue;
        const { fontSize, fontWeight } = getComputedStyle(element);
        const kind = [fontSize, fontWeight];
        for (let each = element; each; each = each.parentElement) {
            const { color, backgroundColor, backgroundImage, opacity } = getComputedStyle(each);
            kind.push(each.localName, each.getAttribute("class"), color, backgroundColor, backgroundImage, opacity);
        }
        const name = kind.join();
        if (!kinds.has(name)) kinds.set(name, element);
    }
    return kinds.size ? { include: [...kinds.values()] } : document.querySelector(part);
}"""
"""One element of each kind that has words: in the same place, with the same ancestors and in the same colours."""


class Look(StrEnum):
    DAY = "day"
    NIGHT = "night"
    LARGE = "large"
    """Large type by night: what is hard alone is harder together."""


class Axe:
    """Every rule by day; by night, when a page has the same elements in other colours, those on colours.

    By day every element's colours are looked at, with what lies beneath and over it; by night each kind's.
    """

    def run(self, page: Page) -> AxeResults:
        if page.evaluate(IS_NIGHT):
            return _run(page, _only_colours(), _KINDS, "body")
        return _run(page, {})

    def by_day_and_night(self, page: Page) -> str:
        """What is wrong with a page, loaded once; by night its head and foot are left to other tests."""
        part = MAIN if page.locator(MAIN).count() else "body"
        page.emulate_media(color_scheme="light")
        by_day = _run(page, {})
        page.emulate_media(color_scheme="dark")
        by_night = _run(page, _only_colours(), _KINDS, part)
        page.emulate_media(color_scheme="light")
        return "".join(found.generate_report() for found in (by_day, by_night) if found.violations_count)

    def faults(self, page: Page, *, whole: bool) -> str:
        """What is wrong with a page in any look, its colours in ``main`` alone unless the ``whole`` is asked for.

        The page is left in the last look, with all its details open, in which everything may be too wide.
        """
        part = "body" if whole else MAIN
        told = ""
        page.add_style_tag(content=_ALONE_STYLE)
        for look in Look:
            wear(page, look)
            runs = []
            if look is not Look.NIGHT:
                runs.append(_run(page, _without_colours()))
            if look is not Look.LARGE:
                page.evaluate(_ALONE, not whole)
                runs.append(_run(page, _only_colours(), _KINDS if look is Look.NIGHT else _ALL, part))
                page.evaluate(_ALONE, False)
            for found in runs:
                if found.violations_count:
                    told += f"{look}: {found.generate_report()}\n"
        return told

    def faults_of_words(self, page: Page) -> str:
        """What another language may do to a page, whose colours are the same: all but these, open, in large type.

        The page is left in that look.
        """
        wear(page, Look.LARGE)
        found = _run(page, _without_colours())
        return found.generate_report() if found.violations_count else ""


def wear(page: Page, look: Look) -> None:
    page.emulate_media(color_scheme="light" if look is Look.DAY else "dark")
    page.evaluate(_DRESSED, look is Look.LARGE)


_DRESSED = """isLarge => {
    document.documentElement.classList.toggle("large-type", isLarge);
    document.querySelectorAll("details").forEach((each) => isLarge && (each.open = true));
}"""


def _only_colours() -> dict[str, Any]:
    return {"runOnly": {"type": "rule", "values": OF_COLOURS}}


def _without_colours() -> dict[str, Any]:
    return {"rules": {name: {"enabled": False} for name in OF_COLOURS}}


def _run(page: Page, options: dict[str, Any], which: str = "() => document", part: str = "") -> AxeResults:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    every = json.dumps({"resultTypes": ["violations"], "preload": False, **options})
    looked = f"part => axe.run(({which})(part), {every}).then(({{violations}}) => ({{violations}}))"
    return AxeResults(page.evaluate(looked, part))
