"""All settings, each an environment variable ``IMAGINEST_…``; described in docs/settings.md."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path


class BadSetting(ValueError):
    """A setting has a value that cannot be used; the message names both."""


@dataclass(frozen=True, slots=True)
class Settings:
    """``data`` is the folder of the database and the master secret, unless ``secret`` (hex) is given."""

    data: Path = field(default_factory=lambda: Path(".data"))
    host: str = "127.0.0.1"
    port: int = 8000
    bus_url: str = "memory://"
    secret: str = ""
    origins: tuple[str, ...] = ()
    """Origins that may vote beside the address the page was served from."""

    appeal_days: int = 60
    """Days after a topic's close until its key is destroyed and its ballots lead to nobody."""

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
        case _:
            return text
