"""Films of launch events: brought in parts by the page's script, with captions and a poster."""

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from channels.names import is_op
from storage import films
from storage.values_drafts import DraftFault
from storage.values_films import LONGEST_CAPTIONS, PART_BYTES, FilmFault
from storage.values_staff import Role
from web.citizen.visit import new_op
from web.console.desk import StaffVisit, console_route, go
from web.console.events import id_in
from web.pictures import MOST_BYTES

PATH = "/console/films"
_ROLES = (Role.EDITOR, Role.ADMINISTRATOR)


def film_routes() -> list[BaseRoute]:
    return [
        console_route(PATH, films_page, *_ROLES),
        console_route(PATH, begin, *_ROLES, methods=("POST",)),
        console_route(PATH + "/{id:int}/parties/{number:int}", take_part, *_ROLES, methods=("PUT",)),
        console_route(PATH + "/{id:int}/fin", finish, *_ROLES, methods=("POST",)),
        console_route(PATH + "/{id:int}/habits", dress, *_ROLES, methods=("POST",)),
        console_route(PATH + "/{id:int}/supprimer", drop, *_ROLES, methods=("POST",)),
    ]


async def films_page(
    request: Request, visitor: StaffVisit, fault: DraftFault | FilmFault | None = None
) -> Response:
    """All films, and the form that brings another."""
    rows = await films.list_films(visitor.services.database)
    context = {"films": rows, "op": new_op(), "fault": None if fault is None else _told(visitor, fault)}
    return visitor.page("films.html", context, status=200 if fault is None else _status(fault))


async def begin(request: Request, visitor: StaffVisit) -> Response:
    """A film that is to come in parts; which of them are there already."""
    form = await request.form(max_files=0, max_fields=10, max_part_size=4096)
    op, size = str(form.get("op", "")), str(form.get("size", ""))
    if not is_op(op):
        return _refused(visitor, FilmFault.BAD_OP)
    number = int(size) if size.isascii() and size.isdecimal() and len(size) < 15 else 0
    name = str(form.get("name", "")).strip()
    database = visitor.services.database
    made = await films.begin_film(database, name, number, op=op, by=visitor.staff.id, now=visitor.now)
    if isinstance(made, FilmFault):
        return _refused(visitor, made)
    came = await films.parts_of(database, made.id)
    return JSONResponse({"id": made.id, "part": PART_BYTES, "came": sorted(came)})


async def take_part(request: Request, visitor: StaffVisit) -> Response:
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or len(length) > 9 or int(length) > PART_BYTES:
        return _refused(visitor, FilmFault.BAD_PART, 413)
    film_id, number = id_in(request, "id"), request.path_params["number"]
    content = await request.body()
    fault = await films.keep_part(visitor.services.database, film_id, number, content)
    return Response(status_code=204) if fault is None else _refused(visitor, fault)


async def finish(request: Request, visitor: StaffVisit) -> Response:
    database, film_id = visitor.services.database, id_in(request, "id")
    made = await films.finish_film(database, film_id, by=visitor.staff.id, now=visitor.now)
    if isinstance(made, FilmFault):
        return _refused(visitor, made)
    return JSONResponse({"id": made.id, "address": PATH})


async def dress(request: Request, visitor: StaffVisit) -> Response:
    """Captions, a picture, or both."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or len(length) > 9 or int(length) > MOST_BYTES + 2 * LONGEST_CAPTIONS:
        return await films_page(request, visitor, DraftFault.PICTURE_HEAVY)
    form = await request.form(max_files=2, max_fields=4, max_part_size=4096)
    captions, picture = await _file(form, "captions"), await _file(form, "poster")
    await form.close()
    fault: DraftFault | FilmFault | None = None
    text = _text(captions) if captions else None
    drawn = await visitor.services.darkroom.redraw(picture) if picture else None
    if captions and text is None:
        fault = FilmFault.NO_CAPTIONS
    elif isinstance(drawn, DraftFault):
        fault = drawn
    else:
        fault = await films.dress_film(
            visitor.services.database,
            id_in(request, "id"),
            captions=text,
            poster=None if drawn is None else (drawn.picture("").image, drawn.content),
            by=visitor.staff.id,
            now=visitor.now,
        )
    return go(PATH) if fault is None else await films_page(request, visitor, fault)


async def drop(request: Request, visitor: StaffVisit) -> Response:
    database, film_id = visitor.services.database, id_in(request, "id")
    fault = await films.drop_film(database, film_id, by=visitor.staff.id, now=visitor.now)
    return go(PATH) if fault is None else await films_page(request, visitor, fault)


async def _file(form: FormData, name: str) -> bytes:
    file = form.get(name)
    return await file.read() if isinstance(file, UploadFile) and file.filename else b""


def _text(content: bytes) -> str | None:
    """WebVTT is UTF-8, with or without a mark at its beginning, and lines of any kind."""
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        return None


def _told(visitor: StaffVisit, fault: DraftFault | FilmFault) -> str:
    section = "film-fault" if isinstance(fault, FilmFault) else "draft-fault"
    return visitor.say(section, str(fault))


def _status(fault: DraftFault | FilmFault) -> int:
    return 404 if fault is FilmFault.UNKNOWN else 400


def _refused(visitor: StaffVisit, fault: FilmFault, status: int | None = None) -> Response:
    return JSONResponse({"code": str(fault), "message": _told(visitor, fault)}, status or _status(fault))
