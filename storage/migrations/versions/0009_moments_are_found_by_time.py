"""The statistics ask for what moved between two instants, of all topics."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_index("moment_bucket", "moment", ["bucket"])
