"""Turns templates and view models into pages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, JSONResponse

from channels.wire import plain_tally
from realtime.refusals import Refusal
from web.assets import Assets, load_assets
from web.catalogue import NARROW_SPACE, Catalogue, load_catalogue, number

TEMPLATES = Path(__file__).parent / "templates"

_BEFORE_SIGNS = re.compile(r"[ \u00a0]+(?=[?!;:»%])")
_INVERSION = re.compile(r"\w+(?:-t)?-(?:elle|il|on|elles|ils|vous|nous|je|ce)\b")
_AFTER_QUOTE = re.compile(r"(?<=«)[ \u00a0]+")


def typography(text: str) -> str:
    """French spacing: what must not stand at the beginning of a line is kept with the word before it."""
    return _AFTER_QUOTE.sub(NARROW_SPACE, _BEFORE_SIGNS.sub(NARROW_SPACE, text))


def heading(text: str) -> Markup:
    """A title that never breaks inside an inverted question such as « mise-t-elle »."""
    safe = str(escape(typography(text)))
    return Markup(_INVERSION.sub(r'<span class="together">\g<0></span>', safe))  # noqa: S704 - escaped above


def percent(value: int) -> str:
    """« 62 % »."""
    return f"{value}{NARROW_SPACE}%"


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders pages; built once, at start."""

    environment: Environment
    catalogue: Catalogue
    assets: Assets

    def page(
        self,
        template: str,
        context: Mapping[str, Any],
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> HTMLResponse:
        """A page for one person: caches may keep it only to ask again."""
        body = self.environment.get_template(template).render(context)
        return HTMLResponse(body, status, {"cache-control": "private, no-cache", **(headers or {})})

    def error(
        self,
        status: int,
        refusal: Refusal | None = None,
        headers: Mapping[str, str] | None = None,
        incident: str = "",
    ) -> HTMLResponse:
        """The page that says what went wrong and what to do next; ``incident`` finds it in the log."""
        known = str(status) if str(status) in self.catalogue.sections["error"] else _family(status)
        told = self.catalogue.say("error-told", known) if refusal is None else self.catalogue.refusal(refusal)
        number = self.catalogue.say("incident", "number", number=incident) if incident else ""
        heading = self.catalogue.say("error", known)
        context = {"heading": heading, "told": told, "incident": number, "profile": "none"}
        return self.page("error.html", context, status=status, headers=headers)

    def refusal(self, status: int, code: Refusal) -> JSONResponse:
        """The same for a program: the code, and the sentence it may show."""
        told = {"code": str(code), "message": self.catalogue.refusal(code)}
        return JSONResponse(told, status, {"cache-control": "no-store"})


def _family(status: int) -> str:
    return "500" if status >= 500 else "400"


def load_pages(assets: Assets | None = None) -> Pages:
    assets = assets or load_assets()
    catalogue = load_catalogue()
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=number, heading=heading, percent=percent, typo=typography)
    environment.globals.update(
        plain_tally=plain_tally,
        say=catalogue.say,
        voters_word=catalogue.voters,
        words=catalogue.for_the_browser(),
        choices={name: catalogue.sections[name] for name in ("departement", "sex-choice", "age")},
        assets=assets,
    )
    return Pages(environment, catalogue, assets)
