"""Axe, which looks for what keeps people out of a page."""

from typing import Any

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe as EveryRule
from playwright.sync_api import Page

IS_NIGHT = "matchMedia('(prefers-color-scheme: dark)').matches"
OF_COLOURS = ["color-contrast", "link-in-text-block"]
ONLY_FAULTS = {"resultTypes": ["violations"]}


RUN = "options => axe.run(options)"


class Axe:
    """Every rule by day; by night, when a page has the same elements in other colours, those on colours."""

    def run(self, page: Page) -> AxeResults:
        options: dict[str, Any] = dict(ONLY_FAULTS)
        if page.evaluate(IS_NIGHT):
            options["runOnly"] = {"type": "rule", "values": OF_COLOURS}
        if page.evaluate("typeof axe === 'undefined'"):  # half a megabyte: once for each page is enough
            page.evaluate(EveryRule().axe_script)
        return AxeResults(page.evaluate(RUN, options))
