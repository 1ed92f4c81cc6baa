"""Films as browsers fetch them: whole or a stretch of them, their captions, their poster."""

import re
from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from channels.parsing import MAX_INTEGER
from storage.database import Database
from storage.films import get_film, read_part
from storage.news import get_image
from storage.screens import paired_tokens
from storage.stages import shown_to_all
from storage.values_films import PART_BYTES, Film
from web.console.desk import signed_in
from web.halls import screen_tokens
from web.services import Services

_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


async def film(request: Request) -> Response:
    """The film's bytes; of a stretch that was asked for (RFC 9110, 14) only those, several at once are not."""
    services: Services = request.state.services
    found = await _allowed(request)
    assert found.format is not None  # noqa: S101 - it is whole
    etag = f'"{found.hash}"'
    headers = {
        "accept-ranges": "bytes",
        "etag": etag,
        "cache-control": "private, max-age=86400",
        "content-type": found.format.media_type,
    }
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    asked = request.headers.get("range", "")
    unchanged = request.headers.get("if-range", etag) == etag
    stretch = stretch_of(asked, found.size) if asked and unchanged else None
    if asked and unchanged and stretch is None and _RANGE.fullmatch(asked):
        return Response(status_code=416, headers={"content-range": f"bytes */{found.size}"})
    first, last = stretch or (0, found.size - 1)
    headers["content-length"] = str(last - first + 1)
    if stretch is not None:
        headers["content-range"] = f"bytes {first}-{last}/{found.size}"
    content = _stretch(services.database, found.id, first, last)
    if request.method == "HEAD":
        return Response(status_code=206 if stretch else 200, headers=headers)
    return StreamingResponse(content, 206 if stretch else 200, headers)


async def film_captions(request: Request) -> Response:
    """Of a film that has none an empty track: a browser asks for one before it can know."""
    found = await _allowed(request)
    return Response(
        found.captions or "WEBVTT\n", media_type="text/vtt", headers={"cache-control": "private, max-age=60"}
    )


async def film_poster(request: Request) -> Response:
    services: Services = request.state.services
    found = await _allowed(request)
    image = None if found.poster is None else await get_image(services.database, found.poster)
    if image is None:
        raise HTTPException(404)
    headers = {"cache-control": "private, max-age=60"}
    return Response(image.content, media_type=image.format.media_type, headers=headers)


def stretch_of(asked: str, size: int) -> tuple[int, int] | None:
    """The first and last byte of a Range header that asks for one stretch; None where there is none such."""
    match = _RANGE.fullmatch(asked)
    if match is None or not size:
        return None
    first, last = match.groups()
    if not first:
        return (max(0, size - int(last)), size - 1) if last and int(last) else None
    end = min(int(last), size - 1) if last else size - 1
    return (int(first), end) if int(first) <= end else None


async def _stretch(database: Database, film_id: int, first: int, last: int) -> AsyncIterator[bytes]:
    for number in range(first // PART_BYTES, last // PART_BYTES + 1):
        start = number * PART_BYTES
        part = await read_part(database, film_id, number)
        yield part[max(first - start, 0) : last - start + 1]


async def _allowed(request: Request) -> Film:
    """The film, for whoever may see it: everybody once a launch has shown it; before that screens and staff."""
    services: Services = request.state.services
    film_id: int = request.path_params["id"]
    found = await get_film(services.database, film_id) if film_id <= MAX_INTEGER else None
    if found is None or not found.is_whole:
        raise HTTPException(404)
    shown = await shown_to_all(services.database, services.now())
    if any(content.film == found.id for content in shown) or await is_ours(request):
        return found
    raise HTTPException(404)


async def is_ours(request: Request) -> bool:
    """Whether a paired screen asks, or somebody of staff: they see a show before everybody else."""
    services: Services = request.state.services
    tokens = set(screen_tokens(request.cookies).values())
    if tokens and await paired_tokens(services.database, tokens):
        return True
    return await signed_in(request) is not None
