"""The translators' tool: what it takes from the templates, and what it finds wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from web.catalogue import FOLDER, Language
from web.translation import (
    TEMPLATES,
    Message,
    faults,
    messages,
    parsed,
    template_of,
    update,
    updated,
    written,
)

PAGE = """<h1 class="x">{% trans %}Bonjour{% endtrans %}</h1>
<p title="{{ _("Un titre") }}">{% trans n=3 %}<b>{{ n }}</b> avis,
  75 % de plus{% endtrans %}</p>
<p>{{ pgettext("verb", "Vote") }}</p>"""
SECTIONS: dict[str, dict[str, Any]] = {"live": {"n": {"one": "{n} avis", "other": "{n} avis"}, "t": "{a}"}}
GERMAN = {
    "Bonjour": "Guten Tag",
    "Un titre": "Ein Titel",
    "<b>%(n)s</b> avis, 75 %% de plus": "75 %% Plus, <b>%(n)s</b> Meinungen",
    "Vote": "Stimme ab",
}


class Desk:
    """A small house of templates and catalogues in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.templates = folder / "web" / "templates"
        self.locale = folder / "locale"
        self.templates.mkdir(parents=True)
        self.locale.mkdir()
        self.say(PAGE)
        for language in Language:
            self.tell(language, SECTIONS)
        self.update()
        for language in (Language.GERMAN, Language.ENGLISH):
            self.translate(language, GERMAN)

    def say(self, page: str) -> None:
        (self.templates / "page.html").write_text(page)

    def tell(self, language: Language, sections: dict[str, dict[str, Any]]) -> None:
        (self.locale / f"{language}.json").write_text(json.dumps(sections))

    def update(self) -> None:
        update(self.locale, self.templates)

    def po(self, language: Language = Language.GERMAN) -> Path:
        return self.locale / f"{language}.po"

    def translate(self, language: Language, words: dict[str, str]) -> None:
        catalog = parsed(language, self.locale)
        for message in catalog:
            if message.id in words:
                message.string = words[str(message.id)]
        self.po(language).write_text(written(catalog, language))

    @property
    def faults(self) -> list[str]:
        return faults(self.locale, self.templates)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_template_is_taken_apart_as_its_reader_meets_it(desk: Desk) -> None:
    file = "web/templates/page.html"
    assert messages(desk.templates) == [
        Message("Bonjour", None, file),
        Message("Un titre", None, file),
        Message("<b>%(n)s</b> avis, 75 %% de plus", None, file),
        Message("Vote", "verb", file),
    ]


def test_what_is_whole_has_no_fault(desk: Desk) -> None:
    assert desk.faults == []


def test_a_new_sentence_is_told_until_it_is_translated(desk: Desk) -> None:
    desk.say(PAGE + "<p>{% trans %}Du tout nouveau{% endtrans %}</p>")
    [german, _] = desk.faults
    assert german.startswith("de.po: not there yet") and "templates/page.html" in german
    desk.update()
    [german, _] = desk.faults
    assert german.startswith("de.po: to be translated: 'Du tout nouveau'")
    for language in (Language.GERMAN, Language.ENGLISH):
        desk.translate(language, {"Du tout nouveau": "Ganz neu"})
    assert desk.faults == []


def test_a_reworded_sentence_keeps_its_translation_to_be_looked_at(desk: Desk) -> None:
    desk.say(PAGE.replace("Un titre", "Un titre long"))
    desk.update()
    text = desk.po().read_text()
    assert '#, fuzzy\n#| msgid "Un titre"\nmsgid "Un titre long"\nmsgstr "Ein Titel"' in text
    assert any("take the mark fuzzy away: 'Un titre long'" in fault for fault in desk.faults)


def test_what_no_template_says_any_more_goes(desk: Desk) -> None:
    desk.say(PAGE.replace("{% trans %}Bonjour{% endtrans %}", ""))
    assert any("no template says it any more" in fault for fault in desk.faults)
    desk.update()
    assert desk.faults == []
    assert "Guten Tag" not in desk.po().read_text()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("75 %% Plus, <b>%(m)s</b>", "other placeholders"),
        ("75 %% Plus, %(n)s", "other tags"),
        ("75 %% Plus, <i>%(n)s</i>", "other tags"),
        ("75 % Plus, <b>%(n)s</b>", "a per cent sign is written %%"),
    ],
)
def test_a_translation_that_would_break_the_page_is_told(desk: Desk, wrong: str, told: str) -> None:
    desk.translate(Language.GERMAN, {"<b>%(n)s</b> avis, 75 %% de plus": wrong})
    [fault] = desk.faults
    assert told in fault


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<p>Bonjour</p>", "Bonjour"),
        ('<p aria-label="Bonjour {{ name }}"></p>', "Bonjour"),
        ("{% if yes %}<p>{{ name }} vote</p>{% endif %}", "vote"),
        ("<p>rendez-vous</p>", "rendez-vous"),
        ("{% block content %}page-error page-offline{% endblock %}", "page-error page-offline"),
        ("{% macro data() %}data-x=\"{{ name }}\"{% endmacro %}<i title='Non'></i>", "Non"),
    ],
)
def test_words_outside_of_the_catalogues_are_told(desk: Desk, page: str, words: str) -> None:
    desk.say(PAGE + page)
    assert desk.faults == [f"web/templates/page.html: words outside of trans and _(): {words!r}"]


def test_names_classes_and_data_need_no_translation(desk: Desk) -> None:
    for classes in ("page-home", "page-topic page-arguments", "page-error{{ ' page-offline' if name }}"):
        desk.say(
            PAGE
            + f'<h2>Imagin\'Est</h2>{{% block page %}}{classes}{{% endblock %}}<p class="leger">{{{{ name }}}}</p>'
        )
        assert desk.faults == []


@pytest.mark.parametrize(
    ("live", "told"),
    [
        ({"t": "{a}"}, "to be translated: live.n"),
        ({"n": "{n} x", "t": "{a}", "u": ""}, "not in fr.json: live.u"),
        ({"n": "{n} x", "t": "{b}"}, "other placeholders than in French: live.t"),
        ({"n": {"one": "eine", "other": "viele"}, "t": "{a}"}, "other placeholders than in French: live.n"),
        ({"n": "{n} x", "t": ""}, "to be translated: live.t"),
    ],
)
def test_sections_have_the_same_entries_and_placeholders(desk: Desk, live: dict[str, Any], told: str) -> None:
    desk.tell(Language.GERMAN, {"live": live})
    [fault] = desk.faults
    assert fault.startswith(f"de.json: {told}")


def test_one_form_may_leave_its_number_out(desk: Desk) -> None:
    desk.tell(Language.GERMAN, {"live": {"n": {"one": "eine", "other": "{n} x"}, "t": "{a}"}})
    assert desk.faults == []


def test_plurals_do_not_belong_into_templates(desk: Desk) -> None:
    desk.say("{% trans n=2 %}un{% pluralize %}deux{% endtrans %}")
    with pytest.raises(ValueError, match="not for templates"):
        messages(desk.templates)


@pytest.mark.parametrize("language", [Language.GERMAN, Language.ENGLISH])
def test_the_files_are_as_the_tool_writes_them(language: Language) -> None:
    template = template_of(messages(TEMPLATES))
    now = (FOLDER / f"{language}.po").read_text(encoding="utf-8")
    assert written(updated(parsed(language), template), language) == now
