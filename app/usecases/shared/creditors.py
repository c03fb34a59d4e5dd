"""How callers name a creditor, whether a cooperative has it, and its account in the books."""

from typing import Annotated

from app.db.books.creditors import creditor_exists
from app.db.engine import Tx
from app.domain.creditors import Creditor, CreditorKind
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


Payee = Annotated[CreditorInput, Doc("The creditor.")]


async def creditor_of(tx: Tx, cooperative_id: CooperativeId, given: CreditorInput) -> Creditor:
    """The creditor that a caller named. Raises NotFound if the cooperative can have none like that.

    A supplier, a member or an order is the cooperative's own; a municipality and a cooperative are any of the network.
    """
    if not await creditor_exists(tx, cooperative_id, given.creditor):
        raise NotFound
    return given.creditor
