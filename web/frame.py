"""What surrounds every page of one request: its address, and how large it is read."""

from dataclasses import dataclass

from starlette.requests import Request

from realtime.notice import QUIET, Notice
from storage.keys import Keys
from web.kiosks import COOKIE
from web.site import Site
from web.type_size import is_large


@dataclass(frozen=True, slots=True)
class Frame:
    """``base`` is the site's address from outside, empty where it is not known."""

    base: str = ""
    path: str = "/"
    is_large: bool = False
    kiosk: str = ""
    """The kiosk that this browser is, if it is one."""
    notice: Notice = QUIET
    """What staff have switched for everybody."""


def frame_of(request: Request, site: Site, keys: Keys, notice: Notice) -> Frame:
    host = request.headers.get("host", "")
    kiosk = keys.kiosk_of(request.cookies.get(COOKIE, "")) or ""
    base = site.address(request.url.scheme, host)
    return Frame(base, request.url.path, is_large(request.cookies), kiosk, notice)
