import secrets
from pathlib import Path

import pytest

from storage.keys import BadSecret, load_master, read_master

BAD = {
    "a word": "changeme",
    "nothing": "",
    "too short": secrets.token_hex(31),
    "an odd number of digits": secrets.token_hex(32) + "0",
    "not hexadecimal": "g" * 64,
    "zeros": "0" * 64,
    "ones": "f" * 64,
    "a word again and again": "deadbeef" * 8,
    "digits in their order": "0123456789abcdef" * 4,
    "bytes in their order": bytes(range(32)).hex(),
    "bytes in steps": bytes(range(64, 0, -2)).hex(),
    "Arabic digits": "\u0661" * 64,
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_a_short_malformed_or_well_known_secret_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(BadSecret) as refused:
        read_master(text)
    assert not text or text not in str(refused.value)


def test_random_secrets_are_taken() -> None:
    for length in (32, 48, 64):
        for _ in range(300):
            master = secrets.token_bytes(length)
            assert read_master(f" {master.hex().upper()}\n") == master


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    assert load_master(file) == load_master(file)
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"changeme", b"\xff\xfe"])
def test_a_file_that_holds_no_secret_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    with pytest.raises(BadSecret, match="secret"):
        load_master(file)
    assert file.read_bytes() == content
