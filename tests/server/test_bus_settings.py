"""A bus that is set wrongly is refused at start, with one sentence that says what to do."""

import os
import subprocess
from pathlib import Path

import pytest

from server.settings import BadSetting, Settings
from tests.command import imaginest
from tests.running_redis import running_redis


def serve(data: Path, url: str) -> subprocess.CompletedProcess[str]:
    return imaginest(data, "serve", "--port", "0", environment=os.environ | {"IMAGINEST_BUS_URL": url})


@pytest.mark.parametrize(
    "url", ["kafka://host", "redis://host:none", "rediss://host?ssl_ca_certs=/no/such/file"]
)
def test_a_url_that_names_no_bus_ends_the_start(tmp_path: Path, url: str) -> None:
    ended = serve(tmp_path, url)
    assert ended.returncode == 1
    assert ended.stderr.startswith("imaginest: IMAGINEST_BUS_URL: ")
    assert ended.stderr.count("\n") == 1


def test_a_wrong_password_ends_the_start(tmp_path: Path) -> None:
    with running_redis(tmp_path / "redis", "--requirepass", "right") as redis:
        ended = serve(tmp_path / "data", redis.url.replace("//", "//:wrong@"))
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "correct them in IMAGINEST_BUS_URL" in ended.stderr


@pytest.mark.parametrize("prefix", ["", "a:b", "é", "a" * 65, "*"])
def test_a_prefix_that_is_no_name_is_refused(prefix: str) -> None:
    with pytest.raises(BadSetting, match="IMAGINEST_BUS_PREFIX"):
        Settings.of({"IMAGINEST_BUS_PREFIX": prefix})
