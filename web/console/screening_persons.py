"""Persons' names and postal addresses, as far as rules of thumb find them (pure).

A street or a school that is named after somebody tells of nobody who lives.
"""

import re
from collections.abc import Iterator

from storage.words import folded

Span = tuple[int, int]

_WAYS = (
    "rue|avenue|av\\.|boulevard|bd|allées?|chemin|impasse|ruelle|sentier|faubourg|quai|square|route|place|passage|"
    "lotissement|résidence|cité|cours|montée|promenade|rond-point|esplanade|parvis"
)
_HOUSES = (
    "lycées?|collèges?|écoles?|hôpital|clinique|stade|gymnase|piscine|musée|théâtre|salle|espace|centre|maison|pont|"
    "parc|jardin|bibliothèque|médiathèque|fondation|prix|université|faculté|institut|caserne|fort|gare|station|"
    "arrêt|quartier|crèche|halle|maternelle|foyer|ehpad|zac|tour|chapelle|église|cathédrale|barrage"
)
_RANKS = (
    "général|maréchal|docteur|dr|président|abbé|commandant|capitaine|colonel|lieutenant|professeur|cardinal|"
    "chanoine|pasteur|saint|sainte|père|frères?|madame|monsieur|maître"
)
_NAMED_AFTER = re.compile(
    rf"(?i)\b(?:{_WAYS}|{_HOUSES})\s+(?:(?:de|du|des|la|le|les)\s+|[dl]['’]\s*)*(?:(?:{_RANKS})\s+)?$"
)
_NAMED = re.compile(rf"(?i)(?:{_WAYS}|{_HOUSES})")

_WORD = r"[A-ZÀ-ÖØ-Ý][\w'’-]+"
_TITLED = re.compile(
    r"\b(?:M\.|MM\.|Mr\.?|Dr\.?|Me|(?i:monsieur|madame|mademoiselle|mme|mlle|docteur|maître|famille))\s+"
    rf"(?!(?i:monsieur|madame|mesdames|messieurs)\b)(?:[A-ZÀ-ÖØ-Ý]\.\s*)?(?:(?:de|du|da|von|van)\s+)?{_WORD}(?:\s+{_WORD})*"
)
_TITLED_SMALL = re.compile(r"\b(?i:monsieur|madame|mademoiselle|mme|mlle)\s+([a-zà-ÿ][\w'’-]{2,})")
_AFTER_TITLE = frozenset(
    """
    adjoint adjointe aime aimerait aussi avec avez avait bonjour bonsoir cher chere chers cette comme conseillere
    conseiller dans depute deputee deux directeur directrice doit dont est etait etes faites fait faut gentil ici
    inconnu inconnue irma les leur mais maire madame merci ministre moins monsieur nous ont ou par pas personne peut
    plus pour pouvez prefet prefete president presidente propre propres proviseur proviseure que quel quelle qui
    quoi recteur rectrice sait sans sera serait ses senateur senatrice soleil son sont sous sur toujours tous tout
    toute une veut veuillez vont voulez vous
    """.split()
)
"""What follows a title and is no name."""

_CAPITALISED = re.compile(r"[A-ZÀ-ÖØ-Ý][\w'’]*(?:-[\w'’]+)*")
_BETWEEN = re.compile(r"\s(?:(?:de|du|da|von|van|el|ben)\s)?")
_INITIAL = re.compile(r"\s[A-ZÀ-ÖØ-Ý]\.")
_SENTENCE = re.compile(r"(?:^|[.!?…:»«]\s*|\n\s*)\W*$")
_INFINITIVE = re.compile(r"(?:er|ir|re|ez|ons)$")

_PLACES = frozenset(
    """
    alsace alsacienne ardenne ardennes aube bas haut bas-rhin haut-rhin champagne champagne-ardenne collectivite
    europeenne grand est lorraine marne haute-marne meurthe meurthe-et-moselle meuse moselle rhin rhenan vosges
    vosgien strasbourg metz nancy reims mulhouse colmar troyes charleville charleville-mezieres mezieres epinal
    thionville chalons chalons-en-champagne saint-dizier chaumont verdun bar-le-duc sedan luneville forbach
    haguenau selestat saverne wissembourg sarrebourg sarreguemines toul longwy epernay vitry langres remiremont
    gerardmer saint-die neufchateau commercy rethel givet altkirch thann guebwiller molsheim obernai schiltigheim
    illkirch vandoeuvre montigny hayange paris lyon marseille bruxelles luxembourg allemagne belgique suisse france
    europe union berlin sarre sarrebruck fribourg kehl bale jardin parc place rue avenue boulevard pont gare quai
    quartier route tour lycee college ecole universite chu hopital hotel musee theatre opera cathedrale notre
    notre-dame saint sainte region conseil regional departemental ministere etat prefecture mairie communaute
    metropole eurometropole commune assemblee nationale senat republique banque caisse chambre sncf ter tgv fluo
    pass culture jeunest jeun'est pole emploi travail mission locale croix rouge restos coeur secours populaire
    catholique action logement noel paques toussaint janvier fevrier mars avril mai juin juillet aout septembre
    octobre novembre decembre kleber stanislas moselle-est nord sud ouest imagin'est google facebook youtube
    instagram erasmus interreg blablacar velo'v velhop petite grande ile oui non bitche madame monsieur mesdames
    messieurs
    """.split()
)
"""Words of which a pair of capitalised ones is a place, an institution or a brand rather than a person."""

_OPENERS = frozenset(
    """
    le la les un une des du de au aux a en et ou pour par sur dans avec sans nos notre mes mon ma ses son sa leur
    leurs ce cette ces il elle on nous vous je plus moins pas chaque tous tout toute toutes que qui quand comme si
    oui non bonjour merci pourquoi comment stop vive non
    """.split()
)

_FIRST_NAMES = frozenset(
    """
    abdel achille adam adele adrien agathe agnes ahmed aicha alain albert alex alexandra alexandre alexis alfred ali
    alice aline alois amandine amelie amina amir ana andre andrea angelique anna anne annie antoine antonio arnaud
    arthur audrey aurelie aurelien axel ayse baptiste barbara basile beatrice benjamin benoit bernadette bernard
    bertrand brice brigitte bruno camille carine carla carole caroline catherine cecile cedric chantal charles
    charlotte chloe christelle christian christiane christine christophe claire clara claude claudine clement
    corinne cyril dalila damien daniel daniele david denis denise didier dominique dylan edith edouard elena eliane
    elisabeth elise ella elodie elsa emilie emma emmanuel emmanuelle enzo eric erika ernest estelle esther ethan
    etienne eugene eva evelyne fabien fabienne fabrice fatima fatiha fatma felix fernand fernando florence florent
    florian franck francois francoise frederic frederique gabriel gabrielle gael gaelle genevieve georges gerald
    gerard germain gilbert gilles ginette gregory guillaume gustave guy gwenaelle hakim hamza hans hassan helene
    henri herve hugo hugues ibrahim ines ingrid irene isabelle ismael jacky jacqueline jacques jamila jasmine jean
    jeanne jeannine jeremy jerome jessica joel joelle john jordan jose joseph josette josiane juan jules julia
    julie julien juliette justin justine karim karine karl kevin khadija kurt laetitia laura laure laurence laurent
    lea leila leo leon leonie leopold liliane lina lionel lisa loic lola louis louise louisa luc lucas lucie lucien
    ludovic lydia madeleine magali malika mamadou manon manuel marc marcel marcelle margaux margot maria marie
    marine mario marion marius marthe martial martin martine mathieu mathilde mathis matthieu maurice max maxime
    mehdi melanie mercedes michel michele micheline mickael miguel mireille mohamed monique morgane mourad moussa
    muriel mustafa mustapha nabil nadia nadine nathalie nathan nicolas nicole noah noemie nora odette odile olga
    olivier omar oscar pascal pascale patrice patricia patrick paul paula paulette pauline pedro philippe pierre
    quentin rachel rachid rachida raoul raphael raymond raymonde regine regis remi remy renaud rene renee richard
    robert roger roland romain romane rosa rosalie roxane sabine sabrina said salim samir samira samuel sandra
    sandrine sarah sebastien selim serge severine simon simone solange sonia sophie stephane stephanie steve steven
    suzanne sylvain sylvie tania tatiana teddy theo theodore therese thibault thierry thomas timothee tom tony
    ulrich ursula valentin valerie vanessa vera veronique victor victoria vincent violette virginie vivien walter
    wilfried william xavier yacine yan yann yannick yasmine yohan yolande youssef yusuf yvan yves yvette yvonne zoe
    """.split()
)
"""Frequent ones, folded, of here and of where people came from."""


def name_spans(text: str) -> Iterator[Span]:
    """Where a person may be named; spans may meet."""
    for match in _TITLED.finditer(text):
        if not _NAMED_AFTER.search(text, 0, match.start()):
            yield match.span()
    for match in _TITLED_SMALL.finditer(text):
        word = folded(match[1])
        if word not in _AFTER_TITLE and "'" not in word and "’" not in word:
            yield match.span()
    for run in _runs(text):
        if (span := _person(text, run)) is not None:
            yield span


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Capitalised words that follow each other."""
    words = list(_CAPITALISED.finditer(text))
    at = 0
    while at < len(words):
        last = at
        while last + 1 < len(words) and _BETWEEN.fullmatch(text, words[last].end(), words[last + 1].start()):
            last += 1
        yield words[at : last + 1]
        at = last + 1


def _person(text: str, run: list[re.Match[str]]) -> Span | None:
    """The name in a run: from a first name on; without one, the whole run where no word of it is known."""
    if _NAMED_AFTER.search(text, 0, run[0].start()):
        return None
    if _SENTENCE.search(text, 0, run[0].start()) and _opens(run[0][0]):
        run = run[1:]
    named = next((at for at, word in enumerate(run) if _NAMED.fullmatch(word[0])), len(run))
    run = run[:named]
    for at, word in enumerate(run):
        if not _is_first_name(word[0]):
            continue
        last = at
        while last + 1 < len(run) and folded(run[last + 1][0]) not in _PLACES:
            last += 1
        if last > at:
            return word.start(), run[last].end()
        if initial := _INITIAL.match(text, word.end()):
            return word.start(), initial.end()
    if len(run) > 1 and not any(_is_known(word[0]) for word in run):
        return run[0].start(), run[-1].end()
    return None


def _is_first_name(word: str) -> bool:
    plain = folded(word)
    return plain in _FIRST_NAMES or plain.split("-")[0] in _FIRST_NAMES


def _opens(word: str) -> bool:
    """Whether a word is capitalised only because a sentence begins with it."""
    plain = folded(word)
    return plain in _OPENERS or (bool(_INFINITIVE.search(plain)) and not _is_first_name(word))


def _is_known(word: str) -> bool:
    """A place, an institution, or an abbreviation such as TER."""
    plain = folded(word).replace("’", "'")
    bare = plain.split("'", 1)[-1]
    return plain in _PLACES or bare in _PLACES or (len(word) < 5 and word.isupper())


_LINKS = r"(?:(?:de|du|des|la|le|les)\s+|[dl]['’]\s*)*"
_ADDRESS = re.compile(
    rf"(?<![\d/.,])\b(?:n\s?[°o]\s?)?(\d{{1,4}})(?:\s?(?:bis|ter|quater|[a-dA-D]))?,?\s+(?:de\s+(?:la|l['’])\s*)?"
    rf"(?P<way>(?i:{_WAYS}))\s+(?P<name>{_LINKS}[\w'’-]+(?:\s+[A-ZÀ-ÖØ-Ý][\w'’-]*)*)"
    r"(?P<town>,?\s+\d{5}(?:\s+[A-ZÀ-ÖØ-Ý][\w'’-]+)*)?"
)
_NUMBER_LAST = re.compile(
    rf"\b(?i:{_WAYS})\s+{_LINKS}[\w'’-]+(?:\s+[A-ZÀ-ÖØ-Ý][\w'’-]*)*,?\s+n\s?[°o]\s?\d{{1,4}}"
)
_GERMAN = re.compile(r"\b\d{1,4},?\s+[A-ZÄÖÜ][\wäöüß-]*(?:stra(?:ss|ß)e|gasse|weg|platz|allee)\b")
_LINE = re.compile(r"(?i)\b(?:lignes?|bus|trams?|tramway|car|trolley|juillet)\s+$")
_ALSO_PLURAL = frozenset({"cours"})


def address_spans(text: str) -> Iterator[Span]:
    """Where a house is named by its number and street."""
    for match in _ADDRESS.finditer(text):
        has_capital = any(word[:1].isupper() for word in re.split(r"[\s'’]+", match["name"]))
        is_counted = match[1] == "1" or match["way"].lower() in _ALSO_PLURAL  # « 20 cours de sport »
        if not _LINE.search(text, 0, match.start()) and (has_capital or not is_counted):
            yield match.span()
    for pattern in (_NUMBER_LAST, _GERMAN):
        for match in pattern.finditer(text):
            yield match.span()
