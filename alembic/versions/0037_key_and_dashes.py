"""The sealing key's fingerprint; functions and texts that a wrong locale put into the database are made anew.

A migration that ran under a locale other than UTF-8 read the dash of erased names as three other characters.

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op
from pathlib import Path

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"
DASH = "–"
CODECS = (
    *(f"iso8859_{number}" for number in range(1, 17) if number != 12),
    *(f"cp125{number}" for number in range(9)),
    *("koi8_r", "koi8_u", "cp437", "cp850", "cp858", "mac_roman"),
)


def upgrade() -> None:
    op.create_table(
        "sealing_key",
        sa.Column("only_one", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("only_one", name="sealing_key_only"),
        sa.PrimaryKeyConstraint("only_one"),
    )
    op.execute("grant select, insert, delete on sealing_key to samen_books")
    make_functions_anew()
    mend_texts()


def make_functions_anew() -> None:
    """The two functions with a dash in them, if theirs is broken; what replaces them later is left alone."""
    statements = (SQL / "0032_closer.sql").read_text(encoding="utf-8").split("\n--;\n")
    broken = sa.text("select exists (select from pg_proc where pronamespace = 'public'::regnamespace"
                     " and proname = :name and prosrc ~ :strange)")
    for name in ("erase_me", "forget_old"):
        if op.get_bind().scalar(broken, {"name": name, "strange": f"[^\\x01-\\x7f{DASH}]"}):
            op.get_bind().exec_driver_sql(next(text for text in statements if f"function {name}(" in text))


def mend_texts() -> None:
    """What was erased under such a function: the name of nobody, exactly as a locale misreads the dash."""
    wrong = sorted({text for codec in CODECS if len(text := DASH.encode().decode(codec, "ignore")) == 3})
    op.execute("set local role samen_books")
    run("update person set name = :dash where name = any(:wrong)", wrong)
    run(
        """update member set name = case when name = any(:wrong) then :dash else name end,
                             trade_name = case when trade_name = any(:wrong) then :dash else trade_name end
            where name = any(:wrong) or trade_name = any(:wrong)""",
        wrong,
    )
    for table in ('"order"', "assignment_customer"):
        run(
            f"""update {table} set contact = jsonb_build_object('name', cast(:dash as text))
                 where contact = jsonb_build_object('name', contact ->> 'name') and contact ->> 'name' = any(:wrong)""",
            wrong,
        )
    op.execute("reset role")


def run(sql: str, wrong: list[str]) -> None:
    values = sa.bindparam("wrong", wrong, sa.ARRAY(sa.Text()))
    op.get_bind().execute(sa.text(sql).bindparams(values, sa.bindparam("dash", DASH)))


def downgrade() -> None:
    op.drop_table("sealing_key")
