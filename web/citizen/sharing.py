"""A topic passed on: its short address, its QR code, and a page to send it or to hang it up."""

from functools import lru_cache
from io import BytesIO

import segno
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.citizen.visit import asked_topic, visit

_DARK, _LIGHT = "#1c2333", "#ffffff"
"""The same by night: a code that is light on dark is not read by every phone."""

_QUIET_MODULES = 4


async def short_address(request: Request) -> Response:
    """Few signs make a code that is read from afar, and an address that can be typed."""
    visitor = await visit(request)
    topic = await asked_topic(visitor, request)
    return RedirectResponse(f"/sujets/{topic.id}", 302, {"cache-control": "public, max-age=3600"})


async def qr_code(request: Request) -> Response:
    visitor = await visit(request)
    topic = await asked_topic(visitor, request)
    picture = drawn(_link(visitor.pages.frame.base, topic.id))
    return Response(picture, media_type="image/svg+xml", headers={"cache-control": "private, max-age=3600"})


async def share_page(request: Request) -> Response:
    visitor = await visit(request)
    (card,) = await visitor.cards([await asked_topic(visitor, request)])
    link = _link(visitor.pages.frame.base, card.topic.id)
    return visitor.pages.page("sharing.html", visitor.context(card=card, link=link))


@lru_cache(maxsize=256)
def drawn(text: str) -> bytes:
    """The QR code as SVG, with its quiet zone; a seventh of it may be lost (level M)."""
    picture = BytesIO()
    segno.make(text, error="m", micro=False).save(
        picture, kind="svg", border=_QUIET_MODULES, dark=_DARK, light=_LIGHT, omitsize=True
    )
    return picture.getvalue()


def _link(base: str, topic: int) -> str:
    if not base:  # a request whose Host is no host's name
        raise HTTPException(400)
    return f"{base}/s/{topic}"
