"""What people type of a joint purchase and its articles."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from app.domain.buying.allocation import SharingRule
from app.domain.buying.joint_purchases import DeliveryBy, JointPurchaseVerb
from app.domain.vat import VatClass
from app.ids import CooperativeId
from app.vocabulary import (
    WHOLE,
    About,
    Among,
    Amount,
    AmountOrNone,
    Doc,
    Form,
    Moment,
    MoneyIn,
    Purpose,
    SupplierName,
    Text,
    Title,
    Units,
)

JointPurchaseMove = Annotated[
    JointPurchaseVerb,
    Among(*(verb for verb in JointPurchaseVerb if verb is not JointPurchaseVerb.SETTLE)),
    Doc("What is done. To settle is an operation of its own."),
]
Closing = Annotated[Moment, Doc("Until when everybody may wish.")]
Later = Annotated[Moment, Doc("To extend: until when everybody may wish then.")]
ToppingUp = Annotated[Moment, Doc("From when on only what fills packs may be wished; null: never.")]
Paid = Annotated[Purpose, Doc("What the savings pot pays for, by the agreement.")]
Rule = Annotated[SharingRule, Doc("How units are shared if there are fewer than were wished.")]
Partners = Annotated[list[CooperativeId], Field(max_length=100), Doc("Cooperatives that take part beside the lead.")]
Delivery = Annotated[AmountOrNone, Doc("What delivery costs in all, with VAT.")]
DeliveryShares = Annotated[DeliveryBy, Doc("By what everybody pays a part of the delivery.")]
Discount = Annotated[AmountOrNone, Doc("What the supplier takes off in all, with VAT.")]
Unit = Annotated[str, Text(1, 60), Doc("What its units are, such as litre.")]
PackUnits = Annotated[int, Field(strict=True, ge=1, le=100_000), WHOLE, Doc("How many units are in a pack.")]
Packs = Annotated[int, Field(strict=True, ge=1, le=1_000_000), WHOLE, Doc("How many packs, at least.")]
EMPTY: Any = ()
"""The default of a list. Nobody can change it."""


class TierInput(Form):
    """From so many packs on a pack costs `price`, without VAT."""

    from_packs: Packs = 1
    price: Annotated[Amount, Doc("The price of a pack, without VAT.")]


class MinimumInput(Form):
    """The least that can be ordered: one of packs, units, or money without VAT."""

    packs: Annotated[Units, Doc("In packs.")] | None = None
    units: Annotated[Units, Doc("In units.")] | None = None
    money: Annotated[AmountOrNone, Doc("In money, without VAT.")] | None = None


Tiers = Annotated[list[TierInput], Field(min_length=1, max_length=20), Doc("Its prices, from one pack on.")]
Minimum = Annotated[MinimumInput, Doc("The least that can be ordered; null: no minimum.")]


class PurchaseArticleInput(Form):
    """A pack holds `packUnits` of `unit`; a seat of a training or an hour is a pack of one."""

    title: Title
    unit: Unit
    pack_units: PackUnits = 1
    tiers: Tiers
    vat_class: VatClass = VatClass.STANDARD
    minimum: Minimum | None = None


Articles = Annotated[list[PurchaseArticleInput], Field(max_length=1000), Doc("What is bought.")]


class JointPurchaseChange(Form):
    """What of a joint purchase changes."""

    title: Title = ""
    about: About = ""
    supplier: SupplierName = ""
    rule: Rule = SharingRule.FIRST_COME
    tops_up_at: ToppingUp | None = None
    closes_at: Closing = datetime.min
    delivery: Delivery = MoneyIn.of(0)
    delivery_by: DeliveryShares = DeliveryBy.QUANTITY
    discount: Discount = MoneyIn.of(0)
