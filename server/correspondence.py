"""``imaginest contact``: read what citizens wrote, answer it, end a conversation, also while a server runs."""

import secrets
from datetime import UTC, datetime

from server.ordering import look, order
from server.orders import OrderRefused, WrongUse
from server.settings import Settings
from storage import contact
from storage.database import Database
from storage.keys import Keys
from storage.values_contact import ContactThread


def run(settings: Settings, action: str, thread_id: int | None, text: str | None) -> int:
    """List, show, answer or close; the exit status. Raises OrderRefused."""
    if action == "list":
        if thread_id is not None:
            raise WrongUse(f"say “contact show {thread_id}” to read it; “contact” alone lists")
        threads = look(settings, contact.open_threads)
        print("\n".join(map(_line, threads)) or "nobody waits for an answer")
        return 0
    if thread_id is None:
        raise WrongUse(f"{action} which? Write its number, as in “contact {action} 12”; “contact” lists them")
    if action == "answer" and not (text or "").strip():
        raise WrongUse(f"write what the citizen reads: “contact answer {thread_id} --text 'Bonjour, …'”")
    if action != "answer" and text is not None:
        raise WrongUse(f"--text goes with answer alone: “contact answer {thread_id} --text …”")
    if action == "show":
        look(settings, lambda database, keys: _show(database, keys, thread_id))
    else:
        wanted = {"id": thread_id, "text": text or "", "op": secrets.token_hex(8)}
        order(settings, f"contact/{action}", wanted)
        print("the answer is kept" if action == "answer" else "the conversation is closed")
    return 0


async def _show(database: Database, keys: Keys, thread_id: int) -> None:
    found = await contact.any_thread(database, keys, thread_id)
    if found is None:
        raise OrderRefused(f"there is no conversation {thread_id}")
    thread, messages = found
    print(_line(thread))
    for message in messages:
        who = "the Région" if message.by_region else "the citizen"
        print(f"\n{_when(message.at)}, {who}:\n{_readable(message.text)}")


def _line(thread: ContactThread) -> str:
    told = " (will be told by e-mail)" if thread.email else ""
    return f"{thread.id}  {_when(thread.moved_at)}  {thread.state}  {thread.subject}{told}"


def _when(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def _readable(text: str) -> str:
    """Nothing that a terminal would obey, or that would turn the reading order around."""
    return "".join(
        sign if sign.isprintable() or sign in "\n\t" else "\N{REPLACEMENT CHARACTER}" for sign in text
    )
