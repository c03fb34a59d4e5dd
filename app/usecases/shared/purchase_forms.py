"""The forms of a joint purchase and its articles."""

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
    Between,
    Doc,
    Flag,
    Form,
    Moment,
    MoneyIn,
    Purpose,
    Reason,
    SupplierName,
    Text,
    Title,
    Units,
)

JointPurchaseMove = Annotated[
    JointPurchaseVerb,
    Among(*(verb for verb in JointPurchaseVerb if verb is not JointPurchaseVerb.SETTLE)),
    Doc("The step to take. Settlement is an operation of its own."),
]
Closing = Annotated[Moment, Doc("The moment at which wishing ends.")]
Later = Annotated[Moment, Doc("To extend: the new moment at which wishing ends.")]
ToppingUp = Annotated[Moment, Doc("From when on only wishes that fill packs are accepted; null: never.")]
Paid = Annotated[Purpose, Doc("The purpose that savings pots pay for, by the agreement.")]
Rule = Annotated[SharingRule, Doc("The rule that shares units if there are fewer than were wished.")]
Partners = Annotated[list[CooperativeId], Field(max_length=100), Doc("Cooperatives that take part beside the lead.")]
Delivery = Annotated[AmountOrNone, Doc("The cost of delivery, with VAT.")]
DeliveryShares = Annotated[DeliveryBy, Doc("How the cost of delivery is shared.")]
Deductible = Annotated[
    Flag, Doc("Whether the goods are for taxed work, so that their VAT is deducted and only the net is shared.")
]
Discount = Annotated[AmountOrNone, Doc("The discount of the supplier, with VAT.")]
Unit = Annotated[str, Text(1, 60), Doc("The unit, such as litre.")]
PackUnits = Annotated[int, Field(strict=True, ge=1, le=100_000), WHOLE, Doc("The number of units in a pack.")]
Packs = Annotated[int, Field(strict=True, ge=1, le=1_000_000), WHOLE, Doc("The fewest packs with this price.")]
BilledPrice = Annotated[
    MoneyIn,
    Between(0),
    Doc("The price of a pack as the supplier bills it, without VAT. That of the order takes an earlier one back."),
]
EMPTY: Any = ()
"""The default of a list; immutable."""


class TierInput(Form):
    """From `fromPacks` packs on, a pack costs `price`, without VAT."""

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
    """An article. A pack holds `packUnits` of `unit`; a seat of a training or an hour is a pack of one."""

    title: Title
    unit: Unit
    pack_units: PackUnits = 1
    tiers: Tiers
    vat_class: VatClass = VatClass.STANDARD
    minimum: Minimum | None = None


Articles = Annotated[list[PurchaseArticleInput], Field(max_length=1000), Doc("The articles to buy.")]


class PurchaseArticleChange(Form):
    """The fields of an article that change."""

    pack_price: BilledPrice = MoneyIn.of(0)
    reason: Reason = ""


class JointPurchaseChange(Form):
    """The fields of a joint purchase that change."""

    title: Title = ""
    about: About = ""
    supplier: SupplierName = ""
    rule: Rule = SharingRule.FIRST_COME
    tops_up_at: ToppingUp | None = None
    closes_at: Closing = datetime.min
    delivery: Delivery = MoneyIn.of(0)
    delivery_by: DeliveryShares = DeliveryBy.QUANTITY
    discount: Discount = MoneyIn.of(0)
    deductible: Deductible = False
