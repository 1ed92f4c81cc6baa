"""What the front end's build left behind: hashed addresses and the map of the départements."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DIST = Path(__file__).parent / "dist"


@dataclass(frozen=True, slots=True)
class Shape:
    """One département on the map: an SVG path, and the point where its number stands."""

    code: str
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class RegionMap:
    view_box: str
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Assets:
    """Nothing was built where there are no scripts and ``styles`` is None: the pages then work unadorned."""

    scripts: Mapping[str, str]
    """By name: ``main`` is every page's, others are brought by the pages that need them."""
    styles: str | None
    console_styles: str | None
    screen_styles: str | None
    screen_files: tuple[str, ...]
    """All that a hall's screen needs to be shown again without a network."""
    map: RegionMap
    folder: Path
    rude: Mapping[str, int]
    """French words and phrases with how sure it is that they are rude, from 0 to 2."""


def load_assets(folder: Path = DIST) -> Assets:
    manifest = _read(folder / "manifest.json")
    drawn = _read(folder / "map.json")
    shapes = tuple(
        Shape(item["code"], item["path"], float(item["x"]), float(item["y"]))
        for item in drawn.get("departements", [])
    )
    return Assets(
        scripts={
            name.removesuffix(".js"): address for name, address in manifest.items() if name.endswith(".js")
        },
        styles=manifest.get("main.css"),
        console_styles=manifest.get("console.css"),
        screen_styles=manifest.get("screen.css"),
        screen_files=tuple(manifest.get("screen.files", ())),
        map=RegionMap(drawn.get("viewBox", "0 0 1 1"), shapes),
        folder=folder / "assets",
        rude={word: int(rating) for word, rating in _read(folder / "rude.json").items()},
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return content
