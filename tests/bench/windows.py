"""Real browser windows of an evening, screens and telephones, and what their pages note of themselves."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from realtime.tally import Hall
from tests.bench.servers import resident_kib
from tests.journeys.booth import Booth
from tests.journeys.conftest import FLAGS, SPEAKS_FRENCH, chromium
from tests.running import DEADLINE

NOTES_TURNS = """{
  globalThis.turns = {};
  const shown = () => document.body?.dataset.step || document.querySelector("#scene .act")?.dataset.step;
  const look = () => {
    const step = shown();
    if (!step || turns[step]) return;
    turns[step] = { put: Date.now() };
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => (turns[step].drawn = Date.now());
      port2.postMessage(0);
    });
  };
  const what = { subtree: true, childList: true, attributes: true, attributeFilter: ["data-step"] };
  new MutationObserver(look).observe(document, what);
}"""
"""When each step was first put on, and when its first frame had been made, by the machine's one clock, in ms."""

NOTES_FRAMES = """{
  globalThis.seconds = [];
  let [frames, since] = [0, performance.now()];
  const frame = (now) => {
    frames += 1;
    if (now - since >= 1000) {
      const on = document.querySelector(".scene.is-on")?.className.match(/scene-(\\w+)/);
      seconds.push([on?.[1] ?? "", (frames * 1000) / (now - since)]);
      [frames, since] = [0, now];
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""
"""What was on in each second, and how many frames it had."""


@contextmanager
def browser() -> Iterator[Browser]:
    path = chromium()
    assert path, "there is no Chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=[*FLAGS, SPEAKS_FRENCH])
        yield opened
        opened.close()


def open_window(opened: Browser, url: str, notes: str, size: tuple[int, int] = (1920, 1080)) -> Page:
    """A window of its own, as in a browser of its own."""
    width, height = size
    context = opened.new_context(viewport={"width": width, "height": height}, service_workers="block")
    context.add_init_script(notes)
    page = context.new_page()
    page.goto(url)
    return page


def open_screen(opened: Browser, url: str, hall: Hall, booth: Booth, by: int, notes: str) -> Page:
    """The paired screen of a hall."""
    page = open_window(opened, f"{url}/ecran/{hall}", notes)
    booth.confirm(page, hall, by)
    page.locator("body[data-state=paired]").wait_for(timeout=DEADLINE * 1000)
    return page


@dataclass(frozen=True)
class Held:
    """What a page holds once its garbage is collected, and what all the browser's processes do."""

    heap_mb: float
    nodes: float
    listeners: float
    laid_out: float
    resident_mb: float

    def __str__(self) -> str:
        return (
            f"{self.heap_mb:.2f} MB, {self.nodes:.0f} nodes, {self.listeners:.0f} listeners, "
            f"{self.laid_out:.0f} laid out, browser {self.resident_mb:.0f} MB"
        )


def held(page: Page, session: CDPSession) -> Held:
    """``session`` is of the page."""
    for _ in range(2):  # what the first leaves to finalizers
        session.send("HeapProfiler.collectGarbage")
    told: list[Mapping[str, float]] = session.send("Performance.getMetrics")["metrics"]
    metrics = {str(one["name"]): float(one["value"]) for one in told}
    assert page.context.browser is not None
    system = page.context.browser.new_browser_cdp_session()
    processes = system.send("SystemInfo.getProcessInfo")["processInfo"]
    system.detach()
    return Held(
        metrics["JSHeapUsedSize"] / 1e6,
        metrics["Nodes"],
        metrics["JSEventListeners"],
        metrics["LayoutObjects"],
        sum(resident_kib(int(one["id"])) for one in processes) / 1024,
    )
