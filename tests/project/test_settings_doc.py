"""docs/settings.md names every setting with its default, and none besides."""

import re
from dataclasses import MISSING, Field, fields

import pytest

from server.settings import Settings
from tests.project.checkout import document, files, rows, sections, text_of

SETTINGS = {f"IMAGINEST_{setting.name.upper()}": setting for setting in fields(Settings)}
SECTIONS = sections(document("docs/settings.md"))
TABLE = {row[0].strip("`"): row[1:] for row in rows(SECTIONS["Settings"])}


def default_of(setting: "Field[object]") -> object:
    return setting.default if setting.default_factory is MISSING else setting.default_factory()


def test_the_table_has_every_setting_and_no_other_in_the_order_of_the_code() -> None:
    assert list(TABLE) == list(SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_has_its_default_and_a_meaning(name: str) -> None:
    default = default_of(SETTINGS[name])
    written, meaning = TABLE[name]
    if default in ("", (), None):
        assert written and "`" not in written, "what happens without it is said in words"
    else:
        assert written == f"`{default}`"
    assert len(meaning.split()) > 2


def test_every_variable_that_the_code_or_the_documents_name_is_in_the_document() -> None:
    documented = set(TABLE) | {row[0].strip("`") for row in rows(SECTIONS["The tests"])}
    named = {name for path in files() for name in re.findall(r"\bIMAGINEST_[A-Z_]*[A-Z]\b", text_of(path))}
    assert named <= documented
    assert {name for name in documented if name.startswith("IMAGINEST_")} <= named
