"""Suppliers."""

from app.contract.operation import Key, Noun
from app.contract.shape import shape
from app.domain.books import suppliers as domain
from app.ids import CooperativeId, SupplierId
from app.usecases.books.suppliers import add_supplier, change_supplier, get_supplier, list_suppliers


@shape(domain.Supplier)
class Supplier:
    """Whom a cooperative buys from. Claims and jobs that name one find it, or add it."""

    id: SupplierId
    cooperative_id: CooperativeId
    """The cooperative that buys from it."""
    name: str
    """The name. It is its own in the cooperative."""
    account: str
    """The name of its account in the books; it never changes."""
    kvk_number: str | None
    """Its number in the trade register (KvK)."""
    vat_id: str | None
    """The VAT identification number, with its country."""
    country: str
    """The country where it is established."""
    email: str | None
    """The e-mail address."""
    version: int


OF_ONE = "/cooperatives/{cooperative_id}/suppliers"
ONE = "/suppliers/{supplier_id}"
suppliers = Noun("suppliers")
suppliers.get(OF_ONE, list_suppliers, Supplier)
suppliers.post(OF_ONE, add_supplier, Supplier, key=Key.KEPT, opens="/suppliers")
suppliers.get(ONE, get_supplier, Supplier)
suppliers.patch(ONE, change_supplier, Supplier)
