"""Cooperatives, and whether they are ready to sell."""

from datetime import date

from app.contract.operation import Key, Noun
from app.contract.people.addresses import PostalAddress
from app.contract.shape import shape
from app.domain import small_business
from app.domain.people import cooperatives as domain
from app.domain.people.cooperatives import CashGround, LegalForm
from app.ids import CooperativeId, MunicipalityId
from app.usecases.people import cooperatives as usecases


@shape(small_business.Spell)
class SmallBusinessSpell:
    """A time in which a cooperative charges no VAT, under the small-business scheme."""

    since: date
    """The first day without VAT."""
    until: date | None
    """The first day with VAT again; null: there is no end yet."""


@shape(domain.Cooperative)
class Cooperative:
    """A cooperative, which sells the work of its members."""

    id: CooperativeId
    slug: str
    """Its name in links."""
    name: str
    """The name."""
    legal_form: LegalForm
    """Its legal form."""
    municipality_id: MunicipalityId
    """The municipality with which it has its agreements."""
    town: str
    """The town where it is."""
    about: str
    """A description for others."""
    kvk_number: str | None
    """Its number in the trade register (KvK); an informal initiative has none."""
    umbrella_id: CooperativeId | None
    """The cooperative that it is a part of; null: none."""
    small_business_from: date | None
    """The first day without VAT, of the spell that has no end yet; null: it charges VAT."""
    small_business_spells: list[SmallBusinessSpell]
    """The times without VAT, under the small-business scheme, oldest first."""
    cash_method_from: date | None
    """The first day of the cash method: VAT is due as the money comes in; null: VAT is due at supply."""
    cash_method_until: date | None
    """The first day without the cash method; null: it goes on."""
    cash_method_ground: CashGround | None
    """Why it may use the cash method."""
    legal_name: str | None
    """Its name in the trade register, for invoices."""
    postal_address: PostalAddress | None
    """The address that its invoices show."""
    email: str | None
    """The e-mail address for customers, which a shop has to show."""
    phone: str | None
    """The telephone number for customers."""
    vat_id: str | None
    """Its VAT identification number, with its country."""
    oin: str | None
    """Its identification number as a public body (OIN)."""
    payment_days: int
    """The number of days after supply within which customers pay."""
    invoice_prefix: str | None
    """What the numbers of its invoices begin with."""
    iban: str | None
    """The IBAN of the bank account that customers pay to; null: none is confirmed."""
    iban_name: str | None
    """The holder of that account."""
    version: int


@shape(domain.Readiness)
class Readiness:
    """Whether a cooperative can sell."""

    cooperative_id: CooperativeId
    ready: bool
    """Whether it can sell."""
    missing: list[str]
    """The missing conditions, as codes. Without `invoice_details` it can sell, but issues no invoices."""


ONE = "/cooperatives/{cooperative_id}"
cooperatives = Noun("cooperatives")
cooperatives.get("/cooperatives", usecases.list_cooperatives, Cooperative)
cooperatives.post("/cooperatives", usecases.add_cooperative, Cooperative, key=Key.KEPT, opens="/cooperatives")
cooperatives.get(ONE, usecases.get_cooperative, Cooperative)
cooperatives.patch(ONE, usecases.change_cooperative, Cooperative)
cooperatives.patch(f"{ONE}/invoice-details", usecases.change_invoice_details, Cooperative)
cooperatives.get(f"{ONE}/readiness", usecases.get_readiness, Readiness)
