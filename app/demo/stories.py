"""Stories of the demo network: people act together, step by step, with links to look at the result."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from app.demo.loader import all_of
from app.demo.month import Month
from app.demo.papers import Papers
from app.demo.telling import Teller
from app.domain.buying.allocation import SharingRule
from app.domain.buying.joint_purchases import JointPurchase, JointPurchaseVerb
from app.domain.earning.barters import BarterVerb
from app.domain.money import decimal_text
from app.domain.page import PageRequest
from app.domain.people.members import Member
from app.domain.selling.assignments import AssignmentVerb, Audience
from app.domain.selling.orders import Order, OrderVerb
from app.running.run import Run, utc_now
from app.usecases.books.nettings import confirm_netting, propose_netting
from app.usecases.buying.joint_purchases import get_allocation, move_joint_purchase, plan_joint_purchase
from app.usecases.buying.purchase_costs import get_supplier_order, receive_units, settle_joint_purchase
from app.usecases.buying.wishes import list_wishes, wish_for
from app.usecases.earning.barters import answer_barter, get_minutes, propose_barter
from app.usecases.earning.thermometer import get_thermometer
from app.usecases.market.offerings import list_offerings
from app.usecases.selling.assignment_flows import get_assignment_flows
from app.usecases.selling.assignment_terms import sign_assignment
from app.usecases.selling.assignments import JobCostInput, get_assignment, move_assignment, plan_assignment
from app.usecases.selling.orders import move_order, place_order
from app.usecases.selling.parts import add_slot, join_slot, preview_part
from app.usecases.selling.payments import record_payment
from app.usecases.shared.contacts import ContactInput
from app.usecases.shared.order_form import OrderLineInput
from app.usecases.shared.purchase_forms import MinimumInput, PurchaseArticleInput, TierInput
from app.vocabulary import MoneyIn


class Stories(Teller):
    """Plays stories, each by its name in `app.demo.STORIES`."""

    async def tell(self, story: str) -> None:
        """Plays one story."""
        told: Callable[[], Awaitable[None]] = getattr(self, story)
        await told()

    async def papers(self) -> None:
        """Companies order in an app: an invoice, a credit note, a collective invoice, and a deposit."""
        await Papers(self.loader, self.address, self.say).tell()

    async def month(self) -> None:
        """A treasurer's month with a bank that answers, in the month before this one."""
        await Month(self).tell()

    async def sale(self, slug: str, member: Member, login: str) -> None:
        """A neighbour buys something from a member, so that there is money in the pot."""
        seller, buyer = self.loader.run_as(f"{slug}-coordinator"), self.loader.run_as("buurvrouw")
        offered = await seller(
            list_offerings, cooperative_id=member.cooperative_id, member_id=member.id, page=PageRequest(1)
        )
        contact = ContactInput(name="Buurvrouw", email="buurvrouw@example.org")
        order = await buyer(
            place_order, lines=[OrderLineInput(offering_id=offered.rows[0].id, quantity=1)], contact=contact
        )
        for verb in (OrderVerb.ACCEPT, OrderVerb.DELIVER):
            await self.loader.run_as(login)(move_order, order_id=order.id, verb=verb)
        await buyer(move_order, order_id=order.id, verb=OrderVerb.COMPLETE)
        treasurer = self.loader.run_as(f"{slug}-penningmeester")
        await treasurer(record_payment, order_id=order.id, amount=MoneyIn.of(order.gross_cents))
        self.say(f"{member.name} did a job for a neighbour ({order.reference}): {self.link(f'orders/{order.id}')}")

    async def thread(self) -> None:
        """Spools of thread, bought by three members of two cooperatives."""
        scope, ons = await self.members("scope"), await self.members("ons")
        await self.sale("scope", scope["Bo"], "bo")
        lead = self.loader.run_as("scope-coordinator")
        spool = PurchaseArticleInput(
            title="Naaigaren, wit",
            unit="klos",
            pack_units=10,
            tiers=[TierInput(price=MoneyIn.of(1500)), TierInput(from_packs=3, price=MoneyIn.of(1200))],
            minimum=MinimumInput(packs=2),
        )
        stand = await lead(
            plan_joint_purchase,
            cooperative_id=scope["Bo"].cooperative_id,
            title="Naaigaren voor het voorjaar",
            supplier="Garenhuis Delft",
            purpose="gereedschap",
            closes_at=utc_now() + timedelta(days=7),
            articles=[spool],
            partner_ids=[ons["Fatima"].cooperative_id],
            rule=SharingRule.FIRST_COME,
            delivery=MoneyIn.of(695),
            deductible=True,
        )
        purchase, article, bo = stand.purchase, stand.articles[0], scope["Bo"].id
        await lead(move_joint_purchase, purchase_id=purchase.id, verb=JointPurchaseVerb.OPEN)
        self.say(f"Scope opens '{purchase.title}': {self.link(f'joint-purchases/{purchase.id}')}")
        await self.loader.run_as("bo")(wish_for, article_id=article.id, quantity=12, tolerance=3, member_id=bo)
        self.say("Bo wishes 12, and 3 more to fill a pack; reserved on the savings pot.")
        await lead(wish_for, article_id=article.id, quantity=6, member_id=scope["Samira"].id)
        self.say("Scope wishes 6 for Samira, from its fund.")
        partner = self.loader.run_as("ons-coordinator")
        await partner(wish_for, article_id=article.id, quantity=11, member_id=ons["Fatima"].id)
        self.say("ONS in Breda wishes 11 for Fatima. 29 wished, 3 tolerated: 3 packs are full, at the lower price.")
        await self._until_settled(purchase, article.id)
        await self._shown(purchase, {member.id: member.name for member in (*scope.values(), *ons.values())})
        pot = await self.loader.run_as("bo")(get_thermometer, member_id=bo)
        place = self.link(f"members/{bo}/thermometer")
        self.say(f"Bo's savings pot: {decimal_text(pot.balance_cents)}, with a reason for every line: {place}")

    async def _until_settled(self, purchase: JointPurchase, article_id: UUID) -> None:
        """The purchase is closed, ordered, delivered and paid."""
        lead, treasurer = self.loader.run_as("scope-coordinator"), self.loader.run_as("scope-penningmeester")
        await lead(move_joint_purchase, purchase_id=purchase.id, verb=JointPurchaseVerb.CLOSE)
        order = await lead(get_supplier_order, purchase_id=purchase.id)
        place = self.link(f"joint-purchases/{purchase.id}/supplier-order.csv")
        self.say(f"Closed. {order.lines[0].packs} packs for {decimal_text(order.total_cents)}: {place}")
        await lead(move_joint_purchase, purchase_id=purchase.id, verb=JointPurchaseVerb.ORDER)
        await lead(receive_units, article_id=article_id, units=30)
        await lead(move_joint_purchase, purchase_id=purchase.id, verb=JointPurchaseVerb.RECEIVE)
        await treasurer(settle_joint_purchase, purchase_id=purchase.id, total=MoneyIn.of(order.total_cents))
        self.say("All 30 came; the treasurer, who did not order, paid the bill. It is for work: its VAT comes back.")

    async def _shown(self, purchase: JointPurchase, names: dict[UUID, str]) -> None:
        """Prints what everybody got and paid, from both cooperatives' books."""
        lead = self.loader.run_as("scope-coordinator")
        shared = await lead(get_allocation, purchase_id=purchase.id)
        for wish in await all_of(lambda page: lead(list_wishes, purchase_id=purchase.id, page=page)):
            name = names.get(wish.member_id, "?") if wish.member_id else "?"
            self.say(f"  {name:8} {wish.units:3} spools  {decimal_text(wish.charged_cents):>7}  by {wish.paid_by}")
        place = self.link(f"joint-purchases/{purchase.id}/allocation")
        digest = shared.articles[0].result.digest
        self.say(f"Anybody works it out again with `samen allocate` ({digest[:12]}…): {place}")
        owed = self.link(f"cooperatives/{purchase.partner_ids[0]}/accounts")
        self.say(f"ONS owes Scope its part, in both books: {owed}")

    async def party(self) -> None:
        """A neighbourhood party: Buurtmoeders Noord lead, ONS serves, Scope decorates; one customer, three books."""
        places = {slug: await self.cooperative(slug) for slug in PARTY}
        order = await self._lunch((await self.members(NOORD))["Aïcha"])
        lead, treasurer = self.loader.run_as(f"{NOORD}-coordinator"), self.loader.run_as(f"{NOORD}-penningmeester")
        job = await lead(
            plan_assignment,
            cooperative_id=places[NOORD],
            title="Feest in de buurt",
            place="De Kern, Amsterdam",
            starts_at=utc_now(),
            ends_at=utc_now() + timedelta(hours=8),
            audience=Audience.PARTNERS,
            partner_ids=[place for slug, place in places.items() if slug != NOORD],
            order_id=order.id,
            costs=[
                JobCostInput(
                    title="Boodschappen",
                    supplier="De Markt",
                    amount=MoneyIn.of(12000),
                    vat=MoneyIn.of(991),
                )
            ],
        )
        here = self.link(f"assignments/{job.id}")
        self.say(f"Buurtmoeders Noord make it one job for three cooperatives; groceries are 120.00: {here}")
        await self._staffed(lead, job.id)
        terms = (await lead(get_assignment, assignment_id=job.id)).terms
        for slug, place in places.items():
            signer = self.loader.run_as(f"{slug}-penningmeester")
            await signer(sign_assignment, assignment_id=job.id, cooperative_id=place, terms=terms)
        for verb in (AssignmentVerb.AGREE, AssignmentVerb.START, AssignmentVerb.DELIVER):
            await lead(move_assignment, assignment_id=job.id, verb=verb)
        await self.loader.run_as("buurvrouw")(move_assignment, assignment_id=job.id, verb=AssignmentVerb.APPROVE)
        await treasurer(record_payment, order_id=order.id, amount=MoneyIn.of(order.gross_cents))
        self.say("All three signed; it was done; the neighbour approved and paid. One earning for each part:")
        await self._earned(treasurer, job.id)
        for slug in (slug for slug in PARTY if slug != NOORD):
            await self._netted(slug, places)
        self.say(f"The picture: {here}/flows.svg")

    async def _staffed(self, lead: Run, assignment_id: UUID) -> None:
        """Three roles, each taken by a member of another cooperative, who sees what they will keep."""
        made = [
            await lead(add_slot, assignment_id=assignment_id, role=role, minutes=360, share_size=points)
            for role, points, *_ in PARTS
        ]
        await lead(move_assignment, assignment_id=assignment_id, verb=AssignmentVerb.PUBLISH)
        for slot, (role, points, slug, name, login) in zip(made, PARTS, strict=True):
            member, run = (await self.members(slug))[name], self.loader.run_as(login)
            part = await run(join_slot, slot_id=slot.id, member_id=member.id)
            planned = await run(preview_part, part_id=part.id)
            where = self.link(f"assignment-parts/{part.id}/preview")
            self.say(f"  {role}: {name} ({slug}), {points // 100} % is {decimal_text(planned.net_cents)}: {where}")

    async def _lunch(self, cook: Member) -> Order:
        """The order that the story begins with."""
        lead, buyer = self.loader.run_as(f"{NOORD}-coordinator"), self.loader.run_as("buurvrouw")
        offered = await lead(list_offerings, cooperative_id=cook.cooperative_id, member_id=cook.id, page=PageRequest(1))
        contact = ContactInput(name="Buurvrouw", email="buurvrouw@example.org")
        order = await buyer(
            place_order, lines=[OrderLineInput(offering_id=offered.rows[0].id, quantity=40)], contact=contact
        )
        self.say(f"A neighbour orders lunch for 40 ({order.reference}): {self.link(f'orders/{order.id}')}")
        return await lead(move_order, order_id=order.id, verb=OrderVerb.ACCEPT)

    async def _earned(self, treasurer: Run, assignment_id: UUID) -> None:
        """The flows of the money, as the lead sees them."""
        for flow in await treasurer(get_assignment_flows, assignment_id=assignment_id):
            self.say(f"  {flow.source:20} → {flow.target:20} {decimal_text(flow.cents):>9}")

    async def _netted(self, slug: str, places: dict[str, UUID]) -> None:
        """The lead's debt to a partner, proposed by one and confirmed by both."""
        ours, theirs = self.loader.run_as(f"{NOORD}-penningmeester"), self.loader.run_as(f"{slug}-penningmeester")
        netting = await theirs(propose_netting, cooperative_id=places[slug], with_cooperative_id=places[NOORD])
        await theirs(confirm_netting, netting_id=netting.id, cooperative_id=places[slug])
        done = await ours(confirm_netting, netting_id=netting.id, cooperative_id=places[NOORD])
        where = self.link(f"nettings/{netting.id}")
        self.say(f"{slug} and the lead net: {decimal_text(abs(done.net_cents))} is paid, in both books: {where}")

    async def barter(self) -> None:
        """Lucas Community: a haircut for a car wash, sixty minutes each way, no euro anywhere."""
        lucas = await self.members("lucas-community")
        for giver, receiver, what in (("Lucia", "Dirk", "Knippen"), ("Dirk", "Lucia", "Auto wassen")):
            trade = await self.loader.run_as(giver.lower())(
                propose_barter,
                cooperative_id=lucas[giver].cooperative_id,
                giver_id=lucas[giver].id,
                receiver_id=lucas[receiver].id,
                minutes=60,
                title=what,
            )
            self.say(f"{giver} did it for {receiver}: {what}, 60 minutes.")
            await self.loader.run_as(receiver.lower())(answer_barter, barter_id=trade.id, verb=BarterVerb.CONFIRM)
            for name in ("Lucia", "Dirk"):
                found = await self.loader.run_as(name.lower())(get_minutes, member_id=lucas[name].id)
                self.say(f"  {name} has {found.minutes:+} minutes: {self.link(f'members/{lucas[name].id}/minutes')}")
        place = self.link(f"cooperatives/{lucas['Lucia'].cooperative_id}/barters")
        self.say(f"Both are even, nobody was invoiced: {place}")


NOORD = "buurtmoeders-noord"
PARTY = (NOORD, "ons", "scope")
PARTS = (
    ("Koken", 5000, NOORD, "Aïcha", "aicha"),
    ("Serveren", 3000, "ons", "Fatima", "fatima"),
    ("Versieren", 2000, "scope", "Bo", "bo"),
)
