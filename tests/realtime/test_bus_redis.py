"""Nodes on a real Redis: what arrives, what does not, and how one is set up wrongly."""

import asyncio
import datetime
import ipaddress
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from realtime.bus import BusRefused, GapReason, Headcount
from realtime.bus_address import read_addresses
from realtime.bus_message import Message, encode
from realtime.bus_redis import RedisBus
from realtime.bus_sender import Timings
from tests.listening import KEY, PATIENT, delta, nodes
from tests.ports import free_port
from tests.running import DEADLINE, until
from tests.running_redis import RunningRedis, running_redis


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RunningRedis]:
    with running_redis(tmp_path / "redis") as redis:
        yield redis


async def test_what_one_node_publishes_the_others_hear_in_order(redis: RunningRedis) -> None:
    async with nodes(3, redis.url) as (one, two, three):
        for node in (one, two):
            await node.bus.subscribe(7)
        for number in range(1, 200):
            await one.bus.publish(delta(7, number, plus=number))
        await until(lambda: two.has_heard(delta(7, 199)))
        bases = [heard.base for heard in two.deltas]
        assert bases == [delta(7, 1).base, *(heard.version for heard in two.deltas[:-1])]
        assert three.deltas == []
        assert two.gaps == []


async def test_topics_travel_over_all_shards(redis: RunningRedis, tmp_path: Path) -> None:
    with running_redis(tmp_path / "second") as second:
        async with nodes(2, f"{redis.url},{second.url}") as (one, two):
            for topic in range(30):
                await two.bus.subscribe(topic)
                await one.bus.publish(delta(topic, 1))
            await until(lambda: len(two.deltas) == 30)
            for shard in (redis, second):
                assert 4 < len(shard.ask("PUBSUB", "CHANNELS", "test:topic:*")) < 26


async def test_another_deployment_on_the_same_redis_hears_nothing(redis: RunningRedis) -> None:
    async with nodes(2, redis.url) as (one, two), nodes(1, redis.url, prefix="other") as [stranger]:
        for node in (two, stranger):
            await node.bus.subscribe(7)
        await one.bus.announce({"topic:7": 1})
        await one.bus.publish(delta(7, 1))
        await until(lambda: two.deltas and two.heads)
        await stranger.bus.subscribe(8)  # all that was said before its confirmation has arrived
        assert (stranger.deltas, stranger.heads, stranger.gaps) == ([], [], [])


async def test_whoever_lacks_the_key_says_nothing(redis: RunningRedis) -> None:
    async with nodes(2, redis.url) as (one, two), nodes(1, redis.url, key=bytes(32)) as [forger]:
        await two.bus.subscribe(7)
        await forger.bus.publish(delta(7, 1, plus=10**6))
        await forger.bus.announce({"topic:7": 10**6})
        await until(lambda: two.bus.counts["unreadable.forged"] == 2)
        await one.bus.publish(delta(7, 1))
        await until(lambda: two.deltas)
        assert two.deltas == [delta(7, 1)]
        assert two.heads == []
        assert (GapReason.UNREADABLE, [7]) in two.gaps


async def test_garbage_is_told_as_a_gap_but_not_at_every_message(redis: RunningRedis) -> None:
    async with nodes(1, redis.url, timings=PATIENT) as [node]:
        await node.bus.subscribe(7)
        for data in (b"", b"\x00" * 100, "é".encode(), b"IE\x01", b"IE\x09" + bytes(40)):
            for _ in range(20):
                redis.ask("PUBLISH", "test:topic:7", data)
        await until(lambda: sum(v for k, v in node.bus.counts.items() if k.startswith("unreadable")) == 100)
        assert 0 < len(node.gaps) < 50
        assert node.deltas == []


async def test_what_belongs_on_another_channel_is_not_taken(redis: RunningRedis) -> None:
    async with nodes(1, redis.url) as [node]:
        await node.bus.subscribe(7)
        sealed = encode(Message("other", 1, delta(8, 1)), "test:topic:7", KEY)
        redis.ask("PUBLISH", "test:topic:7", sealed)
        await until(lambda: node.bus.counts["unreadable.misplaced"] == 1)
        assert node.deltas == []


async def test_every_other_node_is_told_a_headcount_once(redis: RunningRedis, tmp_path: Path) -> None:
    with running_redis(tmp_path / "second") as second:
        async with nodes(3, f"{redis.url},{second.url}") as (one, two, three):
            await one.bus.announce({"topic:7": 3, "topic:8": 0})
            await until(lambda: two.bus.counts["sent"] >= 0 and two.heads and three.heads)
            await one.bus.announce({"topic:7": 4})
            await until(lambda: len(two.heads) >= 2 and len(three.heads) >= 2)
            assert two.heads == three.heads
            assert two.heads == [
                Headcount(one.bus.node, {"topic:7": 3}),
                Headcount(one.bus.node, {"topic:7": 4}),
            ]
            assert one.heads == []


async def test_an_old_headcount_that_arrives_late_is_not_told(redis: RunningRedis) -> None:
    async with nodes(1, redis.url) as [node]:
        for number in (5, 4, 5, 6):
            message = Message("other", number, Headcount("other", {"topic:7": number}))
            redis.ask("PUBLISH", "test:headcounts", encode(message, "test:headcounts", KEY))
        await until(lambda: len(node.heads) == 2)
        assert [heads.counts["topic:7"] for heads in node.heads] == [5, 6]


async def test_a_listener_that_fails_does_not_end_the_connection(redis: RunningRedis) -> None:
    async with nodes(2, redis.url) as (one, two):
        heard: list[int] = []

        def listen(one: object) -> None:
            heard.append(1)
            raise RuntimeError("a mistake of the listener")

        two.bus.attach(listen, lambda *_: None)
        await two.bus.subscribe(7)
        await one.bus.publish(delta(7, 1))
        await until(lambda: len(heard) == 1)
        await one.bus.publish(delta(7, 2))
        await until(lambda: len(heard) == 2)


# --- set up wrongly


WAITS = Timings(connect=DEADLINE, command=DEADLINE)
"""A refusal is waited for, however busy the machine; who only is late is not refused."""


async def refusal(url: str) -> str:
    bus = RedisBus(read_addresses(url), prefix="test", key=KEY, timings=WAITS)
    try:
        with pytest.raises(BusRefused) as refused:
            await bus.start()
    finally:
        await bus.stop()
    return str(refused.value)


@pytest.mark.parametrize("login", ["", ":wrong@", "nobody:word@"])
async def test_a_wrong_password_is_refused_at_start(tmp_path: Path, login: str) -> None:
    with running_redis(tmp_path / "redis", "--requirepass", "right") as redis:
        said = await refusal(redis.url.replace("//", f"//{login}"))
        assert "IMAGINEST_BUS_URL" in said
        assert "wrong" not in said
        async with nodes(1, redis.url.replace("//", "//:right@")) as [node]:
            await node.bus.subscribe(7)
            assert redis.ask("PUBSUB", "CHANNELS", "test:topic:*", password="right") == [b"test:topic:7"]


async def test_a_user_that_may_not_use_our_channels_is_refused_at_start(redis: RunningRedis) -> None:
    redis.ask("ACL", "SETUSER", "citizen", "on", ">word", "+@all", "resetchannels", "&other:*")
    assert "test:*" in await refusal(redis.url.replace("//", "//citizen:word@"))
    allowed = ("+publish", "+subscribe", "+unsubscribe", "&test:*")
    redis.ask("ACL", "SETUSER", "citizen", "reset", "resetchannels", "on", ">word", *allowed)
    async with nodes(2, redis.url.replace("//", "//citizen:word@")) as (one, two):
        await two.bus.subscribe(7)
        await one.bus.publish(delta(7, 1))
        await until(lambda: two.deltas)


async def test_a_redis_that_is_down_does_not_stop_the_start() -> None:
    async with nodes(1, f"redis://127.0.0.1:{free_port()}") as [node]:
        await node.bus.subscribe(7)
        await node.bus.publish(delta(7, 1))
        assert node.deltas == [delta(7, 1)]


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"*1\r\n" * 50_000, b"+" + bytes(200_000), b"*-7\r\n"]
)
async def test_a_server_that_is_no_redis_is_tried_again_and_harms_nothing(answer: bytes) -> None:
    tried = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tried.append(await reader.read(100))
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, nodes(1, f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}") as [node]:
        await until(lambda: len(tried) > 4)
        await node.bus.subscribe(7)
        await node.bus.publish(delta(7, 1))
        assert node.deltas == [delta(7, 1)]


# --- TLS and Sentinel


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1, its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a private authority")])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=3))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(exist_ok=True)
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    return folder / "cert.pem", folder / "key.pem"


async def test_tls_with_a_private_authority(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path / "tls")
    files = ("--tls-cert-file", str(cert), "--tls-key-file", str(key), "--tls-ca-cert-file", str(cert))
    port = free_port()
    options = ("--tls-port", str(port), "--tls-auth-clients", "no", *files)
    try:
        with running_redis(tmp_path / "redis", *options):
            url = f"rediss://127.0.0.1:{port}"
            assert "ssl_ca_certs" in await refusal(url)
            async with nodes(2, f"{url}?ssl_ca_certs={cert}") as (one, two):
                await two.bus.subscribe(7)
                await one.bus.publish(delta(7, 1))
                await until(lambda: two.deltas)
    except AssertionError as error:
        if "Bad directive" in str(error) or "--tls" in str(error):
            pytest.skip("this redis-server was built without TLS")
        raise


async def test_the_bus_follows_the_sentinels_to_a_new_master(redis: RunningRedis, tmp_path: Path) -> None:
    with running_redis(tmp_path / "replica", "--replicaof", "127.0.0.1", str(redis.port)) as replica:
        redis.ask("CONFIG", "SET", "repl-diskless-sync-delay", 0)
        await until(lambda: replica.ask("INFO", "replication")["master_link_status"] == "up")
        watch = (
            f"sentinel monitor votes 127.0.0.1 {redis.port} 1",
            "sentinel down-after-milliseconds votes 300",
            "sentinel failover-timeout votes 2000",
        )
        with running_redis(tmp_path / "sentinel", *watch, sentinel=True) as sentinel:
            await until(lambda: len(sentinel.ask("SENTINEL", "REPLICAS", "votes")) == 1)
            url = f"redis+sentinel://127.0.0.1:{free_port()},127.0.0.1:{sentinel.port}/votes"
            async with nodes(2, url) as (one, two):
                await two.bus.subscribe(7)
                await one.bus.publish(delta(7, 1))
                await until(lambda: two.deltas)
                redis.kill()
                await until(lambda: two.told(GapReason.RECONNECTED))
                await until(lambda: one.bus.counts["gap.reconnected"])
                await one.bus.publish(delta(7, 2))
                await until(lambda: two.has_heard(delta(7, 2)))
                assert replica.ask("PUBSUB", "CHANNELS", "test:topic:*") == [b"test:topic:7"]
