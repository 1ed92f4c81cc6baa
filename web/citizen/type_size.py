"""The choice of large type."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.citizen.language import SEE_OTHER
from web.citizen.visit import came_from
from web.type_size import COOKIE, MAX_AGE, read_type_size


async def choose_type_size(request: Request) -> Response:
    """Back to the page that was read, in the size that was chosen."""
    size = read_type_size(request.path_params["size"])
    if size is None:
        raise HTTPException(404)
    answer = RedirectResponse(came_from(request), SEE_OTHER, {"cache-control": "no-store"})
    answer.set_cookie(
        COOKIE, str(size), MAX_AGE, secure=request.url.scheme == "https", httponly=True, samesite="lax"
    )
    return answer
