"""A real nginx with the configuration of docs/deploy, before a real server."""

import datetime
import ipaddress
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.ports import free_ports
from tests.running import DEADLINE, ROOT, Running, running

CONFIGURATION = ROOT / "docs" / "deploy" / "nginx.conf"

NODE = "server 127.0.0.1:8000 max_fails=0;"
"""The line of a node in the configuration."""

FRAME = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


@dataclass(frozen=True)
class Nginx:
    """``url`` is where browsers go, ``plain_url`` the address without TLS."""

    folder: Path
    url: str
    plain_url: str

    @property
    def log(self) -> str:
        return (self.folder / "imaginest.log").read_text()


def program() -> str:
    """Skips the test where there is no nginx."""
    given = os.environ.get("IMAGINEST_NGINX") or shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if not given:
        if os.environ.get("CI") and shutil.which("apt-get"):
            pytest.fail("there is no nginx, and ./dev test could have brought it")
        pytest.skip("there is no nginx; ./dev test brings Debian's where apt-get exists")
    return given


@contextmanager
def nginx(folder: Path, *upstreams: int, changes: Mapping[str, str] | None = None) -> Iterator[Nginx]:
    """nginx before servers on ports ``upstreams``; ports, paths and ``changes`` are replaced in its file."""
    ports = free_ports(4)
    certificate(folder)
    text = CONFIGURATION.read_text()
    replaced = {
        NODE: "\n    ".join(NODE.replace("8000", str(port)) for port in upstreams),
        "listen 80;": f"listen 127.0.0.1:{ports[0]};",
        "listen [::]:80;": f"listen 127.0.0.1:{ports[1]};",
        "listen 443 ssl": f"listen 127.0.0.1:{ports[2]} ssl",
        "listen [::]:443 ssl": f"listen 127.0.0.1:{ports[3]} ssl",
        "/etc/ssl/imaginest": str(folder),
        "/var/log/nginx": str(folder),
        **(changes or {}),
    }
    for old, new in replaced.items():
        assert old in text, f"{CONFIGURATION.name} has no {old!r}"
        text = text.replace(old, new)
    (folder / "site.conf").write_text(text)
    main = folder / "nginx.conf"
    main.write_text(FRAME.format(folder=folder))
    with subprocess.Popen(
        [program(), "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(main)]
    ) as process:
        try:
            wait_for(ports[2], process)
            yield Nginx(folder, f"https://127.0.0.1:{ports[2]}", f"http://127.0.0.1:{ports[0]}")
        finally:
            process.terminate()


@contextmanager
def site(folder: Path) -> Iterator[tuple[Running, Nginx]]:
    """A server that believes its proxy, and nginx before it."""
    program()
    with (
        running(folder / "data", IMAGINEST_PROXIES="127.0.0.1") as server,
        nginx(folder, server.port) as proxy,
    ):
        yield server, proxy


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + DEADLINE
    while True:
        assert process.poll() is None, "nginx has ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < end, "nginx does not listen"
        time.sleep(0.02)


def certificate(folder: Path) -> None:
    """One of its own for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "fullchain.pem").write_bytes(made.public_bytes(pem))
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
