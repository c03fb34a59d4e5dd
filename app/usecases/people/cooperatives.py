"""Cooperatives: the sellers, their tree, and whether they are ready to sell."""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from app.db.earning.agreements import agreement_on
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives, is_under, officers
from app.db.people.invoice_prefixes import begin_unchecked, reserve_prefixes
from app.db.people.members import members
from app.db.people.municipalities import municipalities
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import AlreadyExists, RuleRefused
from app.domain.page import Page, PageRequest
from app.domain.people.cooperatives import (
    PAYMENT_DAYS,
    CashGround,
    Cooperative,
    LegalForm,
    Readiness,
    check_cash_method,
    readiness,
)
from app.ids import CooperativeId, MunicipalityId
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.declared.visitors import open_to_visitors
from app.usecases.shared.addresses import OinOrNone, PostalAddressInput, VatIdOrNone
from app.usecases.shared.small_business import set_small_business
from app.vocabulary import (
    WHOLE,
    About,
    BlankIsNone,
    Day,
    Doc,
    EmailOrNone,
    Form,
    KvkNumberOrNone,
    Name,
    PhoneOrNone,
    Slug,
    Text,
    Town,
    Version,
)

UmbrellaId = Annotated[CooperativeId, Doc("The cooperative that it is a part of; null: none.")]
OfUmbrella = Annotated[CooperativeId, Doc("Only the parts of this cooperative.")]
PaymentDays = Annotated[
    int, Field(strict=True, ge=0, le=90), WHOLE, Doc("The number of days after supply within which customers pay.")
]


def _own_prefix(prefix: str) -> str:
    """A prefix with which no number reads as a creditor reference (ISO 11649). Raises PydanticCustomError."""
    if prefix.startswith("RF"):
        raise PydanticCustomError("prefix_of_references", "the prefix is that of creditor references")
    return prefix


InvoicePrefix = Annotated[
    str,
    Field(max_length=6, pattern=r"^[A-Z]{1,6}$", examples=["BRD"]),
    AfterValidator(_own_prefix),
    Doc("What the numbers of its invoices begin with: at most six capital letters, of which the first are not RF."),
]
LegalName = Annotated[str, Text(1, 120), Doc("Its name in the trade register, for invoices.")]
SellerAddress = Annotated[PostalAddressInput, Doc("The address that its invoices show.")]
FirstDay = Annotated[
    Day, Doc("The first day without VAT, under the small-business scheme; null ends the scheme today.")
]

CashFrom = Annotated[Day, Doc("The first day of the cash method, a 1 January; null: VAT is due at supply.")]
CashUntil = Annotated[Day, Doc("The first day without the cash method, a 1 January; null: it goes on.")]
Ground = Annotated[CashGround, Doc("Why it may use the cash method.")]


class CooperativeChange(Form):
    """The fields of a cooperative that change."""

    name: Name = ""
    town: Town = ""
    about: About = ""
    kvk_number: KvkNumberOrNone = None
    umbrella_id: UmbrellaId | None = None
    small_business_from: FirstDay | None = None
    cash_method_from: CashFrom | None = None
    cash_method_until: CashUntil | None = None
    cash_method_ground: Ground | None = None


class InvoiceDetailsChange(Form):
    """The fields of a cooperative that its invoices and its shop show."""

    legal_name: LegalName | None = None
    postal_address: SellerAddress | None = None
    email: EmailOrNone = None
    phone: PhoneOrNone = None
    vat_id: VatIdOrNone = None
    oin: OinOrNone = None
    payment_days: PaymentDays = PAYMENT_DAYS
    invoice_prefix: Annotated[InvoicePrefix | None, BlankIsNone(6)] = None

    @property
    def fields(self) -> dict[str, Any]:
        """The fields that the caller sent, as the domain has them."""
        address = self.postal_address
        return self.named() | ({"postal_address": address.address} if address is not None else {})


@open_to_visitors
async def list_cooperatives(
    tx: Tx,
    actor: Actor,
    *,
    page: PageRequest,
    municipality_id: MunicipalityId | None = None,
    umbrella_id: OfUmbrella | None = None,
) -> Page[Cooperative]:
    """Cooperatives, newest first; of one municipality or under one umbrella."""
    actor.require(Right.READ_PUBLIC)
    return await cooperatives.page(tx, page, municipality_id=municipality_id, umbrella_id=umbrella_id)


@open_to_visitors
@reads_by_id(cooperatives)
async def get_cooperative(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId) -> Cooperative:
    """One cooperative. Raises NotFound."""
    actor.require(Right.READ_PUBLIC)
    return await cooperatives.get(tx, cooperative_id)


async def add_cooperative(
    tx: Tx,
    actor: Actor,
    *,
    slug: Slug,
    name: Name,
    legal_form: LegalForm,
    municipality_id: MunicipalityId,
    town: Town,
    about: About = "",
    kvk_number: KvkNumberOrNone = None,
    umbrella_id: UmbrellaId | None = None,
) -> Cooperative:
    """Add a cooperative; for the network.

    Raises AlreadyExists for a slug in use, NotFound for an unknown municipality or umbrella.
    """
    actor.require(Right.ADD_COOPERATIVE)
    await municipalities.get(tx, municipality_id)
    if umbrella_id is not None:
        await cooperatives.get(tx, umbrella_id)
    cooperative = Cooperative(
        id=uuid7(),
        slug=slug,
        name=name,
        legal_form=legal_form,
        municipality_id=municipality_id,
        town=town,
        about=about,
        kvk_number=kvk_number,
        umbrella_id=umbrella_id,
    )
    await cooperatives.add_new(tx, cooperative, taken=AlreadyExists(what="cooperative", value=slug))
    return cooperative


THE_NETWORKS = ("umbrella_id", "kvk_number")


async def change_cooperative(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    expected_version: Version | None,
    changes: CooperativeChange,
) -> Cooperative:
    """Change a cooperative. Fields that are left out keep their value.

    With a first day the small-business scheme begins, with null it ends today; the catalogue shows other prices at
    once. The treasurer may do that too. It begins again on 1 January of the second year after its end at the
    earliest. The cash method counts for what is supplied on its days, and begins and ends on a 1 January.

    Only the network changes the umbrella and the KvK number, which belongs to one legal entity. A signed agreement
    keeps paying the umbrella of its time. Raises Stale; RuleRefused for an umbrella that is below the cooperative
    itself, and for a cash method of other days or without its ground; SchemeTooEarly; AlreadyExists if another
    cooperative of the same legal entity has used the prefix of its invoices.
    """
    named = changes.named()
    cooperative = await cooperatives.get(tx, cooperative_id, lock=True)
    about_vat = named.keys() == {"small_business_from"}
    actor.require(Right.WRITE_INVOICE_DETAILS if about_vat else Right.WRITE_COOPERATIVE, cooperative_id)
    expect(cooperative.version, expected_version)
    since = named.pop("small_business_from", cooperative.small_business_from)
    changed = check_cash_method(replace(cooperative, **named))
    umbrella_id = changes.umbrella_id
    if any(getattr(changed, name) != getattr(cooperative, name) for name in THE_NETWORKS):
        actor.require(Right.ADD_COOPERATIVE)
    if umbrella_id is not None:
        await cooperatives.get(tx, umbrella_id)
        if await is_under(tx, umbrella_id, cooperative_id):
            raise RuleRefused(rule="umbrella_is_a_tree", value=str(umbrella_id))
    same_scheme = since == cooperative.small_business_from
    saved = await (cooperatives.change(tx, cooperative, changed) if same_scheme else cooperatives.save(tx, changed))
    if changed.kvk_number != cooperative.kvk_number:
        await _reserve(tx, changed)
    if same_scheme:
        return saved
    await set_small_business(tx, cooperative_id, since)
    return await cooperatives.get(tx, cooperative_id)


async def change_invoice_details(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    expected_version: Version | None,
    changes: InvoiceDetailsChange,
) -> Cooperative:
    """Change what invoices and shops show of a cooperative. Fields that are left out keep their value; null clears one.

    For the treasurer and the coordinator. Everybody can read these details. A prefix of invoice numbers that was used
    once stays taken within its KvK number; the cooperative may take one of its own again. Raises Stale; AlreadyExists
    for a prefix of another cooperative.
    """
    cooperative = await cooperatives.get(tx, cooperative_id, lock=True)
    actor.require(Right.WRITE_INVOICE_DETAILS, cooperative_id)
    expect(cooperative.version, expected_version)
    changed = replace(cooperative, **changes.fields)
    saved = await cooperatives.change(tx, cooperative, changed)
    if changed.invoice_prefix != cooperative.invoice_prefix:
        await _reserve(tx, changed)
    return saved


async def _reserve(tx: Tx, cooperative: Cooperative) -> None:
    """Reserves the prefix of a cooperative's invoices in its legal entity. Raises AlreadyExists."""
    if not await reserve_prefixes(tx, cooperative):
        raise AlreadyExists(what="invoice_prefix", value=cooperative.invoice_prefix, how="invoice_prefix")
    if cooperative.invoice_prefix is not None:
        await lend_staff_view(tx, cooperative.id)
        if await begin_unchecked(tx, cooperative.id):
            await tell(tx, "invoice_series.unchecked", cooperative.id, cooperative.id)


async def get_readiness(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId) -> Readiness:
    """List what a cooperative still needs before it can sell and issue invoices."""
    cooperative = await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_READINESS, cooperative_id)
    await lend_staff_view(tx, cooperative_id)
    agreement = await agreement_on(tx, cooperative_id, tx.today)
    count = len(await members.all(tx, cooperative_id=cooperative_id))
    return readiness(cooperative, await officers(tx, cooperative_id), count, agreement is not None)
