"""An argument's figures, through the live door: opened by the vote on its topic, and by nothing else."""

import secrets
import urllib.parse
import urllib.request

from tests.running import DEADLINE, Running, citizen

TEXT = "Une raison"


def argument(server: Running, topic: int) -> int:
    """A published argument under a topic whose results are hidden until the vote."""
    form = {"side": 1, "text": TEXT, "op": secrets.token_urlsafe(12)}
    cookie = server.cookie()
    headers = {"Cookie": cookie, "Origin": server.url}
    body = urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(f"{server.url}/sujets/{topic}/arguments", body, headers)
    urllib.request.urlopen(request, timeout=DEADLINE).close()
    mine = urllib.request.Request(f"{server.url}/mes-idees", headers={"Cookie": cookie})
    with urllib.request.urlopen(mine, timeout=DEADLINE) as answer:
        post = answer.read().decode().split('id="texte-')[1].split('"')[0]
    return int(server.operate("posts/publish", {"id": int(post)})["topic"])


async def test_only_the_vote_on_the_topic_opens_its_arguments(server: Running) -> None:
    topic = server.topic()
    under = argument(server, topic)
    cookie = server.cookie()
    async with citizen(server, cookie) as voter:
        assert set((await voter.follow(topic))["tally"]) == {"voters"}
        assert set((await voter.follow(under))["tally"]) == {"voters"}
        own = (await voter.vote(under, 1))["seen"]
        assert set((await voter.follow(under, seen=own))["tally"]) == {"voters"}, (
            "not the vote on the argument"
        )
        opens = (await voter.vote(topic, -1))["seen"]
        opened = {(await voter.hear_a("snap"))["channel"]: None for _ in range(2)}
        assert set(opened) == {f"topic:{topic}", f"topic:{under}"}
    async with citizen(server, cookie) as again:
        assert (await again.follow(under, seen=opens))["tally"]["plus"] == 1
    async with citizen(server, server.cookie()) as other:
        assert set((await other.follow(under, seen=opens))["tally"]) == {"voters"}, "another's token"
