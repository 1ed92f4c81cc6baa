"""What the home page makes a phone load: bounded, compressed as a proxy does it."""

import gzip
import re

import pytest

from web.assets import DIST, load_assets

KB = 1024
MOST_SCRIPT = 60 * KB
MOST_STYLE = 40 * KB

needs_build = pytest.mark.skipif(not (DIST / "manifest.json").exists(), reason="nothing was built")


def weight(name: str) -> int:
    return len(gzip.compress((load_assets().folder / name).read_bytes(), 6, mtime=0))


def with_what_it_brings(name: str, found: frozenset[str] = frozenset()) -> frozenset[str]:
    """A built script and all the scripts that it imports."""
    text = (load_assets().folder / name).read_text(encoding="utf-8")
    found |= {name}
    for other in re.findall(r'(?:from|import)\s*"\./([\w-]+\.js)"', text):
        if other not in found:
            found |= with_what_it_brings(other, found)
    return found


@needs_build
def test_the_script_of_every_page_is_at_most_60_kb() -> None:
    scripts = with_what_it_brings(load_assets().scripts["main"].rpartition("/")[2])
    assert 5 * KB < sum(map(weight, scripts)) <= MOST_SCRIPT


@needs_build
def test_the_style_is_at_most_40_kb() -> None:
    styles = load_assets().styles
    assert styles is not None
    assert 2 * KB < weight(styles.rpartition("/")[2]) <= MOST_STYLE


@needs_build
def test_the_worker_is_small_and_keeps_the_scripts_style_and_fonts_of_citizens_pages_and_no_others() -> None:
    worker = (DIST / "sw.js").read_text(encoding="utf-8")
    assert len(gzip.compress(worker.encode(), 6)) <= 4 * KB
    assets = load_assets()
    built = {file.name for file in assets.folder.iterdir() if file.suffix != ".txt"}
    pages = [name for name in assets.scripts if not name.startswith(("console", "screen"))]
    brought = (with_what_it_brings(assets.scripts[name].rpartition("/")[2]) for name in pages)
    scripts = frozenset().union(*brought)
    styles = {name for name in built if name.startswith("main") or name.endswith(".woff2")}
    kept = {name for name in built if f'"/static/{name}"' in worker}
    assert kept == scripts | styles
    assert any(name.startswith("shared") for name in built - kept), "what staff and screens share stays there"
