"""Whether a creditor exists."""

from uuid import UUID

from app.db.engine import Tx
from app.domain.creditors import Creditor, CreditorKind

OWN = 'select exists (select from "{table}" where id = $1 and cooperative_id = $2)'
ANY = 'select exists (select from "{table}" where id = $1 and $2::uuid is not null)'
FOUND = {
    CreditorKind.SUPPLIER: OWN.format(table="supplier"),
    CreditorKind.MEMBER: OWN.format(table="member"),
    CreditorKind.CUSTOMER: OWN.format(table="order"),
    CreditorKind.COOPERATIVE: ANY.format(table="cooperative"),
    CreditorKind.MUNICIPALITY: ANY.format(table="municipality"),
}


async def creditor_exists(tx: Tx, cooperative_id: UUID, creditor: Creditor) -> bool:
    """Whether the cooperative can owe this creditor money, as far as the caller sees."""
    return bool(await tx.value(FOUND[creditor.kind], creditor.id, cooperative_id))
