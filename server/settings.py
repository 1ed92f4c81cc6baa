"""All settings, each an environment variable ``IMAGINEST_…``; described in docs/settings.md."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from storage.address import BadAddress, server_address
from storage.keys import BadSecret, read_master

DATABASE_FILE = "imaginest.db"


class BadSetting(ValueError):
    """A setting has a value that cannot be used; the message names both."""


@dataclass(frozen=True, slots=True)
class Settings:
    """``data`` is the folder of the database and the master secret, unless ``secret`` (hex) is given."""

    data: Path = field(default_factory=lambda: Path(".data"))
    host: str = "127.0.0.1"
    port: int = 8000
    bus_url: str = "memory://"
    database_url: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    origins: tuple[str, ...] = ()
    """Origins that may vote beside the address the page was served from."""

    appeal_days: int = 60
    """Days after a topic's close until its key is destroyed and its ballots lead to nobody."""

    @property
    def database(self) -> str:
        """The URL of the database: the one given, or that of a file in the data folder."""
        return self.database_url or f"sqlite:///{self.data / DATABASE_FILE}"

    @property
    def is_shared(self) -> bool:
        """Whether many nodes may use the database at once."""
        return bool(self.database_url)

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ, **given: object) -> "Settings":
        """The settings of an environment; what is ``given`` and not None goes before. Raises BadSetting."""
        values: dict[str, object] = {}
        for setting in fields(cls):
            name = f"IMAGINEST_{setting.name.upper()}"
            if name in environment:
                values[setting.name] = _read(name, setting.name, environment[name])
        values |= {name: value for name, value in given.items() if value is not None}
        return cls(**values)  # type: ignore[arg-type]


def _read(name: str, setting: str, text: str) -> object:
    match setting:
        case "data":
            return Path(text)
        case "origins":
            return tuple(origin.strip().rstrip("/") for origin in text.split(",") if origin.strip())
        case "port" | "appeal_days":
            if not text.isascii() or not text.isdigit():
                raise BadSetting(f"{name} is {text!r}, a whole number is needed")
            return int(text)
        case "database_url":
            return _checked(name, text, server_address)
        case "secret":
            return _checked(name, text, read_master)
        case _:
            return text


def _checked(name: str, text: str, read: Callable[[str], object]) -> str:
    """The text, where ``read`` takes it (empty: as if it were not set); what it holds is never repeated."""
    try:
        if text.strip():
            read(text.strip())
    except (BadAddress, BadSecret) as error:
        raise BadSetting(f"{name}: {error}") from None
    return text.strip()
