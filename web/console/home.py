"""The console's first page: what each of one's roles has to do."""

from starlette.requests import Request
from starlette.responses import Response

from web.console.desk import StaffVisit


async def home(request: Request, visitor: StaffVisit) -> Response:
    return visitor.page("home.html")
