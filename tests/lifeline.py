"""A server of the tests ends with the run that started it, however that ends: a killed run can't end anything."""

import subprocess
from pathlib import Path

WATCH = """
read -r _ && exit
kill -QUIT "$0" && kill -CONT "$0"
looks=0
while kill -0 "$0"; do
  sleep 0.05
  looks=$((looks + 1))
  [ "$looks" = 100 ] && kill -KILL "$0"
done
rm -rf "$1"
"""
"""A line says that all went as usual; the end of the pipe without one, that nobody is left who could say so.

What was started in the background of a shell ignores QUIT, and its children with it.
"""


class Lifeline:
    """A shell that ends process ``pid`` and removes its ``folder`` once this process has gone without ``let_go``.

    It is no signal of the parent's death (prctl): that comes when the thread ends that started the server.
    """

    def __init__(self, pid: int, folder: Path | None = None) -> None:
        self._watching = subprocess.Popen(
            ["sh", "-c", WATCH, str(pid), str(folder or "")], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True, cwd="/",
        )  # fmt: skip

    def let_go(self) -> None:
        self._watching.communicate(b"\n")
