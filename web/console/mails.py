"""The mails that the console writes to staff."""

from storage.reminders import op_of
from storage.staff import digest
from storage.values_contact import PUBLIC, NewMail
from storage.values_follow_up import days_left
from storage.values_referents import Digest
from web.rendering import Pages

ABOUT = "staff"
REMINDERS = "reminders"
MOST_LINES = 20
"""Of one reminder; the others are counted."""


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


def reminder(pages: Pages, told: Digest) -> NewMail:
    """What runs out of days, the most urgent first: public titles, and where each is answered."""
    say = pages.catalogue.say
    words = {part: say("console-mails", f"reminder-{part}") for part in ("link", "after")}
    words["subject"] = say("console-mails", "reminder-subject", len(told.reminders))
    words["told"] = say("console-mails", "reminder-told", name=told.name)
    lines = []
    for one in told.reminders[:MOST_LINES]:
        left = days_left(one.since, told.now)
        days = say("days-left", "late", -left) if left < 0 else say("days-left", "left", left)
        nobody = "" if one.assigned else f" ({say('console-mails', 'reminder-nobody')})"
        lines.append((f"{days} : {one.title}{nobody}", f"{PUBLIC}/console/reponses/{one.topic}"))
    others = len(told.reminders) - len(lines)
    more = say("console-mails", "reminder-more", others) if others else ""
    link, signed = f"{PUBLIC}/console/reponses", say("mails", "signed")
    listed = "\n".join(f"- {line}\n  {href}" for line, href in lines)
    parts = [words["told"], listed, more, f"{words['link']}\n{link}", words["after"], signed]
    text = "\n\n".join(part for part in parts if part) + "\n"
    context = {"words": words, "lines": lines, "more": more, "link": link, "signed": signed}
    html = pages.environment.get_template("mails/reminder.html").render(context)
    return NewMail(op_of(told.staff, told.day), REMINDERS, told.email, words["subject"], text, html)
