"""A real server with an operators' port, asked as a balancer and Prometheus do."""

import json
import urllib.error
import urllib.request
from typing import Any

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.ports import free_port
from tests.running import DEADLINE, Running


class Operated(Running):
    """``door`` is the operators' port."""

    door: int = 0

    def start(self, *arguments: str, **environment: str) -> None:
        self.door = free_port()
        super().start(*arguments, IMAGINEST_METRICS=f"127.0.0.1:{self.door}", **environment)

    def tell(self, path: str) -> tuple[int, str]:
        return get(f"http://127.0.0.1:{self.door}{path}")

    def findings(self) -> tuple[int, dict[str, Any]]:
        """The status of readiness, and what each check found."""
        status, body = self.tell("/readyz")
        told: dict[str, Any] = json.loads(body)
        return status, told["checks"]

    def families(self) -> dict[str, Metric]:
        """All metrics, by the name of their family (a counter's ends with nothing)."""
        return {family.name: family for family in text_string_to_metric_families(self.tell("/metrics")[1])}

    def value(self, name: str, **labels: str) -> float:
        """The sum of the samples of this name that have these labels."""
        return sum(
            sample.value
            for family in self.families().values()
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )


def get(url: str) -> tuple[int, str]:
    """Status and body."""
    try:
        with urllib.request.urlopen(url, timeout=DEADLINE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
