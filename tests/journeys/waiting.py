"""Waiting for what a page promises, where its security policy forbids what Playwright waits with."""

import time

from playwright.sync_api import Frame, Page

from tests.running import DEADLINE


def until(page: Page | Frame, promised: str, arg: object = None) -> None:
    """Wait until what the function promises is true.

    Playwright's ``wait_for_function`` evaluates an expression that is not true at first by ``eval``, which our
    pages forbid: such a test fails only now and then.
    """
    end = time.monotonic() + DEADLINE
    while not page.evaluate(promised, arg):
        assert time.monotonic() < end, promised
        page.wait_for_timeout(20)
