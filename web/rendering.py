"""Turns templates and view models into pages."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, JSONResponse

from channels.encoding import plain_tally
from realtime.refusals import Refusal
from web.assets import Assets, load_assets
from web.catalogue import Catalogue, Language, load_catalogue
from web.citizen.time_left import countdown
from web.frame import Frame
from web.written import language_written

TEMPLATES = Path(__file__).parent / "templates"

_INVERSION = re.compile(r"\b\w{1,16}(?:-t)?-(?:elle|il|on|elles|ils|vous|nous|je|ce)\b")


def _heading(typography: Callable[[str], str]) -> Callable[[str], Markup]:
    """A title that never breaks inside an inverted question such as « mise-t-elle »."""

    def heading(text: str) -> Markup:
        safe = str(escape(typography(text)))
        return Markup(_INVERSION.sub(r'<span class="together">\g<0></span>', safe))  # noqa: S704 - escaped

    return heading


_UNFRAMED = Frame()


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders pages in one language; built once, at start, and framed anew for each request."""

    environment: Environment
    catalogue: Catalogue
    assets: Assets
    frame: Frame = _UNFRAMED

    def page(
        self,
        template: str,
        context: Mapping[str, Any],
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> HTMLResponse:
        """A page for one person: caches may keep it only to ask again, those of a kiosk not at all."""
        body = self.environment.get_template(template).render({"frame": self.frame, **context})
        return self.answer(body, status=status, headers=headers)

    def answer(
        self, body: str, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> HTMLResponse:
        """A page that was rendered, with what caches are told of it."""
        told = {
            "cache-control": "no-store" if self.frame.kiosk else "private, no-cache",
            "content-language": str(self.catalogue.language),
            "vary": "accept-language, cookie",
        }
        return HTMLResponse(body, status, {**told, **(headers or {})})

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
        context: dict[str, Any] = {"heading": heading, "told": told, "incident": number, "profile": "none"}
        context["is_down"] = status == 503
        return self.page("error.html", context, status=status, headers=headers)

    def refusal(self, status: int, code: Refusal) -> JSONResponse:
        """The same for a program: the code, and the sentence it may show."""
        told = {"code": str(code), "message": self.catalogue.refusal(code)}
        return JSONResponse(told, status, {"cache-control": "no-store"})


def _family(status: int) -> str:
    return "500" if status >= 500 else "400"


def _written_in_french(language: Language) -> Markup:
    """The attribute of elements that hold what the Région wrote, on a page of another language."""
    return Markup() if language is Language.FRENCH else Markup(' lang="fr"')


def _written(language: Language) -> Callable[[str], Markup]:
    """The attribute of an element that holds what a citizen wrote, in whichever language that is."""

    def written(text: str) -> Markup:
        found = language_written(text)
        return Markup() if found is language else Markup(f' lang="{found}"')  # noqa: S704 - one of ours

    return written


class _Languages(Mapping[Language, Pages]):
    """The pages of a language are there once somebody has asked for it: a start waits for French alone."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets
        self._loaded = {Language.FRENCH: _pages(assets, load_catalogue(Language.FRENCH))}

    def __getitem__(self, language: Language) -> Pages:
        if language not in self._loaded:
            self._loaded[language] = _pages(self._assets, load_catalogue(language))
        return self._loaded[language]

    def __iter__(self) -> Iterator[Language]:
        return iter(Language)

    def __len__(self) -> int:
        return len(Language)


@cache
def load_pages() -> Mapping[Language, Pages]:
    """The pages in every language; loaded once, and a template is compiled when it is first shown."""
    return _Languages(load_assets())


def _pages(assets: Assets, catalogue: Catalogue) -> Pages:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(catalogue.translations, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(
        number=catalogue.number,
        heading=_heading(catalogue.typography),
        percent=catalogue.percent,
        typo=catalogue.typography,
        moment=catalogue.moment,
        appointment=catalogue.appointment,
        day=catalogue.day,
        countdown=countdown,
    )
    environment.globals.update(
        plain_tally=plain_tally,
        say=catalogue.say,
        voters_word=catalogue.voters,
        theme_name=catalogue.theme,
        written_in_french=_written_in_french(catalogue.language),
        written=_written(catalogue.language),
        words=catalogue.for_the_browser(),
        console_words=catalogue.sections.get("browser", {}),
        theme_told=catalogue.sections["theme-told"],
        choices={name: catalogue.sections[name] for name in ("departement", "sex-choice", "age")},
        assets=assets,
        language=catalogue.language,
        languages=list(Language),
    )
    return Pages(environment, catalogue, assets)
