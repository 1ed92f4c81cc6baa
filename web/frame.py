"""What surrounds every page of one request: its address, and how large it is read."""

from dataclasses import dataclass

from starlette.requests import Request

from web.site import Site
from web.type_size import is_large


@dataclass(frozen=True, slots=True)
class Frame:
    """``base`` is the site's address from outside, empty where it is not known."""

    base: str = ""
    path: str = "/"
    is_large: bool = False


def frame_of(request: Request, site: Site) -> Frame:
    host = request.headers.get("host", "")
    return Frame(site.address(request.url.scheme, host), request.url.path, is_large(request.cookies))
