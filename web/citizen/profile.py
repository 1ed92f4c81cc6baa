"""The profile: three taps, asked when it is first needed; each may be left out, but where a vote needs all."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from realtime.refusals import Refusal
from realtime.tally import NOWHERE
from storage.profiles import save_profile
from storage.topics import get_topic
from storage.values import Profile
from web.catalogue import Catalogue
from web.citizen.before_voting import needs_all_answers
from web.citizen.topic import SEE_OTHER, enter
from web.citizen.visit import (
    Visit,
    came_from,
    each_once,
    profile_state,
    read_form,
    refused,
    visit,
    wants_json,
)
from web.forms import (
    HOME,
    Answers,
    KeptVote,
    ProfileFaults,
    VoteForm,
    local_path,
    read_answers,
    read_cell,
    read_kept_vote,
)


async def profile_page(request: Request) -> Response:
    visitor = await visit(request)
    kept = read_kept_vote(each_once(request.query_params))
    fields = {"next": _before(request), **request.query_params}
    if not isinstance(kept, KeptVote):
        return _form(visitor, fields, None)
    topic = await get_topic(visitor.services.database, kept.topic)
    needs_all = topic is not None and await needs_all_answers(visitor, topic)
    return _form(visitor, fields, kept, needs_all=needs_all)


async def keep_profile(request: Request) -> Response:
    """Keep the answers, then cast the vote that came along, if any."""
    visitor = await visit(request)
    if not request.state.has_cookie:
        return refused(request, visitor, request.state.cookie_fault or Refusal.UNKNOWN_VOTER)
    form = await read_form(request)
    kept = read_kept_vote(form)
    if isinstance(kept, Refusal):
        return refused(request, visitor, kept)
    topic = None if kept is None else await get_topic(visitor.services.database, kept.topic)
    needs_all = topic is not None and await needs_all_answers(visitor, topic)
    cell = read_cell(form, needs_all=needs_all)
    if isinstance(cell, ProfileFaults):
        if wants_json(request):
            return refused(request, visitor, cell.first)
        return _form(visitor, form, kept, needs_all=needs_all, faults=cell, status=400)
    services = visitor.services
    first = form.get("first") == "1"
    await save_profile(services.database, services.keys, visitor.device, cell, visitor.now, first=first)
    if wants_json(request):
        told = visitor.profile if first and visitor.profile is not None else Profile(cell)
        return JSONResponse({"profile": profile_state(told)})
    after = local_path(form)
    if kept is None:
        return RedirectResponse(after, SEE_OTHER)
    if topic is None:
        return refused(request, visitor, Refusal.UNKNOWN_TOPIC)
    return await enter(visitor, topic, VoteForm(kept.sign, kept.op), after)


def _before(request: Request) -> str:
    """Where the visitor came from: a profile on the way to a topic must not lose the topic."""
    before = came_from(request)
    return HOME if before.startswith("/profil") else before


def _form(
    visitor: Visit,
    fields: Mapping[str, Any],
    kept: KeptVote | None,
    *,
    needs_all: bool = False,
    faults: ProfileFaults | None = None,
    status: int = 200,
) -> Response:
    pages = visitor.pages
    wrong = {} if faults is None else faults.fields
    context = visitor.context(
        kept=kept,
        needs_all=needs_all,
        chosen=read_answers(fields) if wrong else _told(visitor),
        faults={name: _fault(pages.catalogue, code, needs_all) for name, code in wrong.items()},
        next=local_path(fields),
    )
    return pages.page("profile.html", context, status=status)


def _fault(catalogue: Catalogue, code: Refusal, needs_all: bool) -> str:
    return catalogue.say("live", "answer-needed") if needs_all else catalogue.refusal(code)


def _told(visitor: Visit) -> Answers:
    cell = NOWHERE if visitor.profile is None else visitor.profile.cell
    return Answers(cell.departement or "", cell.sex or "", cell.age or "")
