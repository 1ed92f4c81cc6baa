"""All settings, each an environment variable ``IMAGINEST_…``; described in docs/settings.md."""

import difflib
import ipaddress
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from realtime.bus import BusRefused, check_url
from server.logs import LogFormat
from server.mail_server import BadMailServer, read_mail_server
from storage.address import BadAddress, server_address
from storage.keys import BadSecret, read_master
from storage.letter_names import MOST_LOCAL
from storage.values_posts import Moderation, PostingRules
from web.addresses import parsed_address
from web.site import Site

DATABASE_FILE = "imaginest.db"
LAST_PORT = 65535
MOST_DAYS = 3650


class BadSetting(ValueError):
    """A setting has a value that cannot be used; the message names both."""


@dataclass(frozen=True, slots=True)
class Settings:
    """``data`` is the folder of the database and the master secret, unless ``secret`` (hex) is given."""

    data: Path = field(default_factory=lambda: Path(".data"))
    host: str = "127.0.0.1"
    port: int = 8000
    bus_url: str = field(default="memory://", repr=False)
    """``memory://`` or the Redis between the nodes (realtime/bus_address.py)."""

    bus_prefix: str = "imaginest"
    """What the names of this deployment's channels on the bus begin with."""

    database_url: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    origins: tuple[str, ...] = ()
    """Origins that may vote beside the address the page was served from."""

    public_url: str = ""
    """The address that citizens read, for links that leave the site; empty: that of the request."""

    embed_sites: tuple[str, ...] = ()
    """Origins whose pages may show a topic in a frame."""

    stream_sites: tuple[str, ...] = ()
    """Origins whose live streams the big screens may show."""

    publisher: str = ""
    director: str = ""
    hosting: str = ""
    privacy_contact: str = ""
    accessibility_contact: str = ""
    """What the legal pages say that only the deployment knows; the pages show what is missing."""

    most_connections: int = 20_000
    """Connections in all; the limit of open files may lower it."""

    most_an_address: int = 4000
    """Connections from one address: a hall of 500 people shares one."""

    proxies: tuple[str, ...] = ()
    """Addresses of our own reverse proxies, whose X-Forwarded-For is believed."""

    head_seconds: int = 10
    body_seconds: int = 30
    stalled_seconds: int = 30
    """How long a request's line and headers, its body, and a client that does not read may take."""

    appeal_days: int = 60
    """Days after a topic's close until its key is destroyed and its ballots lead to nobody."""

    contact_days: int = 365
    """Days after a conversation with the Région has ended until it is deleted."""

    smtp_url: str = field(default="", repr=False)
    """The mail server; without one mails are written into files."""

    mail_from: str = ""

    bounce_address: str = ""
    """Where letters that cannot be delivered come back to; empty: to whom they are from."""

    letter_rate: int = 20
    """Mails of the letter that a node sends in a second, at most; 0: as fast as the mail server takes them."""

    node: str = ""
    """This process in logs and metrics; ``of`` draws one where none is given."""

    log: LogFormat | None = None
    """How a line of the log looks; None: JSON unless a terminal reads it."""

    metrics: tuple[str, int] | None = None
    """Host and port of the operators' door: metrics and readiness in detail. None: there is none."""

    least_disk_mib: int = 200
    """Free MiB on the disk of a SQLite database below which the node is not ready."""

    moderation: Moderation = Moderation.BEFORE
    """Whether a moderator reads what citizens post before everybody does, or after."""

    idea_days: int = 60
    """Days after its publication until the vote on a citizen's idea or debate ends."""

    @property
    def posting(self) -> PostingRules:
        return PostingRules(self.moderation, self.idea_days)

    @property
    def database(self) -> str:
        """The URL of the database: the one given, or that of a file in the data folder."""
        return self.database_url or f"sqlite:///{self.data / DATABASE_FILE}"

    @property
    def is_shared(self) -> bool:
        """Whether many nodes may use the database at once."""
        return bool(self.database_url)

    @property
    def mail_folder(self) -> str:
        """Where mails become files; empty where a mail server takes them."""
        return "" if self.smtp_url else str(self.data / "mail")

    @property
    def site(self) -> Site:
        """What the pages say of this deployment."""
        return Site(**{one.name: getattr(self, one.name) for one in fields(Site)})

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ, **given: object) -> "Settings":
        """The settings of an environment; what is ``given`` and not None goes before. Raises BadSetting."""
        _refuse_unknown(environment, {f"IMAGINEST_{setting.name.upper()}" for setting in fields(cls)})
        values: dict[str, object] = {}
        for setting in fields(cls):
            name = f"IMAGINEST_{setting.name.upper()}"
            if name in environment:
                values[setting.name] = _read(name, setting.name, setting.type, environment[name])
        values |= {name: value for name, value in given.items() if value is not None}
        values["node"] = values.get("node") or secrets.token_hex(4)
        settings = cls(**values)  # type: ignore[arg-type]
        if not 0 <= settings.port <= LAST_PORT:
            raise BadSetting(f"the port is {settings.port}, a number from 0 to {LAST_PORT} is needed")
        _check_bus(settings)
        for bounded, (least, most) in _BOUNDS.items():
            if not least <= (value := getattr(settings, bounded)) <= most:
                raise BadSetting(
                    f"IMAGINEST_{bounded.upper()} is {value}, a number from {least} to {most} is needed"
                )
        for site in (*settings.embed_sites, *settings.stream_sites):
            if not _is_origin(site):
                raise BadSetting(f"{site!r} is no origin: one like https://www.example.org is needed")
        if not re.fullmatch(_NAME, settings.node):
            raise BadSetting(f"IMAGINEST_NODE is {settings.node!r}: {_NAMED}")
        return settings


def _refuse_unknown(environment: Mapping[str, str], known: set[str]) -> None:
    """A misspelt setting would be a node alone, or a rule that nobody keeps."""
    for name in sorted(environment):
        if name.startswith("IMAGINEST_") and name not in known | _OF_THE_TESTS:
            near = difflib.get_close_matches(_short(name), map(_short, known), 1)
            advice = f"did you mean IMAGINEST_{near[0]}?" if near else "all are in docs/settings.md"
            raise BadSetting(f"{name} is no setting: {advice}")


def _short(name: str) -> str:
    """Without what all names begin with: it would make any two alike."""
    return name.removeprefix("IMAGINEST_")


def _origins(name: str, text: str) -> tuple[str, ...]:
    """``https://host[:port]``, as browsers write an origin, one or several."""
    origins = tuple(one.strip().rstrip("/") for one in text.split(",") if one.strip())
    for origin in origins:
        if not _is_origin(origin) or origin != origin.lower():
            raise BadSetting(
                f"{name} is {text!r}: origins are needed, in small letters as in https://imaginest.grandest.fr; "
                "“*” would let every site vote in its visitors' names"
            )
    return origins


def _is_origin(text: str) -> bool:
    """``http(s)://host[:port]``"""
    found = re.fullmatch(_ORIGIN, text)
    return found is not None and int(found["port"] or 0) <= LAST_PORT


def _proxies(name: str, text: str) -> tuple[str, ...]:
    """Addresses, each of one machine: whom we believe is named one by one."""
    proxies = tuple(one.strip() for one in text.split(",") if one.strip())
    for proxy in proxies:
        try:
            ipaddress.ip_address(proxy)
        except ValueError:
            raise BadSetting(
                f"{name} is {text!r}: each proxy's own address is needed, as in 10.0.0.5,10.0.0.6"
            ) from None
    return proxies


def _read(name: str, setting: str, kind: object, text: str) -> object:
    if kind is Path:
        return Path(text)
    if kind is int:
        if not text.isascii() or not text.isdigit():
            raise BadSetting(f"{name} is {text!r}, a whole number is needed")
        return int(text)
    if setting in _LISTS:
        return _LISTS[setting](name, text)
    if setting in _SHAPES:
        return _SHAPES[setting](name, text.strip()) if text.strip() else None
    if kind is Moderation:
        return _moderation(name, text.strip())
    if setting in _CHECKS:
        checked = _checked(name, text, _CHECKS[setting])
        return checked.rstrip("/") if setting == "public_url" else checked
    if kind is str:
        return text
    return tuple(one.strip().rstrip("/") for one in text.split(",") if one.strip())


def _mail_address(text: str) -> str:
    try:
        return parsed_address(text).normalized
    except ValueError:
        raise BadMailServer(f"{text!r} is no e-mail address") from None


def _bounce_address(text: str) -> str:
    address = _mail_address(text)
    local = address.rpartition("@")[0]
    if len(local) > MOST_LOCAL or "+" in local:
        raise BadMailServer(f"{text!r}: at most {MOST_LOCAL} signs before the @, and no +, which we add")
    return address


def _public_url(text: str) -> str:
    if not _is_origin(text.rstrip("/")):
        raise BadMailServer(f"{text!r} is needed as in https://imaginest.grandest.fr, without a path")
    return text


_CHECKS: Mapping[str, Callable[[str], object]] = {
    "database_url": server_address,
    "secret": read_master,
    "smtp_url": read_mail_server,
    "mail_from": _mail_address,
    "bounce_address": _bounce_address,
    "public_url": _public_url,
}


def _checked(name: str, text: str, read: Callable[[str], object]) -> str:
    """The text, where ``read`` takes it (empty: as if it were not set); what it holds is never repeated."""
    try:
        if text.strip():
            read(text.strip())
    except (BadAddress, BadSecret, BadMailServer) as error:
        raise BadSetting(f"{name}: {error}") from None
    return text.strip()


def _check_bus(settings: Settings) -> None:
    try:
        check_url(settings.bus_url)
    except BusRefused as error:
        raise BadSetting(f"IMAGINEST_BUS_URL: {error}") from None
    if not re.fullmatch(_NAME, settings.bus_prefix):
        raise BadSetting(f"IMAGINEST_BUS_PREFIX is {settings.bus_prefix!r}: {_NAMED}")


def _log_format(name: str, text: str) -> LogFormat:
    try:
        return LogFormat(text)
    except ValueError:
        raise BadSetting(f"{name} is {text!r}: json or text is needed") from None


def _moderation(name: str, text: str) -> Moderation:
    try:
        return Moderation(text or Moderation.BEFORE)
    except ValueError:
        raise BadSetting(f"{name} is {text!r}: before or after is needed") from None


def _door(name: str, text: str) -> tuple[str, int]:
    """``host:port``, an IPv6 address in brackets."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise BadSetting(f"{name} is {text!r}: a host and a port are needed, as in 127.0.0.1:9464")
    return host, int(port)


_SHAPES: Mapping[str, Callable[[str, str], object]] = {"log": _log_format, "metrics": _door}
_OF_THE_TESTS = {f"IMAGINEST_{name}" for name in ("CHROMIUM", "REDIS_SERVER", "NGINX")}
_LISTS: Mapping[str, Callable[[str, str], object]] = {"origins": _origins, "proxies": _proxies}
_BOUNDS: Mapping[str, tuple[int, int]] = {
    "most_connections": (1, 10_000_000),
    "most_an_address": (1, 10_000_000),
    "head_seconds": (1, 3600),
    "body_seconds": (1, 3600),
    "stalled_seconds": (1, 3600),
    "appeal_days": (0, MOST_DAYS),
    "contact_days": (1, MOST_DAYS),
    "idea_days": (1, MOST_DAYS),
    "letter_rate": (0, 100_000),
    "least_disk_mib": (0, 100_000_000),
}
_ORIGIN = r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
_NAME = r"[A-Za-z0-9._-]{1,64}"
_NAMED = "1 to 64 letters, digits, dots or dashes are needed"
