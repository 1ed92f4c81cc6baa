"""The table of pages that editors write. Nothing outside storage sees it; what they say stands in ``version``."""

from sqlmodel import Field, SQLModel


class PageRow(SQLModel, table=True):
    """A page of the Région, or the introduction of one of the program's own pages, by its ``kind``.

    ``shown`` is the number of the version that everybody reads; null: nobody reads it.
    """

    __tablename__ = "page"
    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20)
    slug: str = Field(unique=True, max_length=40)
    op: str | None = Field(default=None, unique=True, max_length=60)
    shown: int | None = None


PAGE = SQLModel.metadata.tables["page"]
