"""The address that links in mails, and those that commands print, begin with."""

from server.settings import Settings


def public_address(settings: Settings, listening: str) -> str:
    """Scheme, host and port: as configured; else ``listening``, where a server does; else where one would."""
    configured = settings.public_url.rstrip("/") or next(iter(settings.origins), "")
    return configured or listening or http_address(settings.host, settings.port)


def http_address(host: str, port: int) -> str:
    """Where a server that is bound to this host can be reached from its own machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
