"""``imaginest posts``: what waits for a moderator, published or refused by command, also while a server runs."""

from server.ordering import look, order
from server.orders import WrongUse
from server.settings import Settings
from storage import posts
from storage.values_posts import PostReason


def run(settings: Settings, action: str, post: int | None, reason: str) -> int:
    """List what waits, publish or refuse one; the exit status. Raises OrderRefused, WrongUse too."""
    if action == "list" and post is not None:
        raise WrongUse(f"say “posts publish {post}” or “posts refuse {post} --reason …”; “posts” alone lists")
    if action != "list" and post is None:
        raise WrongUse(f"{action} which? Write its number, as in “posts {action} 12”; “posts” lists them")
    if action == "refuse" and not reason.strip():
        raise WrongUse(
            f"its author reads why. Usual reasons: {', '.join(PostReason)}, as in “posts refuse {post} --reason "
            f"{PostReason.OFF_TOPIC}”\nor a sentence of your own: “posts refuse {post} --reason 'Dites-le sans …'”"
        )
    if action != "refuse" and reason.strip():
        raise WrongUse("a reason goes with refuse alone: leave --reason away")
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
