"""Templates compiled once for a whole run: each of its processes would compile them all again."""

from jinja2 import FileSystemBytecodeCache

from tests.once import folder
from web import rendering
from web.assets import Assets
from web.catalogue import Catalogue


def share() -> None:
    """Have this process's pages kept there, each language by itself: its words may be computed in them."""
    make = rendering._pages

    def pages(assets: Assets, catalogue: Catalogue) -> rendering.Pages:
        made = make(assets, catalogue)
        place = folder()
        if place is not None:
            made.environment.bytecode_cache = FileSystemBytecodeCache(str(place), f"%s.{catalogue.language}")
        return made

    rendering._pages = pages
