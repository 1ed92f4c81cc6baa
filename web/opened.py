"""Whether somebody is behind a request, or only the script of a page that stays open (pure)."""

from starlette.requests import Request


def is_opened(request: Request) -> bool:
    """Whether somebody opens a page or sends a form: browsers ask for a page then, scripts for anything."""
    return "text/html" in request.headers.get("accept", "")
