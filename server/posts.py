"""``imaginest posts``: what waits for a moderator, published or refused by command, also while a server runs."""

from server.ordering import look, order
from server.orders import OrderRefused
from server.settings import Settings
from storage import posts


def run(settings: Settings, action: str, post: int | None, reason: str) -> int:
    """List what waits, publish or refuse one; the exit status. Raises OrderRefused."""
    if (action == "list") is not (post is None) or (action == "refuse") is not bool(reason.strip()):
        raise OrderRefused("say “posts”, “posts publish ID” or “posts refuse ID --reason TEXT”")
    if post is None:
        _print_waiting(settings)
    elif action == "publish":
        answered = order(settings, "posts/publish", {"id": post})
        print(f"post {post} is published as topic {answered['topic']}")
    else:
        order(settings, "posts/refuse", {"id": post, "reason": reason.strip()})
        print(f"post {post} is refused; its author is told why")
    return 0


def _print_waiting(settings: Settings) -> None:
    found = look(settings, lambda database, _: posts.waiting(database))
    for post in found:
        place = f"under topic {post.parent}" if post.theme is None else post.theme.slug
        print(f"{post.id}  {post.kind}  {place}  {post.text}")
    if not found:
        print("no post waits")
    elif len(found) == posts.POSTS_A_PAGE:
        print(f"these {len(found)} are the oldest; more may wait")
