"""What the documents name exists: files, names in them, links; and their examples can be read."""

import json
import re
from pathlib import Path

import pytest

from tests.project.checkout import DOCUMENTS, document, files, rows, sections
from tests.running import ROOT

FLOORS = ("server", "web", "channels", "storage", "realtime", "tests", "docs")
NAME = r"[\w.-]+"
PATH = re.compile(rf"(?<![\w/.:-])((?:{'|'.join(FLOORS)})(?:/{NAME})+/?)")
README = sections(document("README.md"))
[WALK] = re.findall(r"```\n(.*?)```", README["One vote is one straight walk"], re.DOTALL)


def paths_in(text: str) -> list[str]:
    return [path.rstrip("./") for path in PATH.findall(text)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_names_exists(path: Path) -> None:
    missing = [one for one in paths_in(path.read_text()) if not (ROOT / one).exists()]
    assert not missing


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file_of_the_repository(path: Path) -> None:
    kept = {*files(), *(parent for file in files() for parent in file.parents)}
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text()):
        assert (path.parent / target).resolve() in kept, target


def test_the_walk_names_a_file_of_each_floor_and_of_the_browser() -> None:
    named = {path.split("/")[0] for path in paths_in(WALK)}
    assert named == {"web", "channels", "storage", "realtime", "server"}


def test_each_step_of_the_walk_names_files_that_exist_beside_each_other() -> None:
    for line in WALK.splitlines():
        folder = ROOT
        for name in re.findall(rf"{NAME}(?:/{NAME})*\.(?:py|ts)\b", line):
            found = ROOT / name if "/" in name else folder / name
            assert found.is_file(), name
            folder = found.parent


def test_the_functions_that_the_walk_names_are_there() -> None:
    assert "async def cast_vote(" in document("channels/topics.py")
    assert "cast_vote(" in document("web/citizen/topic.py")
    assert "cast_vote(" in document("channels/corridor.py")
    assert WALK.count("cast_vote") == 1


def test_what_is_to_touch_is_there() -> None:
    table = rows(README["One vote is one straight walk"])
    assert len(table) > 6
    for _, touch in table:
        folder = ROOT
        for quoted in re.findall(r"`([^`]+)`", touch):
            if "." not in quoted and "/" not in quoted:
                [file] = paths_in(touch)
                assert f"def {quoted}(" in document(file)
                continue
            found = ROOT / quoted if "/" in quoted else folder / quoted
            assert found.exists(), quoted
            folder = found.parent


def test_the_readme_leads_to_every_document() -> None:
    linked = set(re.findall(r"\]\(([^)#]+)\)", README["Documents"]))
    assert linked >= {str(path.relative_to(ROOT)) for path in DOCUMENTS if path.name != "README.md"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_json_example_is_json(path: Path) -> None:
    for example in re.findall(r"```json\n(.*?)```", path.read_text(), re.DOTALL):
        json.loads(example)


def test_the_vote_of_the_walk_is_a_message_of_the_wire() -> None:
    [shown] = re.findall(r"\{.*\}", WALK)
    assert set(json.loads(shown)) == {"t", "topic", "sign", "op"}
