"""The mails that the application writes by itself; their words come from the catalogue."""

from enum import StrEnum

from storage.contact import about as about_thread
from storage.keys import Keys
from storage.letter import ABOUT as LETTER
from storage.letter import confirmation_token, unsubscribe_token
from storage.values_contact import PUBLIC, ContactThread, NewMail
from web.rendering import Pages


class MailKind(StrEnum):
    CONFIRM = "confirm"
    KNOWN = "known"
    WELCOME = "welcome"
    ANSWER = "answer"


def confirmation(
    pages: Pages, keys: Keys, address: str, subscriber: bytes | None, *, op: str, now: int
) -> NewMail:
    """What is sent to an address that was typed: the link that confirms it, or that it is subscribed already."""
    own_op = f"letter {keys.address_key(address).hex()} {op}"
    if subscriber is not None:
        return _letter_mail(pages, MailKind.KNOWN, keys, address, subscriber, own_op)
    path = f"/lettre/confirmation/{confirmation_token(keys, address, now)}"
    return _mail(pages, MailKind.CONFIRM, address, path, op=own_op, about=LETTER)


def welcome(pages: Pages, keys: Keys, address: str, subscriber: bytes) -> NewMail:
    return _letter_mail(
        pages, MailKind.WELCOME, keys, address, subscriber, f"letter welcome {subscriber.hex()}"
    )


def answer_notice(pages: Pages, thread: ContactThread, op: str) -> NewMail:
    """That there is an answer, and where; nothing of what anybody wrote."""
    about = about_thread(thread.id)
    path = f"/contact/{thread.id}"
    return _mail(pages, MailKind.ANSWER, thread.email, path, op=f"{about} {op}", about=about)


def unsubscribe_headers(token: str) -> dict[str, str]:
    """RFC 8058: a mail program may show a button that unsubscribes by itself."""
    return {
        "List-Unsubscribe": f"<{PUBLIC}/lettre/desabonnement/{token}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _letter_mail(
    pages: Pages, kind: MailKind, keys: Keys, address: str, subscriber: bytes, op: str
) -> NewMail:
    token = unsubscribe_token(keys, subscriber)
    path = f"/lettre/desabonnement/{token}"
    return _mail(pages, kind, address, path, op=op, about=LETTER, headers=unsubscribe_headers(token))


def _mail(
    pages: Pages,
    kind: MailKind,
    recipient: str,
    path: str,
    *,
    op: str,
    about: str,
    headers: dict[str, str] | None = None,
) -> NewMail:
    say = pages.catalogue.say
    words = {part: say("mails", f"{kind}-{part}") for part in ("subject", "told", "link", "after")}
    signed = say("mails", "signed")
    link = PUBLIC + path
    text = "\n\n".join([words["told"], f"{words['link']}\n{link}", words["after"], signed]) + "\n"
    context = {"words": words, "link": link, "signed": signed}
    html = pages.environment.get_template("mails/mail.html").render(context)
    return NewMail(op, about, recipient, words["subject"], text, html, headers or {})
