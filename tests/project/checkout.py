"""The files of this checkout, and its documents taken apart."""

import argparse
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

from tests.running import ROOT

DOCUMENTS = sorted([ROOT / "README.md", ROOT / "channels" / "PROTOCOL.md", *(ROOT / "docs").glob("*.md")])
NOT_OURS = {".git", *(line.strip("/\n") for line in (ROOT / ".gitignore").read_text().splitlines())}


@cache
def files() -> list[Path]:
    """What is or may come into the repository; where git does not tell, all that .gitignore does not leave out."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if listed.returncode == 0:  # git refuses a checkout that belongs to somebody else
            return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]
    return sorted(_beneath(ROOT))


def _beneath(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in NOT_OURS or str(path.relative_to(ROOT)) in NOT_OURS or path.suffix == ".egg-info":
            continue
        yield from _beneath(path) if path.is_dir() else [path]


def text_of(path: Path) -> str:
    """Empty where the file is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def document(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def sections(text: str) -> dict[str, str]:
    """What stands under each heading, by the heading without its signs."""
    parts = re.split(r"^#+ +(.*)$", text, flags=re.MULTILINE)
    titles, bodies = parts[1::2], parts[2::2]
    assert len(set(titles)) == len(titles)
    return dict(zip(titles, bodies, strict=True))


def rows(text: str) -> list[list[str]]:
    """The cells of every row of every table, without heads."""
    lines = text.splitlines()
    found = []
    for number, line in enumerate(lines):
        is_head = number + 1 < len(lines) and lines[number + 1].startswith("| ---")
        if line.startswith("|") and not line.startswith("| ---") and not is_head:
            found.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return found


@cache
def dev() -> ModuleType:
    """The script ./dev as a module."""
    loader = SourceFileLoader("dev", str(ROOT / "dev"))
    specification = importlib.util.spec_from_loader("dev", loader)
    assert specification is not None
    module = importlib.util.module_from_spec(specification)
    loader.exec_module(module)
    return module


def commands_of(parser: argparse.ArgumentParser) -> dict[str, tuple[str, argparse.ArgumentParser]]:
    """What each command of a parser does, and its own parser."""
    [choices] = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    helps = {action.dest: action.help or "" for action in choices._choices_actions}
    return {name: (helps[name], parser) for name, parser in choices.choices.items()}


def options_of(parser: argparse.ArgumentParser) -> dict[str, str]:
    """What each option does, under the words that --help shows it with."""
    shown = {}
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction | argparse._SubParsersAction):
            continue
        value = "" if action.nargs == 0 else str(action.metavar or action.dest.upper())
        shown[" ".join([*action.option_strings, *filter(None, [value])])] = action.help or ""
    return shown
