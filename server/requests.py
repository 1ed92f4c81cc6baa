"""Around every page: how many were asked, how long they took, and what failed, under a number that can be told.

Nothing of a request is logged but its method, the template of its route and the number: an address names a person,
a query may hold a token.
"""

import logging
import secrets
import time
from collections import Counter, defaultdict
from typing import Any, NamedTuple

from starlette.requests import ClientDisconnect

from realtime.histogram import Histogram

log = logging.getLogger("imaginest.requests")

METHODS = frozenset({"GET", "HEAD", "POST"})
OTHER = "other"
"""A method that nobody uses, and an address that is no page of ours."""


class Kind(NamedTuple):
    """What requests are counted by; few, whatever is asked."""

    method: str
    route: str
    status: int


class Requests:
    """ASGI middleware; ``counts`` and ``seconds`` (by route) tell what passed."""

    def __init__(self, app: Any) -> None:
        self.counts: Counter[Kind] = Counter()
        self.seconds: defaultdict[str, Histogram] = defaultdict(Histogram)
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        incident = secrets.token_hex(4)
        scope["state"] = {**scope.get("state", {}), "incident": incident}
        status, ended = 0, False

        async def watched(message: Any) -> None:
            nonlocal status, ended
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                ended = not message.get("more_body", False)
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            pass  # whoever asked has gone before the end of their question
        except Exception as error:
            kind = _kind(scope, status or 500)
            fields = {"incident": incident, "route": kind.route, "method": kind.method}
            log.error("a request failed", exc_info=error, extra={"event": "request-failed", "fields": fields})
            if not ended:
                raise  # the server cuts it off: half a page is none
        finally:
            kind = _kind(scope, status or 500)
            self.counts[kind] += 1
            self.seconds[kind.route].add(time.perf_counter() - began)


def _kind(scope: Any, status: int) -> Kind:
    route = getattr(scope.get("route"), "path", OTHER)
    method = scope["method"]
    return Kind(method if method in METHODS else OTHER, route, status)
