"""Statistics for everybody: the page, what an open page takes over, and the tables to take away."""

import hashlib

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from storage.statistics import PROFILE_KINDS
from storage.values import caveats_of
from web.citizen.timeline import local_time
from web.citizen.visit import pages_for, visit
from web.services import Services
from web.statistics import downloads
from web.statistics.board import Snapshot
from web.statistics.charts import EVERYTHING, Charts, charts
from web.statistics.downloads import SECTIONS, Say, Table, TableName, as_csv, as_plain, plain_json
from web.statistics.drawing import day_chart
from web.statistics.live import live
from web.statistics.representativeness import Comparison, of_pool

_SHORT_CACHE = "no-cache"
"""Whoever keeps an answer asks whether it still holds: the tag tells."""


async def statistics_page(request: Request) -> Response:
    visitor = await visit(request)
    snapshot = await visitor.services.statistics.snapshot()
    shown = charts(snapshot)
    theme = request.query_params.get("thematique", EVERYTHING)
    if theme not in shown.maps:
        theme = EVERYTHING
    context = visitor.context(
        charts=shown,
        at=local_time(snapshot.at),
        day_chart=day_chart(shown.days),
        theme=theme,
        everything=EVERYTHING,
        sections=SECTIONS,
        caveats=caveats_of(snapshot.figures.provenances),
        rate=await visitor.services.answers.rate(),
    )
    return visitor.pages.page("statistics.html", context)


async def statistics_live(request: Request) -> Response:
    """What moves on the page; the tag is of the figures, so that nothing new is an empty answer."""
    services: Services = request.state.services
    snapshot = await services.statistics.snapshot()
    return tagged(request, plain_json(live(charts(snapshot))), "application/json")


async def pooled_representativeness(request: Request) -> Response:
    visitor = await visit(request)
    snapshot = await visitor.services.statistics.snapshot()
    context = visitor.context(
        card=None,
        comparisons=comparisons(snapshot),
        at=local_time(snapshot.at),
        caveats=caveats_of(snapshot.figures.provenances),
    )
    return visitor.pages.page("representativeness.html", context)


async def statistics_csv(request: Request) -> Response:
    say = pages_for(request).catalogue.say
    name, table = await _table(request)
    return tagged(request, as_csv(table, say), "text/csv; charset=utf-8", f"imaginest-{name}.csv")


async def statistics_json(request: Request) -> Response:
    _, table = await _table(request)
    return tagged(request, plain_json({"rows": as_plain(table)}), "application/json")


def comparisons(snapshot: Snapshot) -> list[Comparison]:
    return [of_pool(snapshot.figures.pools[kind]) for kind in PROFILE_KINDS]


def tagged(
    request: Request, body: bytes, kind: str, filename: str | None = None, cache: str = _SHORT_CACHE
) -> Response:
    """An answer with a tag of its content; 304 for whoever has it."""
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": cache, "vary": "accept-language, cookie"}
    if tag in {
        part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")
    }:
        return Response(status_code=304, headers=headers)
    if filename is not None:
        headers["content-disposition"] = f'attachment; filename="{filename}"'
    return Response(body, media_type=kind, headers=headers)


async def _table(request: Request) -> tuple[TableName, Table]:
    """The table that the address names; 404 where there is none of this name."""
    try:
        name = TableName(request.path_params["name"])
    except ValueError:
        raise HTTPException(404) from None
    services: Services = request.state.services
    snapshot = await services.statistics.snapshot()
    say = pages_for(request).catalogue.say
    return name, _made(name, snapshot, charts(snapshot), say)


def _made(name: TableName, snapshot: Snapshot, shown: Charts, say: Say) -> Table:
    match name:
        case TableName.DAYS:
            return downloads.days(shown)
        case TableName.THEMES:
            return downloads.themes(shown)
        case TableName.PARTICIPATION:
            return downloads.participation(shown, say)
        case TableName.WEATHER:
            return downloads.places(shown, say)
        case TableName.LISTS:
            return downloads.lists(shown)
        case TableName.REPRESENTATIVENESS:
            return downloads.representativeness(comparisons(snapshot), say)
