"""The mails that the console writes to staff."""

from storage.staff import digest
from storage.values_contact import PUBLIC, NewMail
from web.rendering import Pages

ABOUT = "staff"


def invitation(pages: Pages, email: str, token: str) -> NewMail:
    """The link with which somebody opens their account."""
    say = pages.catalogue.say
    words = {
        part: say("console-mails", f"invitation-{part}") for part in ("subject", "told", "link", "after")
    }
    signed = say("mails", "signed")
    link = f"{PUBLIC}/console/inscription/{token}"
    text = "\n\n".join([words["told"], f"{words['link']}\n{link}", words["after"], signed]) + "\n"
    context = {"words": words, "link": link, "signed": signed}
    html = pages.environment.get_template("mails/mail.html").render(context)
    return NewMail(f"staff {digest(token).hex()[:32]}", ABOUT, email, words["subject"], text, html)
