"""Cookies as browsers send them: whatever else of this host set may stand beside ours."""

from starlette.requests import cookie_parser


def cookies_in(header: bytes) -> dict[str, str]:
    """Every cookie of a Cookie header by its name; one that follows no rule spoils no other."""
    return cookie_parser(header.decode("latin-1"))
