"""What a row of the bench is made of."""

import secrets
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measured figure, in ``unit``; ``beside`` says what it is held against."""

    name: str
    value: float
    unit: str
    beside: str = ""


def quantile(times: list[float], share: float) -> float:
    """Of seconds, in ms."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000


def spread(times: list[float]) -> str:
    return f"p50 {quantile(times, 0.5):.1f} ms, p99 {quantile(times, 0.99):.1f} ms"


def vote(topic: int, sign: int) -> str:
    """The message, with an op of its own."""
    return f'{{"t":"vote","topic":{topic},"sign":{sign},"op":"{secrets.token_urlsafe(16)}"}}'
