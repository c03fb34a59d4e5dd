"""Stories of the demo network: what people do together, step by step, with links to look at it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from app.demo.loader import Loader, all_of
from app.domain.allocation import SharingRule
from app.domain.customers import Contact
from app.domain.joint_purchases import JointPurchase, draft_article
from app.domain.members import Member
from app.domain.money import decimal_text
from app.domain.page import PageRequest
from app.domain.vat import VatClass
from app.usecases.cooperatives import list_cooperatives
from app.usecases.joint_purchases import get_allocation, move_joint_purchase, plan_joint_purchase
from app.usecases.members import get_thermometer, list_members
from app.usecases.offerings import list_offerings
from app.usecases.orders import Wanted, move_order, place_order
from app.usecases.payments import record_payment
from app.usecases.purchase_settlements import get_supplier_order, receive_units, settle_joint_purchase
from app.usecases.run import utc_now
from app.usecases.wishes import list_wishes, wish_for


class Stories:
    """Plays on one database, as the people of the demo network; says what happened with `say`."""

    def __init__(self, loader: Loader, address: str, say: Callable[[str], None]) -> None:
        self.loader = loader
        self.address = address
        self.say = say

    async def cooperative(self, slug: str) -> UUID:
        """A cooperative of the demo network."""
        found = await all_of(lambda page: self.loader.network(list_cooperatives, page=page))
        return next(cooperative.id for cooperative in found if cooperative.slug == slug)

    async def members(self, slug: str) -> dict[str, Member]:
        """The members of a cooperative by name."""
        coordinator, cooperative_id = self.loader.run_as(f"{slug}-coordinator"), await self.cooperative(slug)
        found = await all_of(lambda page: coordinator(list_members, cooperative_id=cooperative_id, page=page))
        return {member.name: member for member in found}

    def link(self, path: str) -> str:
        """Where it can be looked at."""
        return f"{self.address}/v1/{path}"

    async def sale(self, slug: str, member: Member, login: str) -> None:
        """A neighbour buys something of a member, so that there is money in the pot."""
        seller, buyer = self.loader.run_as(f"{slug}-coordinator"), self.loader.run_as("buurvrouw")
        offered = await seller(
            list_offerings, cooperative_id=member.cooperative_id, member_id=member.id, page=PageRequest(1)
        )
        contact = Contact("Buurvrouw", "buurvrouw@example.org")
        order = (await buyer(place_order, lines=(Wanted(offered.rows[0].id, 1),), contact=contact)).order
        for verb in ("accept", "deliver"):
            await self.loader.run_as(login)(move_order, order_id=order.id, verb=verb)
        await buyer(move_order, order_id=order.id, verb="complete")
        treasurer = self.loader.run_as(f"{slug}-penningmeester")
        await treasurer(record_payment, order_id=order.id, cents=order.gross_cents)
        self.say(f"{member.name} did a job for a neighbour ({order.reference}): {self.link(f'orders/{order.id}')}")

    async def thread(self) -> None:
        """Spools of thread, bought by three members of two cooperatives."""
        scope, ons = await self.members("scope"), await self.members("ons")
        await self.sale("scope", scope["Bo"], "bo")
        lead = self.loader.run_as("scope-coordinator")
        spool = draft_article(
            title="Naaigaren, wit",
            unit="klos",
            pack_units=10,
            tiers=[(1, 1500), (3, 1200)],
            vat_class=VatClass.STANDARD,
            minimum={"packs": 2},
        )
        stand = await lead(
            plan_joint_purchase,
            cooperative_id=scope["Bo"].cooperative_id,
            title="Naaigaren voor het voorjaar",
            supplier="Garenhuis Delft",
            purpose="gereedschap",
            closes_at=utc_now() + timedelta(days=7),
            drafts=(spool,),
            partner_ids=(ons["Fatima"].cooperative_id,),
            rule=SharingRule.FIRST_COME,
            delivery_cents=695,
        )
        purchase, article = stand.purchase, stand.articles[0]
        await lead(move_joint_purchase, purchase_id=purchase.id, verb="open")
        self.say(f"Scope opens '{purchase.title}': {self.link(f'joint-purchases/{purchase.id}')}")
        await self.loader.run_as("bo")(wish_for, article_id=article.id, units=12, tolerance=3, member_id=scope["Bo"].id)
        self.say("Bo wishes 12, and 3 more to fill a pack; reserved on the savings pot.")
        await lead(wish_for, article_id=article.id, units=6, member_id=scope["Samira"].id)
        self.say("Scope wishes 6 for Samira, from its fund.")
        partner = self.loader.run_as("ons-coordinator")
        await partner(wish_for, article_id=article.id, units=11, member_id=ons["Fatima"].id)
        self.say("ONS in Breda wishes 11 for Fatima. 29 wished, 3 tolerated: 3 packs are full, at the lower price.")
        await self._until_settled(purchase, article.id)
        await self._shown(purchase, {member.id: member.name for member in (*scope.values(), *ons.values())})
        pot = await self.loader.run_as("bo")(get_thermometer, member_id=scope["Bo"].id)
        place = self.link(f"members/{scope['Bo'].id}/thermometer")
        self.say(f"Bo's savings pot: {decimal_text(pot.balance_cents)}, with a reason for every line: {place}")

    async def _until_settled(self, purchase: JointPurchase, article_id: UUID) -> None:
        """Closed, ordered, delivered and paid."""
        lead, treasurer = self.loader.run_as("scope-coordinator"), self.loader.run_as("scope-penningmeester")
        await lead(move_joint_purchase, purchase_id=purchase.id, verb="close")
        order = await lead(get_supplier_order, purchase_id=purchase.id)
        place = self.link(f"joint-purchases/{purchase.id}/supplier-order.csv")
        self.say(f"Closed. {order.lines[0].packs} packs for {decimal_text(order.total_cents)}: {place}")
        await lead(move_joint_purchase, purchase_id=purchase.id, verb="order")
        await lead(receive_units, article_id=article_id, units=30)
        await lead(move_joint_purchase, purchase_id=purchase.id, verb="receive")
        await treasurer(settle_joint_purchase, purchase_id=purchase.id, total_cents=order.total_cents)
        self.say("All 30 came; the treasurer, who did not order, paid the invoice.")

    async def _shown(self, purchase: JointPurchase, names: dict[UUID, str]) -> None:
        """What everybody got and paid, from both cooperatives' books."""
        lead = self.loader.run_as("scope-coordinator")
        whole = await lead(get_allocation, purchase_id=purchase.id)
        for wish in await all_of(lambda page: lead(list_wishes, purchase_id=purchase.id, page=page)):
            name = names.get(wish.member_id, "?") if wish.member_id else "?"
            self.say(f"  {name:8} {wish.units:3} spools  {decimal_text(wish.charged_cents):>7}  by {wish.paid_by}")
        place = self.link(f"joint-purchases/{purchase.id}/allocation")
        self.say(f"Anybody works it out again with `samen allocate` ({whole.articles[0].digest[:12]}…): {place}")
        owed = self.link(f"cooperatives/{purchase.partner_ids[0]}/accounts")
        self.say(f"ONS owes Scope its part, in both books: {owed}")


STORIES: dict[str, Callable[[Stories], Awaitable[None]]] = {"thread": Stories.thread}
