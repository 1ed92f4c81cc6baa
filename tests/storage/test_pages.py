"""Pages that editors write: a safe format, versions, and one of them public."""

from dataclasses import replace

import pytest

from storage import audit
from storage.pages import (
    begin_page,
    get_page,
    list_pages,
    listed_pages,
    public_page,
    publish_page,
    save_page,
    withdraw_page,
)
from storage.values_audit import Action, AuditSearch, SubjectKind
from storage.values_contact import Block, BlockKind
from storage.values_pages import PageContent, PageFault, PageKind, page_blocks, page_fault
from storage.versions import Versioned, versions_of
from tests.storage.house import START, House
from tests.storage.test_drafts import editor as editor

CONTENT = PageContent("Nos engagements", "# D'abord\nUn texte.\n\n- un\n- deux\n[Voir](/sujets/1)", True)


async def begun(house: House, editor: int, content: PageContent = CONTENT, op: str = "op-1") -> int:
    page = await begin_page(house.database, content, op, by=editor, now=START)
    assert isinstance(page, int)
    return page


def test_the_format_knows_headings_paragraphs_lists_and_links_and_nothing_else() -> None:
    assert tuple(page_blocks(f"{CONTENT.text}\n## Ensuite\n<b>Non</b>\n#pas un titre")) == (
        Block(BlockKind.HEADING, "D'abord"),
        Block(BlockKind.PARAGRAPH, "Un texte."),
        Block(BlockKind.ITEMS, items=("un", "deux")),
        Block(BlockKind.LINK, "Voir", href="/sujets/1"),
        Block(BlockKind.HEADING, "Ensuite"),
        Block(BlockKind.PARAGRAPH, "<b>Non</b> #pas un titre"),
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, None),
        ({"title": ""}, PageFault.NO_TITLE),
        ({"title": "x" * 141}, PageFault.LONG_TITLE),
        ({"text": " \n "}, PageFault.NO_TEXT),
        ({"text": "x" * 20_001}, PageFault.LONG_TEXT),
        ({"text": "# " + "x" * 141}, PageFault.LONG_TEXT),
        ({"text": "a\x07b"}, PageFault.BAD_SIGNS),
        ({"text": "[mots](javascript:alert(1))"}, PageFault.BAD_LINK),
        ({"text": "[mots](//ailleurs.example)"}, PageFault.BAD_LINK),
        ({"text": "[mots](http://ailleurs.example)"}, PageFault.BAD_LINK),
    ],
)
def test_what_cannot_stand_on_a_page_is_refused(change: dict[str, str], fault: PageFault | None) -> None:
    assert page_fault(PageKind.FREE, replace(CONTENT, **change)) is fault  # type: ignore[arg-type]


def test_an_introduction_may_be_empty() -> None:
    assert page_fault(PageKind.INTRODUCTION, PageContent()) is None


async def test_nobody_reads_a_version_before_it_is_published(house: House, editor: int) -> None:
    page, database = await begun(house, editor), house.database
    assert await begun(house, editor) == page  # pressed twice
    slug = "nos-engagements"
    assert await public_page(database, PageKind.FREE, slug) is None
    change = {"by": editor, "now": START + 1}
    for _ in range(2):
        assert await publish_page(database, page, upon=1, **change) is None
    other = replace(CONTENT, title="Autrement")
    for _ in range(2):
        assert await save_page(database, page, other, upon=1, **change) is None
    late = replace(CONTENT, title="Trop tard")
    assert await save_page(database, page, late, upon=1, **change) is PageFault.CHANGED
    assert await publish_page(database, page, upon=1, **change) is PageFault.CHANGED
    assert await public_page(database, PageKind.FREE, slug) == CONTENT
    assert await listed_pages(database) == [("/pages/nos-engagements", "Nos engagements")]
    assert await publish_page(database, page, upon=2, **change) is None
    assert await public_page(database, PageKind.FREE, slug) == other
    assert await withdraw_page(database, page, **change) is None
    assert await public_page(database, PageKind.FREE, slug) is None
    assert await listed_pages(database) == []
    found = await get_page(database, page)
    assert found is not None and (found.number, found.shown, found.by) == (2, None, "Élodie")
    assert [one.number for one in await versions_of(database, Versioned.PAGE, page)] == [2, 1]
    asked = AuditSearch(subject_kind=SubjectKind.PAGE, subject_id=str(page))
    assert [line.action for line in await audit.search(database, asked)] == [
        Action.PAGE_WITHDRAWN,
        Action.PAGE_PUBLISHED,
        Action.PAGE_SAVED,
        Action.PAGE_PUBLISHED,
        Action.PAGE_SAVED,
    ]


async def test_the_programs_own_pages_keep_their_names(house: House, editor: int) -> None:
    names = [(page.slug, page.kind) for page in await list_pages(house.database)]
    assert names == [
        ("comment-ca-marche", PageKind.INTRODUCTION),
        ("mentions-legales", PageKind.INTRODUCTION),
    ]
    page = await begun(house, editor, replace(CONTENT, title="Mentions légales"))
    found = await get_page(house.database, page)
    assert found is not None and found.path == "/pages/mentions-legales-2"
    assert await publish_page(house.database, 1, upon=0, by=editor, now=START) is PageFault.UNKNOWN
