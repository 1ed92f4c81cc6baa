"""Reporting what a citizen has posted: a small form, and thanks."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from storage.database import StorageUnavailable
from storage.reports import may_report_again, report
from storage.values import Topic
from storage.values_reports import NewReport, ReportReason, ReportRefusal
from web.arguing import (
    LONGEST_TYPED,
    CheckedReport,
    ReportDraft,
    ReportFault,
    check_report,
    read_report,
)
from web.citizen.again import in_words, retry_after
from web.citizen.posting import read_text_form
from web.citizen.topic import SEE_OTHER
from web.citizen.visit import Visit, asked_topic, visit
from web.post_text import clean, count_signs
from web.posting import DraftFault


async def report_page(request: Request) -> Response:
    visitor = await visit(request)
    topic = await _asked(visitor, request)
    return _page(visitor, topic, ReportDraft(), is_done=request.query_params.get("merci") == "1")


async def take_report(request: Request) -> Response:
    """Keep a report; doing so twice is doing it once."""
    visitor = await visit(request)
    topic = await _asked(visitor, request)
    draft = read_report(await read_text_form(request))
    if not request.state.has_cookie:
        return _page(visitor, topic, draft, {"form": DraftFault.UNKNOWN_VOTER}, status=400)
    read = check_report(draft)
    if not isinstance(read, CheckedReport):
        return _page(visitor, topic, draft, read, status=400)
    services = visitor.services
    new = NewReport(topic.id, services.keys.reporter(visitor.device), read.reason, read.text)
    try:
        refusal = await report(services.database, new, visitor.now)
    except StorageUnavailable:
        return _page(visitor, topic, draft, {"form": DraftFault.TRY_AGAIN}, status=503)
    if refusal is ReportRefusal.UNKNOWN_TOPIC:
        raise HTTPException(404)
    if refusal is not None:
        again = await may_report_again(services.database, new.reporter)
        return _page(visitor, topic, draft, {"form": refusal}, status=429, again=again)
    return RedirectResponse(f"/sujets/{topic.id}/signaler?merci=1", SEE_OTHER)


async def _asked(visitor: Visit, request: Request) -> Topic:
    """What a citizen has posted and is in view."""
    topic = await asked_topic(visitor, request)
    if not topic.kind.by_citizens or topic.withdrawn_at is not None:
        raise HTTPException(404)
    return topic


def _page(
    visitor: Visit,
    topic: Topic,
    draft: ReportDraft,
    faults: Mapping[str, ReportFault] | None = None,
    *,
    is_done: bool = False,
    status: int = 200,
    again: int | None = None,
) -> Response:
    signs = count_signs(clean(draft.text))
    say = visitor.pages.catalogue.say
    when = in_words(visitor, again)
    context = visitor.context(
        topic=topic,
        draft=draft,
        faults={
            name: say("report-faults", code, n=signs, when=when) for name, code in (faults or {}).items()
        },
        reasons=list(ReportReason),
        longest=LONGEST_TYPED,
        is_done=is_done,
    )
    return visitor.pages.page("report.html", context, status=status, headers=retry_after(again, visitor.now))
