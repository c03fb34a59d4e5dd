"""The catalogue's view lets its indexes be used: a security barrier keeps a search from the index of words.

What the barrier guarded against is a function of the reader's own that looks at rows before the view's condition does;
nobody but the owner can make one: not in the schema, and from here on not as a temporary one either.

Revision ID: 0028
Revises: 0027
"""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TEMPORARY = "do $$ begin execute format('{} temporary on database %I {} public', current_database()); end $$"


def upgrade() -> None:
    op.execute("alter view catalogue_offering reset (security_barrier)")
    op.execute(TEMPORARY.format("revoke", "from"))
    op.execute("create index offering_town on offering (lower(town), id) where state = 'published'")
    op.execute("create index offering_category on offering (category, id) where state = 'published'")
    op.execute("drop index offering_published")


def downgrade() -> None:
    op.execute("create index offering_published on offering (category, town, price_cents) where state = 'published'")
    op.execute("drop index offering_category")
    op.execute("drop index offering_town")
    op.execute(TEMPORARY.format("grant", "to"))
    op.execute("alter view catalogue_offering set (security_barrier)")
