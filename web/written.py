"""Which language a text is written in, guessed by its small words (pure): citizens are not asked for it."""

import re

from web.catalogue import Language

ENOUGH = 2
"""Small words of another language without which a text counts as French."""

_WORDS = re.compile(r"[^\W\d_]+")

_SMALL_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        Language.FRENCH: """
            à au aux avec c ce ces cette d dans de des du elle en est et faut il ils j je l la le les leur
            leurs mais même n ne nos notre nous où par pas plus pour qu que qui s sa sans se ses sont sur
            tous tout trop très un une vers vos votre vous y""",
        Language.GERMAN: """
            aber alle als am auch auf aus bei beim bin braucht brauchen das dass dem den der des die doch
            durch ein eine einem einen einer es für gegen gibt haben ich ihr im in ist kann kein keine
            können man mehr mit muss müssen nach nicht noch nur oder ohne sich sie sind sollen sollte
            sollten soll über um und uns unser unsere vom von vor war warum was wenn werden wie wir wird zu
            zum zur""",
        Language.ENGLISH: """
            a about all am an and any are as at be because been but by can could do does don for from get
            had has have he how i if in is isn it its just like make more most must my myself need needs no
            not of or our out shall she should so than that the their them there these they this those to
            too up was way we were what when which who will with without would you your""",
    }.items()
}


def language_written(text: str) -> Language:
    """The language with most of its small words in ``text``; French where that is not plain."""
    words = _WORDS.findall(text.lower())
    counts = {language: sum(word in known for word in words) for language, known in _SMALL_WORDS.items()}
    most = max(counts, key=lambda language: counts[language])  # the first of equals, French
    return most if counts[most] >= ENOUGH else Language.FRENCH
