"""Where the bus is: reads ``IMAGINEST_BUS_URL``, finds a topic's shard, and connects.

``memory://``, or one or several of these, separated by commas (a comma within one is written ``%2C``)::

    redis://[user][:password]@host[:port]
    rediss://…?ssl_ca_certs=/path/to/ca.pem                        TLS, here with a private authority
    redis+sentinel://[user][:password]@host[:port],host[:port]/service[?sentinel_password=…]
    rediss+sentinel://…                                            TLS to the sentinels and to Redis
"""

import asyncio
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from redis.asyncio import Connection, SSLConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError

from realtime.bus import BusRefused
from realtime.bus_parser import BoundedParser

REDIS_PORT, SENTINEL_PORT = 6379, 26379
_FILES = {"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"}
_PARAMETERS = _FILES | {"ssl_check_hostname", "sentinel_username", "sentinel_password"}
_SHAPES = "redis://[user:password@]host[:port], rediss://… or redis+sentinel://host:port,host:port/service"

Host = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Address:
    """One shard. ``name`` holds no secret, and decides with a topic's id where its messages go."""

    name: str
    hosts: tuple[Host, ...]
    service: str | None
    """What the sentinels at ``hosts`` watch over; None where the one host is Redis itself."""

    secure: bool
    login: Mapping[str, Any] = field(repr=False)
    sentinel_login: Mapping[str, Any] = field(repr=False)
    tls: Mapping[str, Any] = field(repr=False)

    async def connect(self, *, connect: float, command: float, listens: bool) -> Connection:
        """A connection on which nothing is tried twice. ``connect`` and ``command`` are seconds.

        Raises redis-py's errors, OSError and TimeoutError. One that ``listens`` waits for replies forever.
        """
        async with asyncio.timeout(connect):
            if self.service is None:
                return await self._open(self.hosts[0], self.login, connect, None if listens else command)
            host = await self._master(connect, command)
            found = await self._open(host, self.login, connect, None if listens else command)
            role = await _ask(found, "ROLE")
            if role[0] != b"master":
                raise NotConnected(f"{host} is {role[0]!r}, no master")
            return found

    async def _master(self, connect: float, command: float) -> Host:
        """Where the sentinels say that the service is now."""
        last: Exception = NotConnected(f"no sentinel knows {self.service!r}")
        for host in self.hosts:
            try:
                async with asyncio.timeout(connect / len(self.hosts)):
                    sentinel = await self._open(host, self.sentinel_login, connect, command)
                    told = await _ask(sentinel, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.service)
                    await sentinel.disconnect(nowait=True)
            except (RedisError, OSError) as error:
                last = error
                continue
            if told is not None:
                return told[0].decode(), int(told[1])
        raise last

    async def _open(
        self, host: Host, login: Mapping[str, Any], connect: float, command: float | None
    ) -> Connection:
        kind = SSLConnection if self.secure else Connection
        connection = kind(
            host=host[0],
            port=host[1],
            protocol=2,
            parser_class=BoundedParser,
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=connect,
            socket_timeout=command,
            driver_info=None,
            **login,
            **self.tls,
        )
        try:
            await connection.connect()  # type: ignore[no-untyped-call]
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        return connection


async def _ask(connection: Connection, *command: Any) -> Any:
    """The answer to one command; the connection is closed where there is none."""
    try:
        await connection.send_command(*command)
        return await connection.read_response(disable_decoding=True)
    except BaseException:
        await connection.disconnect(nowait=True)
        raise


def shard_of(topic: int, names: Sequence[str]) -> int:
    """Which of the shards carries a topic (rendezvous hashing: the highest hash of name and topic wins).

    It depends on nothing but the set of names; a shard more or less moves only that shard's topics.
    """
    return max(range(len(names)), key=lambda i: (hashlib.sha256(f"{names[i]}\0{topic}".encode()).digest(), i))


def read_addresses(url: str) -> tuple[Address, ...]:
    """The shards of a URL, none for ``memory://``. Raises BusRefused, which names no password."""
    if url == "memory://":
        return ()
    found = tuple(_read(part) for part in re.split(r",(?=[a-z][a-z0-9+.-]*://)", url.strip()))
    names = [address.name for address in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BusRefused(f"the bus names {twice} twice: write every Redis once")
    return found


def _read(url: str) -> Address:
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in {"redis", "rediss", "redis+sentinel", "rediss+sentinel"}:
        what = f"{scheme}://" if separator else "what is given"
        raise BusRefused(f"no bus goes by {what}: write memory://, {_SHAPES}")
    if "#" in rest:
        raise BusRefused("a # in the bus's URL starts nothing: write it as %23")
    rest, _, query = rest.partition("?")
    place, _, path = rest.partition("/")
    login, _, hosts = place.rpartition("@")
    secure, watched = scheme.startswith("rediss"), scheme.endswith("+sentinel")
    given = _parameters(query, secure=secure, watched=watched)
    found = tuple(_host(one, SENTINEL_PORT if watched else REDIS_PORT) for one in hosts.split(","))
    if not watched and (len(found) > 1 or path.strip("/") not in {"", "0"}):
        raise BusRefused(
            "the bus's URL has more than a host and a port: pub/sub knows no databases, set IMAGINEST_BUS_PREFIX "
            "to keep deployments apart, and write a scheme before each Redis of a list"
        )
    if watched and not re.fullmatch(r"[\w.-]+", path):
        raise BusRefused("the bus's URL names no service of the sentinels: write …host:port/service")
    return Address(
        name=f"{scheme}://" + (path if watched else f"{found[0][0]}:{found[0][1]}"),
        hosts=found,
        service=path if watched else None,
        secure=secure,
        login=_login(*map(unquote, login.partition(":")[::2])),
        sentinel_login=_login(given.get("sentinel_username", ""), given.get("sentinel_password", "")),
        tls=_tls(given) if secure else {},
    )


def _host(text: str, port: int) -> Host:
    try:
        parts = urlsplit(f"//{text}")
        if parts.hostname and not re.search(r"\s", text):
            return parts.hostname, parts.port or port
    except ValueError:
        pass
    raise BusRefused(f"{text!r} in the bus's URL is no host and port: write {_SHAPES}")


def _login(user: str, password: str) -> dict[str, str]:
    return {k: v for k, v in (("username", user), ("password", password)) if v}


def _parameters(query: str, *, secure: bool, watched: bool) -> dict[str, str]:
    given = dict(parse_qsl(query, keep_blank_values=True))
    for name, value in given.items():
        fits = secure if name.startswith("ssl_") else watched
        if name not in _PARAMETERS or not fits:
            raise BusRefused(f"{name!r} is no parameter of this bus's URL: leave it out (docs/settings.md)")
        if name in _FILES and not Path(value).is_file():
            raise BusRefused(f"{name} of the bus's URL is {value!r}: there is no such file")
    return given


def _tls(given: Mapping[str, str]) -> dict[str, Any]:
    tls: dict[str, Any] = {name: value for name, value in given.items() if name in _FILES}
    tls["ssl_check_hostname"] = given.get("ssl_check_hostname", "true").lower() not in {"false", "no", "0"}
    return tls
