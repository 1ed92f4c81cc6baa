"""Which topics of a list are open, planned and closed is read in an index, where it was read of all of them."""

from alembic import op

revision = "0028"
down_revision = "0027"

_IDEAS = "kind IN ('idea', 'debate') AND withdrawn_at IS NULL"
_REGION = "kind IN ('question', 'proposal', 'news') AND withdrawn_at IS NULL"


_ALL = "opens_at, id, kind, withdrawn_at"


def upgrade() -> None:
    op.execute(f"CREATE INDEX topic_ideas_end ON topic (closes_at, {_ALL}) WHERE {_IDEAS}")
    op.execute(f"CREATE INDEX topic_ideas_begin ON topic ({_ALL}) WHERE {_IDEAS}")
    op.execute(f"CREATE INDEX topic_region_end ON topic (closes_at, {_ALL}) WHERE {_REGION}")
