import traceback

import pytest

from storage.address import POSTGRES, BadAddress, plain, read_address, server_address


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_way_of_writing_postgresql_means_psycopg(scheme: str) -> None:
    url = server_address(f"{scheme}://anna:s%40cret@db.example:5433/votes?sslmode=require")
    assert url.drivername == POSTGRES
    assert (url.host, url.port, url.database, url.password) == ("db.example", 5433, "votes", "s@cret")
    assert url.query == {"sslmode": "require"}


@pytest.mark.parametrize(
    "text",
    [
        "mysql://anna:s3cret@db/votes",
        "postgresql+asyncpg://anna:s3cret@db/votes",
        "sqlite:///s3cret.db",
        "postgresql://anna:s3cret@db:port/votes",
        "postgresql://anna:s3cret@db",
        "anna:s3cret@db/votes",
        "redis://:s3cret@db",
        "s3cret",
    ],
)
def test_anything_else_is_refused_with_what_to_write_and_without_the_password(text: str) -> None:
    with pytest.raises(BadAddress) as refused:
        server_address(text)
    assert "postgresql://user:password@host:5432/database" in str(refused.value)
    assert "s3cret" not in str(refused.value)
    assert "s3cret" not in "".join(traceback.format_exception(refused.value))


def test_a_place_is_shown_without_user_and_password() -> None:
    url = server_address("postgres://anna:s3cret@db.example:5433/votes?sslpassword=s3cret")
    assert plain(url) == "db.example:5433/votes"


def test_a_path_with_signs_that_urls_use_is_still_a_path() -> None:
    assert read_address("sqlite:////data/50 % ? #1/é.db").database == "/data/50 % ? #1/é.db"
