"""How callers name a creditor, whether a cooperative has it, and its account in the books."""

from typing import Annotated
from uuid import UUID

from app.db.books.creditors import creditor_exists
from app.db.books.suppliers import suppliers
from app.db.engine import Tx
from app.domain.creditors import Creditor, CreditorAccount, CreditorKind, account_of
from app.domain.errors import NotFound
from app.ids import AnyId, CooperativeId
from app.vocabulary import Doc, Form


class CreditorInput(Form):
    """Whom a cooperative owes money. Of a customer the id is that of the order."""

    kind: Annotated[CreditorKind, Doc("What the creditor is.")]
    id: Annotated[AnyId, Doc("The id of the supplier, member, municipality, cooperative or order.")]

    @property
    def creditor(self) -> Creditor:
        """The creditor, as the domain's type."""
        return Creditor(self.kind, self.id)


async def creditor_of(tx: Tx, cooperative_id: CooperativeId, given: CreditorInput) -> Creditor:
    """The creditor that a caller named. Raises NotFound if the cooperative can have none like that.

    A supplier, a member or an order is the cooperative's own; a municipality and a cooperative are any of the network.
    """
    if not await creditor_exists(tx, cooperative_id, given.creditor):
        raise NotFound
    return given.creditor


async def account_in(tx: Tx, cooperative_id: UUID, creditor: Creditor) -> CreditorAccount:
    """The account of a creditor of a cooperative. Raises NotFound for one that is not there, or of another one."""
    if creditor.kind is CreditorKind.SUPPLIER:
        supplier = await suppliers.get(tx, creditor.id)
        if supplier.cooperative_id != cooperative_id:
            raise NotFound
        return account_of(creditor, cooperative_id, supplier.account)
    if not await creditor_exists(tx, cooperative_id, creditor):
        raise NotFound
    return account_of(creditor, cooperative_id)
