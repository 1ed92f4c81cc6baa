"""Whether this node should be asked: a few checks, each with what it found.

A node that is not ready gets no new visitors from its balancer; those it has stay. What would be just as bad on
every other node (a bus that is away) is no reason to send people there: it is `degraded`.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from storage.database import StorageUnavailable

WRITE_EVERY_SECONDS = 5.0
"""A write is tried at most this often, however often readiness is asked for."""

WRITE_SECONDS = 4.0
"""How long a try may take; a vote is refused after 3 s, and the try waits its turn among the votes."""

COMPARED_SECONDS = 15.0
"""A node that has not compared with the database for so long may show old numbers."""

MEBIBYTE = 1024 * 1024


class Condition(StrEnum):
    """How a check went."""

    OK = "ok"
    DEGRADED = "degraded"  # worse than it should be, and no reason to ask another node
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found; ``details`` hold no secret and nothing about a person."""

    condition: Condition
    details: Mapping[str, object]


Check = Callable[[], Awaitable[Finding]]


class Health:
    """Runs the checks."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = dict(checks)

    async def examine(self) -> dict[str, Finding]:
        """What every check finds now."""
        return {name: await check() for name, check in self._checks.items()}


def is_ready(findings: Mapping[str, Finding]) -> bool:
    return all(finding.condition is not Condition.FAILED for finding in findings.values())


class WriteCheck:
    """Tries a real write, one at a time, and remembers how it went."""

    def __init__(self, write: Callable[[], Awaitable[None]], monotonic: Callable[[], float]) -> None:
        self._write = write
        self._monotonic = monotonic
        self._began = float("-inf")
        self._task: asyncio.Task[Finding] | None = None

    async def __call__(self) -> Finding:
        """The last try, or a new one; whoever asks meanwhile waits for the same."""
        now = self._monotonic()
        if self._task is None or (self._task.done() and now - self._began >= WRITE_EVERY_SECONDS):
            self._began = now
            self._task = asyncio.create_task(self._try(), name="try a write")
        left = self._began + WRITE_SECONDS - now
        done, _ = await asyncio.wait({self._task}, timeout=max(left, 0.0))
        if not done:
            return Finding(
                Condition.FAILED, {"why": f"no answer for {self._monotonic() - self._began:.0f} s"}
            )
        return self._task.result()

    async def _try(self) -> Finding:
        try:
            await self._write()
        except StorageUnavailable as error:
            return Finding(Condition.FAILED, {"why": str(error)})
        except Exception as error:  # whatever it is, votes would meet it too
            return Finding(Condition.FAILED, {"why": type(error).__name__})
        return Finding(Condition.OK, {"seconds": round(self._monotonic() - self._began, 3)})

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


def drain_check(is_draining: Callable[[], bool]) -> Check:
    """Failed from the moment in which the node asks its watchers to leave."""

    async def check() -> Finding:
        draining = is_draining()
        return Finding(Condition.FAILED if draining else Condition.OK, {"draining": draining})

    return check


def disk_check(folder: Path, least: int) -> Check:
    """Failed where the disk of ``folder`` has less than ``least`` MiB free."""

    async def check() -> Finding:
        free = shutil.disk_usage(folder).free // MEBIBYTE
        condition = Condition.OK if free >= least else Condition.FAILED
        return Finding(condition, {"free_mib": free, "least_mib": least})

    return check


def comparison_check(compared_at: Callable[[], float | None], monotonic: Callable[[], float]) -> Check:
    """Failed where the last successful comparison with the database is long ago.

    ``compared_at`` is in monotonic seconds, None before the first one: its time runs from now on.
    """
    since = monotonic()

    async def check() -> Finding:
        last = compared_at()
        age = monotonic() - (since if last is None else last)
        condition = Condition.OK if age < COMPARED_SECONDS else Condition.FAILED
        return Finding(condition, {"seconds_ago": round(age, 1), "ever": last is not None})

    return check


def bus_check(connected: Callable[[], Mapping[str, bool]]) -> Check:
    """Degraded where a shard of the bus is away: the comparison with the database does its work, later."""

    async def check() -> Finding:
        shards = connected()
        condition = Condition.OK if all(shards.values()) else Condition.DEGRADED
        return Finding(condition, {"connected": dict(shards)})

    return check
