"""A folder in the memory, where a commit waits for no disk and files are made quickly."""

from pathlib import Path
from shutil import disk_usage

MEMORY = Path("/dev/shm")

ROOM = 1024 * 1024 * 1024
"""What must be free there."""


def memory() -> Path | None:
    """None where there is no such folder, or little room in it: files then lie where temporary ones do."""
    return MEMORY if MEMORY.is_dir() and disk_usage(MEMORY).free > ROOM else None
