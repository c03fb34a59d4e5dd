"""Undoes the settlement of the pot of a member who left."""

from app.db.earning.earnings import lock_year, save_year
from app.db.engine import Tx
from app.db.people.members import members
from app.db.platform.outbox import tell
from app.domain.books.corrections import into_balance
from app.domain.errors import SecondPersonNeeded
from app.usecases.shared.undo import Undoing, negation_in_year, post_reversal


async def undo_pot_settlement(tx: Tx, undoing: Undoing) -> None:
    """The pot has its money again, with the months in which it was earned. Raises SecondPersonNeeded for one's own."""
    member = await members.get(tx, undoing.source_id, lock=True)
    if member.id in undoing.actor.member_ids():
        raise SecondPersonNeeded(verb="reverse")
    year = await lock_year(tx, member.cooperative_id, (member.id,), undoing.journal.effective_on.year)
    legs = await negation_in_year(tx, undoing.journal, year)
    await post_reversal(tx, undoing, into_balance(year.pots, legs))
    await save_year(tx, year)
    await tell(tx, "member.pot_settlement_reversed", member.cooperative_id, member.id)
