"""The choice of a language, kept in a cookie that says nothing else."""

from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match

from web.forms import HOME, local_path
from web.language import COOKIE, MAX_AGE, read_language

SEE_OTHER = 303


async def choose_language(request: Request) -> Response:
    """Back to the page that was read, in the language that was chosen."""
    language = read_language(request.path_params["language"])
    if language is None:
        raise HTTPException(404)
    answer = RedirectResponse(_came_from(request), SEE_OTHER, {"cache-control": "no-store"})
    answer.set_cookie(
        COOKIE, str(language), MAX_AGE, secure=request.url.scheme == "https", httponly=True, samesite="lax"
    )
    return answer


def _came_from(request: Request) -> str:
    """The path of the page before, where it is one of ours."""
    try:
        before = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return HOME
    if before.netloc != request.headers.get("host"):
        return HOME
    path = before.path
    while path and not _can_be_read(request, path):  # a form was answered there: the page is one step up
        path = path.rpartition("/")[0]
    return local_path({"next": f"{path}?{before.query}" if before.query else path})


def _can_be_read(request: Request, path: str) -> bool:
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
