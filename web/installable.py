"""What makes the site an application on a phone: its manifest, icons and service worker."""

from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from web.assets import DIST
from web.catalogue import Catalogue
from web.citizen.visit import pages_for

ICONS = Path(__file__).parent / "images"

SKY = "#12397F"
PAPER = "#FFFDF8"

_DAY = {"cache-control": "public, max-age=86400"}
_ASK_AGAIN = {"cache-control": "no-cache"}

SIZES = {"icon-192.png": "192x192", "icon-512.png": "512x512", "maskable-512.png": "512x512"}


async def manifest(request: Request) -> Response:
    content = plain_manifest(pages_for(request).catalogue)
    headers = {"cache-control": "private, no-cache", "vary": "cookie, accept-language"}
    return JSONResponse(content, headers=headers, media_type="application/manifest+json")


def plain_manifest(catalogue: Catalogue) -> dict[str, Any]:
    """The web app manifest (W3C) in one language."""

    def say(entry: str) -> str:
        return catalogue.say("installed", entry)

    return {
        "id": "/",
        "name": say("name"),
        "short_name": "Imagin'Est",
        "description": say("description"),
        "lang": str(catalogue.language),
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": SKY,
        "categories": ["government", "news"],
        "icons": [
            {
                "src": f"/icons/{name}",
                "sizes": size,
                "type": "image/png",
                "purpose": "maskable" if name.startswith("maskable") else "any",
            }
            for name, size in SIZES.items()
        ],
        "shortcuts": [{"name": say("my-votes"), "url": "/mes-votes"}],
    }


async def icon(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in SIZES:
        raise HTTPException(404)
    return FileResponse(ICONS / name, media_type="image/png", headers=_DAY)


async def apple_icon(_: Request) -> Response:
    return FileResponse(ICONS / "apple-touch-icon.png", media_type="image/png", headers=_DAY)


async def service_worker(_: Request) -> Response:
    """Browsers look for a new one at each visit; where nothing was built there is none."""
    return _worker("sw.js")


async def screen_worker(_: Request) -> Response:
    """That of the halls' screens: it answers for nothing but what is below their address."""
    return _worker("sw-screen.js")


def _worker(name: str) -> Response:
    file = DIST / name
    if not file.is_file():
        raise HTTPException(404)
    return FileResponse(file, media_type="text/javascript", headers=_ASK_AGAIN)


def installable_routes() -> list[BaseRoute]:
    return [
        Route("/manifest.webmanifest", manifest),
        Route("/icons/{name}", icon),
        Route("/apple-touch-icon.png", apple_icon),
        Route("/sw.js", service_worker),
    ]
