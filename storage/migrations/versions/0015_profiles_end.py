"""A profile knows on which day it was last used; those that are there begin today."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

DAY_SECONDS = 86_400


def upgrade() -> None:
    op.add_column("profile", sa.Column("used", sa.Integer(), nullable=False, server_default="0"))
    op.execute(sa.text("UPDATE profile SET used = :today").bindparams(today=int(time.time()) // DAY_SECONDS))
    op.create_index("profile_used", "profile", ["used"])
