"""What I posted, and what became of it; nobody else can open these pages."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from channels.parsing import MAX_INTEGER
from realtime.refusals import Refusal
from storage.follow_up import follow_ups_of
from storage.posts import POSTS_A_PAGE, own_post, posts_of, withdraw
from storage.topics import topics_of
from storage.values_follow_up import ANSWERS
from storage.values_posts import Post, PostReason, PostStatus
from web.citizen.follow_up import Deadline, deadline
from web.citizen.timeline import local_time
from web.citizen.topic import SEE_OTHER
from web.citizen.visit import Visit, visit

PRIVATE = {"cache-control": "private, no-cache", "vary": "cookie"}


@dataclass(frozen=True, slots=True)
class OwnPost:
    """A post for its author; ``reason`` is a sentence, of a refusal only: one of the list, or a moderator's own."""

    post: Post
    sent: datetime
    reason: str
    is_listed_reason: bool
    due: Deadline | None = None
    """By when the Région answers it, where it owes an answer."""

    is_answered: bool = False

    @property
    def is_waiting(self) -> bool:
        return self.post.status is PostStatus.WAITING

    @property
    def is_published(self) -> bool:
        return self.post.status is PostStatus.PUBLISHED

    @property
    def may_withdraw(self) -> bool:
        return self.is_waiting or self.is_published


async def my_posts(request: Request) -> Response:
    visitor = await visit(request)
    asked = request.query_params.get("avant", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None
    found: list[Post] = []
    if request.state.has_cookie:
        found = await posts_of(visitor.services.database, _author(visitor), before)
    older = found[-1].id if len(found) == POSTS_A_PAGE else None
    context = visitor.context(posts=await _own(visitor, found), older=older)
    return visitor.pages.page("my_posts.html", context)


async def my_states(request: Request) -> Response:
    """How the newest of my posts stand, {id: status}, for a page that stays open; nothing where nothing moved."""
    visitor = await visit(request)
    found: list[Post] = []
    if request.state.has_cookie:
        found = await posts_of(visitor.services.database, _author(visitor))
    answer = JSONResponse({str(post.id): str(post.status) for post in found}, headers=PRIVATE)
    tag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
    answer.headers["etag"] = tag
    if request.headers.get("if-none-match", "").removeprefix("W/") == tag:
        return Response(status_code=304, headers={"etag": tag, **PRIVATE})
    return answer


async def my_post(request: Request) -> Response:
    visitor = await visit(request)
    post_id: int = request.path_params["id"]
    post = None
    if request.state.has_cookie and post_id <= MAX_INTEGER:
        post = await own_post(visitor.services.database, post_id, _author(visitor))
    if post is None:
        raise HTTPException(404)
    (own,) = await _own(visitor, [post])
    return visitor.pages.page("my_post.html", visitor.context(own=own))


async def withdraw_post(request: Request) -> Response:
    """Take it back; doing so twice is doing it once."""
    visitor = await visit(request)
    post_id: int = request.path_params["id"]
    if not request.state.has_cookie:
        return visitor.pages.error(400, request.state.cookie_fault or Refusal.UNKNOWN_VOTER)
    database = visitor.services.database
    if post_id > MAX_INTEGER or await own_post(database, post_id, _author(visitor)) is None:
        raise HTTPException(404)
    await withdraw(database, post_id, _author(visitor), visitor.now)
    return RedirectResponse(f"/mes-idees/{post_id}", SEE_OTHER)


def _author(visitor: Visit) -> bytes:
    return visitor.services.keys.author(visitor.device)


async def _own(visitor: Visit, posts: list[Post]) -> list[OwnPost]:
    database = visitor.services.database
    published = [post.topic for post in posts if post.topic is not None]
    topics = await topics_of(database, published)
    told = await follow_ups_of(database, published)
    return [
        _one(
            visitor,
            post,
            None if topic is None else deadline(topic, told[topic.id], visitor.now),
            is_answered=topic is not None and any(one.step in ANSWERS for one in told[topic.id]),
        )
        for post in posts
        for topic in [topics.get(post.topic or 0)]
    ]


def _one(visitor: Visit, post: Post, due: Deadline | None, *, is_answered: bool) -> OwnPost:
    known = post.reason in {str(reason) for reason in PostReason}
    reason = visitor.pages.catalogue.say("post-reason", post.reason) if known else post.reason
    return OwnPost(post, local_time(post.created_at), reason, known, due, is_answered)
