"""What translators work with: the templates' French goes into a .po file a language, and what is wrong is told.

python -m web.translation update    # ./dev fix does it
python -m web.translation check     # ./dev check does it
"""

import argparse
import json
import re
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes
from jinja2.ext import babel_extract

from web.catalogue import FOLDER, Language

ROOT = Path(__file__).parent.parent
TEMPLATES = Path(__file__).parent / "templates"

PROPER_NAMES = ("Imagin'Est",)
"""Words that may stand in a template as they are: they are the same in every language."""

HEADER = r"""msgid ""
msgstr ""
"Language: {language}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""
"""No dates and no names, which would make every change a conflict."""

_KEYWORDS = ("_", "gettext", "pgettext", "ngettext", "npgettext")
_OPTIONS = {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}
_PLACEHOLDER = re.compile(r"%\((\w+)\)s|%%")
_LONE_PER_CENT = re.compile(r"%(?!\(\w+\)s)")
_TAG = re.compile(r"<[^>]*>")
_ADDRESS_LANGUAGE = re.compile(r"\.(?:fr|de|en)(?=\")")
FRENCH_ALONE = ("console", "screens")
"""The folders of the pages that only staff or a whole hall read: French, and in no other language's catalogue."""

_LETTER = re.compile(r"[^\W\d_]")
_SPOKEN_ATTRIBUTES = {"aria-label", "aria-description", "title", "alt", "placeholder"}
_ATTRIBUTE = re.compile(r'[\w-]+="[^"]*"')
_CLASSES = "page"
"""The block in which a template names the classes of its page."""

_HOLE = "\ufffc"
"""Stands where a template has an expression."""


@dataclass(frozen=True, slots=True)
class Message:
    """A French sentence of a template; ``context`` tells apart what is the same in French only."""

    text: str
    context: str | None
    file: str


def messages(templates: Path = TEMPLATES) -> list[Message]:
    """All that the citizens' templates say, by file and in the order of the page.

    Raises ValueError for plural forms, which belong into the sections of the .json files.
    """
    found = []
    pages = [
        path for path in templates.rglob("*.html") if path.relative_to(templates).parts[0] not in FRENCH_ALONE
    ]
    for path in sorted(pages, key=lambda path: path.as_posix()):
        name = path.relative_to(templates.parent.parent).as_posix()
        for line, function, told, _ in babel_extract(BytesIO(path.read_bytes()), _KEYWORDS, (), _OPTIONS):
            parts = (
                (told,) if isinstance(told, str) else tuple(part for part in told or () if part is not None)
            )
            match function, parts:
                case "pgettext", (str(context), str(text)):
                    found.append(Message(text, context, name))
                case (("gettext" | "_"), (str(text),)):
                    found.append(Message(text, None, name))
                case _:
                    raise ValueError(f"{name}:{line}: {function} of {told!r} is not for templates")
    return found


def template_of(said: Iterable[Message]) -> Catalog:
    """The messages as a catalogue without translations."""
    catalog = Catalog(fuzzy=False)
    for message in said:
        catalog.add(message.text, locations=[(message.file, 0)], context=message.context)
    return catalog


def parsed(language: Language, folder: Path = FOLDER) -> Catalog:
    path = folder / f"{language}.po"
    with BytesIO(path.read_bytes() if path.exists() else b"") as file:
        return read_po(file, locale=str(language))


def updated(catalog: Catalog, template: Catalog) -> Catalog:
    """Has just the messages of ``template``; where one was reworded, the old translation stays, marked fuzzy."""
    for message in catalog:
        # What a sentence was before its rewording is read by the library as a remark of the translator's.
        message.user_comments = [said for said in message.user_comments if not said.startswith("|")]
    catalog.update(template, update_creation_date=False)
    return catalog


def written(catalog: Catalog, language: Language) -> str:
    body = BytesIO()
    write_po(
        body, catalog, width=100, omit_header=True, sort_by_file=True, ignore_obsolete=True,
        include_previous=True, include_lineno=False,
    )  # fmt: skip
    return HEADER.format(language=language) + body.getvalue().decode()


# --- what is wrong


def faults(folder: Path = FOLDER, templates: Path = TEMPLATES) -> list[str]:
    """Each a line that says where, and what is to be done."""
    template = template_of(messages(templates))
    found = [fault for path in sorted(templates.rglob("*.html")) for fault in _unspoken(path, templates)]
    french = _sections(Language.FRENCH, folder)
    for language in Language:
        if language is not Language.FRENCH:
            name = f"{language}.po"
            found += [f"{name}: {fault}" for fault in _message_faults(parsed(language, folder), template)]
            found += [f"{language}.json: {f}" for f in _section_faults(_sections(language, folder), french)]
    return found


def _message_faults(catalog: Catalog, template: Catalog) -> Iterator[str]:
    for message in template:
        translated = catalog.get(message.id, message.context) if message.id else None
        if message.id and translated is None:
            yield f"not there yet, ./dev fix adds it: {message.id!r} ({_files(message)})"
        elif translated is not None and not translated.string:
            yield f"to be translated: {message.id!r} ({_files(message)})"
        elif translated is not None and translated.fuzzy:
            yield f"reworded in French, look and take the mark fuzzy away: {message.id!r} ({_files(message)})"
        elif translated is not None:
            yield from _differences(str(message.id), str(translated.string))
    for message in catalog:
        if message.id and template.get(message.id, message.context) is None:
            yield f"no template says it any more, ./dev fix takes it away: {message.id!r}"


def _files(message: Any) -> str:
    return ", ".join(sorted({file for file, _ in message.locations}))


def _differences(french: str, other: str) -> Iterator[str]:
    """Placeholders and tags must be the same, in any order; a tag's address may be the page in the language."""
    if _LONE_PER_CENT.search(other.replace("%%", "")):
        yield f"a per cent sign is written %%: {other!r}"
    names = [sorted(set(_PLACEHOLDER.findall(text)) - {""}) for text in (french, other)]
    if names[0] != names[1]:
        yield f"other placeholders than in French, {names[0]}: {other!r}"
    tags = [sorted(_TAG.findall(_ADDRESS_LANGUAGE.sub("", text))) for text in (french, other)]
    if tags[0] != tags[1]:
        yield f"other tags than in French, {tags[0]}: {other!r}"


def _sections(language: Language, folder: Path) -> Mapping[str, Mapping[str, Any]]:
    path = folder / f"{language}.json"
    sections: Mapping[str, Mapping[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return sections


def _section_faults(
    sections: Mapping[str, Mapping[str, Any]], french: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    entries = [{(s, e) for s, section in one.items() for e in section} for one in (french, sections)]
    for section, entry in sorted(entries[0] - entries[1]):
        yield f"to be translated: {section}.{entry}, {french[section][entry]!r}"
    for section, entry in sorted(entries[1] - entries[0]):
        yield f"not in fr.json: {section}.{entry}"
    for section, entry in sorted(entries[0] & entries[1]):
        yield from _entry_faults(f"{section}.{entry}", sections[section][entry], french[section][entry])


def _entry_faults(name: str, words: Any, french: Any) -> Iterator[str]:
    """Any language may have one form for all numbers where another has two."""
    for form, text in _forms(words).items():
        if not text:
            yield f"to be translated: {name}"
        elif _fields(text) - _fields(_forms(french)["other"]):
            yield f"other placeholders than in French: {name}, {text!r}"
        elif form == "other" and _fields(text) != _fields(_forms(french)["other"]):
            yield f"other placeholders than in French: {name}, {text!r}"


def _forms(words: Any) -> dict[str, str]:
    return dict(words) if isinstance(words, dict) else {"other": str(words)}


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


class _Unspoken(HTMLParser):
    """Gathers what a page says by itself, outside of any catalogue."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self._note(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in _SPOKEN_ATTRIBUTES and value:
                self._note(value)

    def _note(self, text: str) -> None:
        """A macro may write attributes only: that is not said to anybody."""
        for name in PROPER_NAMES:
            text = text.replace(name, "")
        pieces = [piece.strip() for piece in _ATTRIBUTE.sub("", text).split(_HOLE)]
        self.found += [piece for piece in pieces if _LETTER.search(piece)]


def _unspoken(path: Path, templates: Path) -> Iterator[str]:
    """Words of a template that stand outside of ``trans`` and ``_()``."""
    environment = Environment(extensions=["jinja2.ext.i18n"])  # noqa: S701 - parses only
    page = "".join(_raw(environment.parse(path.read_text(encoding="utf-8"))))
    reader = _Unspoken()
    reader.feed(page)
    reader.close()
    name = path.relative_to(templates.parent.parent).as_posix()
    for text in reader.found:
        yield f"{name}: words outside of trans and _(): {text!r}"


def _raw(tree: nodes.Node) -> Iterator[str]:
    """What stands outside of expressions, in the order of the page, without its classes."""
    if isinstance(tree, nodes.Block) and tree.name == _CLASSES:
        return
    if isinstance(tree, nodes.Output):
        for piece in tree.nodes:
            yield piece.data if isinstance(piece, nodes.TemplateData) else _HOLE
    for inner in tree.iter_child_nodes():
        yield from _raw(inner)


# --- the two verbs


def update(folder: Path = FOLDER, templates: Path = TEMPLATES) -> None:
    for language in Language:
        if language is not Language.FRENCH:
            catalog = updated(parsed(language, folder), template_of(messages(templates)))
            (folder / f"{language}.po").write_text(written(catalog, language), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m web.translation", description=__doc__)
    parser.add_argument("verb", choices=("update", "check"))
    if parser.parse_args().verb == "update":
        update()
        return 0
    found = faults()
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
