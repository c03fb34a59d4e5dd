"""The acts of a year that two cooperatives do together: jobs and joint purchases; to the API and to the reference."""

from dataclasses import dataclass, field

from tests.scenarios import buying, jobs
from tests.scenarios.money import amount, credit, pay, repay
from tests.scenarios.reference import Line, Reference, euro, largest_remainder
from tests.scenarios.reference_jobs import Cost, Job, Part
from tests.scenarios.reference_purchases import Article, Purchase, Wish
from tests.scenarios.test_joint_prices import price
from tests.world import Json, Seller, World

CLASSES = {21: "standard", 9: "reduced"}


@dataclass
class Together:
    """Two cooperatives, each with its reference; either of them leads."""

    world: World
    sellers: tuple[Seller, Seller]
    references: tuple[Reference, Reference]
    jobs: list[Job] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)

    async def job(self, net: int, choice: int) -> None:
        """Planned, staffed by a member of each, with costs, done and approved; its seats are shared in four ways."""
        place = choice >> 2 & 1
        lead, partner = self.sellers[place], self.sellers[1 - place]
        lines = [Line(percent=21, price=net, company=True)]
        lines += [Line(percent=9, price=1 + net // 3, company=True)] if choice & 8 else []
        total = sum(line.price for line in lines)
        cost = Cost(cents=total // 4, vat=total // 25, deductible=100 if choice & 1 else 50)
        shared = total - cost.borne
        first, second = [
            (jobs.slot("Tuin", shared // 3, kind="fixed"), jobs.slot("Koken", 1, kind="rest")),
            (jobs.slot("Tuin", 6543), jobs.slot("Koken", 3457)),
            (jobs.slot("Tuin", 0, kind="hours"), jobs.slot("Koken", 0, kind="hours")),
            (jobs.slot("Tuin", 2, kind="rest"), jobs.slot("Koken", 1, kind="rest")),
        ][choice & 3]
        minutes = (100 + net % 200, 100)
        parts = [
            [shared // 3, shared - shared // 3],
            largest_remainder(shared, [6543, 3457]),
            largest_remainder(shared, minutes),
            largest_remainder(shared, [2, 1]),
        ][choice & 3]
        named = [
            jobs.line(euro(line.price), CLASSES[line.percent], title=f"Feest {number}")
            for number, line in enumerate(lines)
        ]
        paid: Json = {"title": "Tent", "supplier": "Verhuur BV", "vat": {"amount": euro(cost.vat)}}
        paid |= amount(euro(cost.cents)) | {"deductible": str(cost.deductible)}
        made = await jobs.plan(self.world, lead, first, second, lines=named, costs=[paid] if cost.cents else [])
        taken = [
            await jobs.join(seller.coordinator, made, seller.member_id, number)
            for number, seller in enumerate((lead, partner))
        ]
        await jobs.agreed(made, lead, partner)
        await jobs.move(lead.coordinator, made, "start")
        if choice & 3 == 2:
            for seller, part, worked in zip((lead, partner), taken, minutes, strict=True):
                entry = await jobs.report(seller.member, part, worked)
                await lead.coordinator("POST", f"/v1/assignment-hours/{entry['id']}/approvals")
        await jobs.move(lead.coordinator, made, "deliver")
        done = await jobs.move(lead.treasurer, made, "approve", reason="gebeld")
        found = [Part.of(place, parts[0]), Part.of(1 - place, parts[1])]
        job = Job(
            order={"id": done["orderId"]},
            lead=place,
            month=self.references[0].month,
            lines=lines,
            cost=cost,
            parts=sorted(found, key=lambda part: part.place),
        )
        self._add(job)
        self.jobs.append(job)

    async def pay_job(self, number: int, cents: int) -> None:
        """What is due, or any amount."""
        if self.jobs:
            job = self.jobs[number % len(self.jobs)]
            cents = job.due if cents % 2 and job.due else cents
            await pay(self.sellers[job.lead], job.order, euro(cents))
            job.paid += cents

    async def repay_job(self, number: int, cents: int) -> None:
        """What is owed back, or less; the sale stands, so nothing else."""
        if not self.jobs:
            return
        job = self.jobs[number % len(self.jobs)]
        if not job.owed:
            assert (await repay(self.sellers[job.lead], job.order, status=409))["code"] == "nothing_owed"
            return
        await repay(self.sellers[job.lead], job.order, euro(min(cents, job.owed)))
        job.paid -= min(cents, job.owed)

    async def credit_job(self, number: int, cents: int) -> None:
        """Off the price, and off the parts of both cooperatives; at times all that is left."""
        if not self.jobs:
            return
        job = self.jobs[number % len(self.jobs)]
        cents = min(cents, job.left) if cents % 4 else job.left
        if cents:
            await credit(self.sellers[job.lead], job.order, euro(cents))
            job.credit(cents)

    async def purchase(self, cents: int, choice: int) -> None:
        """Opened, wished for by both cooperatives and their members, closed and ordered."""
        place = choice >> 3 & 1
        lead = self.sellers[place]
        articles = [
            Article(percent=21, pack=1 + cents % 7, price=50 + cents % 5_000),
            Article(percent=9, pack=1 + cents % 3, price=70 + cents % 900),
        ]
        purchase = Purchase(
            asked={},
            lead=place,
            deductible=choice & 1 > 0,
            rule=("first_come", "proportional")[choice >> 1 & 1],
            delivery=cents % 1_300,
            delivery_by=("quantity", "price", "head")[choice % 3],
            discount=articles[0].price // 4 if choice & 4 else 0,
            articles=articles,
        )
        asked: list[Json] = [
            {
                "title": f"Stof {number}",
                "unit": "meter",
                "packUnits": article.pack,
                "vatClass": CLASSES[article.percent],
                "tiers": [{"price": {"amount": euro(article.price)}}],
            }
            for number, article in enumerate(articles)
        ]
        made = await buying.plan(
            self.world,
            lead,
            *asked,
            partners=(self.sellers[1 - place],),
            deductible=purchase.deductible,
            rule=purchase.rule,
            delivery={"amount": euro(purchase.delivery)},
            deliveryBy=purchase.delivery_by,
            discount={"amount": euro(purchase.discount)},
        )
        for number, article in enumerate(articles):
            for who, quantity in enumerate((article.pack + cents % 5, 1 + cents % 11, cents % 4, cents % 6)):
                wish = Wish(place=who & 1, of_member=who > 1, article=number, quantity=quantity)
                await self._wish(purchase, made, wish)
        purchase.asked = await buying.move(lead.coordinator, made, "close")
        await buying.move(lead.coordinator, made, "order")
        purchase.close()
        self._add(purchase)
        self.purchases.append(purchase)

    async def settle(self, number: int, choice: int) -> None:
        """What came is recorded: as ordered, less or more; perhaps with another price; and all is paid."""
        open_ones = [purchase for purchase in self.purchases if not purchase.settled]
        if not open_ones:
            return
        purchase = open_ones[number % len(open_ones)]
        lead = self.sellers[purchase.lead]
        units = [max(1, article.units + (0, 0, -1, 9)[choice & 3]) for article in purchase.articles]
        for article, came in zip(purchase.asked["articles"], units, strict=True):
            await lead.coordinator("POST", f"/v1/purchase-articles/{article['id']}/receipts", {"units": came})
        await buying.move(lead.coordinator, purchase.asked, "receive")
        purchase.receive(units)
        if choice & 4:
            agreed = purchase.articles[0].price
            billed = agreed * 7 // 5 if choice & 8 else agreed * 4 // 5
            await price(lead.coordinator, purchase.asked, euro(billed))
            purchase.articles[0].billed = billed
        total = purchase.settle()
        refused = await buying.settle(lead, purchase.asked, euro(total + 1), status=409)
        assert refused["facts"]["computed_cents"] == total
        await buying.settle(lead, purchase.asked, euro(total))

    async def _wish(self, purchase: Purchase, made: Json, wish: Wish) -> None:
        """Of a cooperative from its fund, or of its member, if the pot has so much."""
        if not wish.quantity:
            return
        seller, reference = self.sellers[wish.place], self.references[wish.place]
        reserved = purchase.reservation(wish)
        who = seller.member if wish.of_member else seller.coordinator
        whose: Json = {"memberId": seller.member_id} if wish.of_member else {"cooperativeId": seller.id}
        taken = sum(one.reserved for one in purchase.wishes if (one.place, one.of_member) == (wish.place, True))
        if wish.of_member and reserved > reference.expected().get("pot", 0) - taken:
            refused = await buying.wish(who, made, wish.quantity, article=wish.article, status=409, **whose)
            assert refused["code"] == "below_floor"
            return
        await buying.wish(who, made, wish.quantity, article=wish.article, **whose)
        wish.reserved = reserved
        purchase.wishes.append(wish)

    def _add(self, act: Job | Purchase) -> None:
        for reference in self.references:
            reference.together.append(act)
