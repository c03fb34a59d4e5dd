"""Post what members earn: a pot never goes below zero, what is spent already becomes a debt that is repaid first."""

from dataclasses import replace

from app.db import ledger
from app.db.engine import Tx
from app.domain.ledger import AccountKind, Posting, divert


async def post_to_pots(tx: Tx, posting: Posting) -> None:
    """Post a journal whose legs of pots follow from F. Needs the lock of the members' years."""
    members = {leg.member_id for leg in posting.legs if leg.kind is AccountKind.POT and leg.member_id is not None}
    pots = await ledger.pots_of(tx, posting.cooperative_id, sorted(members)) if members else {}
    legs = posting.legs
    for member_id in sorted(members):
        pot, owed = pots.get(member_id, (0, 0))
        legs = divert(legs, member_id, pot, owed)
    await ledger.post(tx, replace(posting, legs=legs))
