"""docs/commands.md and the README name every command and option, as --help does, and none besides."""

import argparse
import re
import shlex
from pathlib import Path

import pytest

from server.cli import _parser
from tests.bench.rows import ROWS
from tests.project.checkout import DOCUMENTS, commands_of, dev, document, options_of, rows, sections

PARSERS: dict[str, argparse.ArgumentParser] = {"./dev": dev().parser(), "imaginest": _parser()}
COMMANDS = [
    (program, name, parser)
    for program, top in PARSERS.items()
    for name, (_, parser) in commands_of(top).items()
]
SECTIONS = sections(document("docs/commands.md"))
README = sections(document("README.md"))["Commands"]


def table(text: str) -> dict[str, str]:
    return {row[0].strip("`"): row[1] for row in rows(text)}


def test_every_program_has_its_commands_in_the_document() -> None:
    for program, parser in PARSERS.items():
        wanted = {name: what for name, (what, _) in commands_of(parser).items()} | options_of(parser)
        assert table(SECTIONS[f"`{program}`"]) == wanted


@pytest.mark.parametrize(("program", "name", "parser"), COMMANDS)
def test_a_command_has_its_options_in_the_document(
    program: str, name: str, parser: argparse.ArgumentParser
) -> None:
    options = options_of(parser)
    assert all(options.values()), "an option without a help"
    text = SECTIONS.get(f"`{program} {name}`", "")
    documented = {key: what for key, what in table(text).items() if key.startswith("-") or key.isupper()}
    assert documented == options


def test_the_document_has_no_section_of_a_command_that_does_not_exist() -> None:
    known = {f"`{program} {name}`" for program, name, _ in COMMANDS} | {f"`{one}`" for one in PARSERS}
    assert {title for title in SECTIONS if title.startswith("`")} <= known


def test_the_readme_names_every_command() -> None:
    named = [word for row in rows(README) for word in re.findall(r"`([a-z-]+)[^`]*`", row[0])]
    assert named == [name for _, name, _ in COMMANDS]


def test_the_readme_names_every_row_of_the_bench() -> None:
    [[_, named]] = [row for row in rows(README) if row[0] == "`bench [rows]`"]
    assert named.split(", ") == list(ROWS)


@pytest.mark.parametrize(("program", "name", "parser"), COMMANDS)
def test_a_commands_help_says_what_it_does(program: str, name: str, parser: argparse.ArgumentParser) -> None:
    what = commands_of(PARSERS[program])[name][0]
    assert what in " ".join(parser.format_help().split())


def shown_commands() -> list[str]:
    """The lines of the documents' code blocks that start one of our programs."""
    shown = []
    for path in DOCUMENTS:
        for line in re.findall(
            r"^ {4}(?:[A-Z_]+=\S+ )*((?:\./dev|imaginest) .*)$", path.read_text(), re.MULTILINE
        ):
            shown.append(line)
    return shown


@pytest.mark.parametrize("line", shown_commands())
def test_a_command_that_is_shown_is_understood(line: str) -> None:
    program, *arguments = shlex.split(line, comments=True)
    PARSERS[program].parse_args(arguments)


def test_commands_are_shown() -> None:
    assert len(shown_commands()) >= 6


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_option_that_a_document_names_exists(path: Path) -> None:
    parsers = [*PARSERS.values(), *(parser for _, _, parser in COMMANDS)]
    known = {flag.split()[0] for parser in parsers for flag in options_of(parser)} | {"--help"}
    known |= set(
        re.findall(r'"(--[a-z-]+)"', document("tests/conftest.py"))
    )  # `./dev test` hands them to pytest
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", path.read_text())) <= known
