"""Mails about invoices: with the files, once; reminders while something is due, and tasks beside them."""

import re
import uuid
from datetime import date, timedelta
from email.message import EmailMessage
from uuid import UUID

import pytest

from app.db.engine import Tx
from app.domain.actors import Actor
from app.worker import Worker
from tests.mail_server import MailServer, mail_server
from tests.scenarios.jobs import approved, delivered, join, move, plan, slot
from tests.scenarios.money import credit, pay, undo, write_off
from tests.scenarios.papers import ADDRESS, COMPANY, invoices_of, selling
from tests.world import GUEST, Caller, Json, Seller, World

DAY = timedelta(days=1)
NUMBERS = re.compile(r"[0-9][0-9.,]*[0-9]|[0-9]")


def address() -> str:
    return f"{uuid.uuid4().hex[:12]}@example.org"


def guest(email: str | None, at: Json = ADDRESS) -> Json:
    """A private person with an address, as an invoice above 100.00 needs one."""
    buyer = {"buyerType": "consumer", "postalAddress": at}
    return {"name": "Jo de Wit", "email": email, "phone": "0612345678", "buyer": buyer}


async def posted(world: World, server: MailServer | None, later: timedelta = timedelta()) -> None:
    """Lets the worker do what is due at now + `later`, mails included; without a server no mail is configured."""
    mail = server.mail if server else None
    worker = Worker(world.worker_database, mail, now=lambda: world.clock() + later, base="https://samen.example/api")
    while await worker.tick():
        continue
    while await worker.write():
        continue


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def files_of(mail: EmailMessage) -> dict[str, tuple[str, bytes]]:
    """The type and the content of each file, by its name."""
    return {
        str(one.get_filename()): (one.get_content_type(), bytes(one.get_payload(decode=True)))
        for one in mail.iter_attachments()
    }


async def file(world: World, who: Caller, invoice: Json, ending: str) -> bytes:
    headers = {"Authorization": f"Bearer {who.token}"}
    answer = await world.client.get(f"/v1/invoices/{invoice['id']}/invoice.{ending}", headers=headers)
    assert answer.status_code == 200
    return answer.content


async def sendings(seller: Seller, invoice: Json) -> list[Json]:
    found: list[Json] = await seller.treasurer("GET", f"/v1/invoices/{invoice['id']}/sendings")
    return found


async def todo(seller: Seller) -> list[str]:
    """The treasurer's open tasks about mails and reminders."""
    found = (await seller.treasurer("GET", "/v1/tasks?limit=100"))["items"]
    return [one["text"] for one in found if one["what"] in ("remind_customer", "send_invoice")]


async def states(world: World, invoice: Json) -> list[tuple[str, str, str]]:
    """Kind, state and note of the messages about an invoice."""
    async with world.books.transaction() as tx:
        sql = """select m.kind, m.state, m.note from message m join outbox e on e.id = m.event_id
                  where e.subject_id = $1 and m.recipient_id is null order by m.id"""
        return [tuple(row) for row in await tx.rows(sql, UUID(invoice["id"]))]


async def supplied(world: World, seller: Seller, app: Caller, contact: Json, price: str = "200.00") -> Json:
    order = await world.order(app, await world.offering(seller, price), contact=contact)
    await world.deliver(seller, order)
    return order


async def feed(app: Caller, invoice: Json) -> list[str]:
    after, found = None, []
    while True:
        page = await app("GET", f"/v1/events?limit=100{f'&after={after}' if after else ''}")
        found += [one["type"] for one in page["items"] if one["data"]["subjectId"] == invoice["id"]]
        if page["cursor"] == after or not page["items"]:
            return found
        after = page["cursor"]


async def test_a_guest_gets_the_invoice_with_its_file_and_the_status_link(world: World) -> None:
    """242.00: the PDF is that of the API, and every number in the text is a fact of the invoice or the order."""
    seller, _, app = await selling(world)
    email = address()
    async with mail_server() as server:
        order = await supplied(world, seller, app, COMPANY | {"email": email})
        await posted(world, server)
        await posted(world, server, timedelta(hours=1))
        (mail,) = server.mails(email)
    (invoice,) = await invoices_of(app, order)
    number = invoice["number"]
    assert mail["Subject"] == f"Factuur {number} van {seller.slug}"
    assert (mail["Reply-To"], mail["From"]) == ("hallo@example.org", f"{seller.slug} <samen@example.org>")
    pdf, xml = await file(world, app, invoice, "pdf"), await file(world, app, invoice, "xml")
    assert files_of(mail) == {f"{number}.pdf": ("application/pdf", pdf), f"{number}.xml": ("application/xml", xml)}
    token = order["statusUrl"].rpartition("/")[2]
    link, text = f"https://samen.example/api/v1/order-status/{token}", text_of(mail)
    assert link in text
    due = date.fromisoformat(invoice["dueOn"])
    facts = [
        "€ 242,00",
        f"NL91 ABNA 0417 1643 00 op naam van {invoice['paper']['seller']['ibanName']}",
        invoice["rfReference"],
    ]
    assert all(fact in text for fact in (*facts, number)), text
    known = {*NUMBERS.findall(" ".join([*facts, number, seller.slug])), str(due.day), str(due.year)}
    assert set(NUMBERS.findall(text.replace(link, ""))) <= known
    assert "Bos" not in f"{mail['Subject']} {mail['To']} {text}"
    (sending,) = await sendings(seller, invoice)
    assert (sending["channel"], sending["personId"]) == ("mail", None)
    (after,) = await invoices_of(app, order)
    assert (after["state"], after["sentAt"]) == ("sent", sending["at"])


async def test_an_event_that_comes_twice_is_one_mail(world: World) -> None:
    seller, _, app = await selling(world)
    email = address()
    async with mail_server() as server:
        order = await supplied(world, seller, app, guest(email))
        await posted(world, server)
        (invoice,) = await invoices_of(app, order)
        async with world.books.transaction() as tx:
            sql = "update outbox set delivered_at = null where subject_id = $1"
            await tx.value(sql, UUID(invoice["id"]))
        await posted(world, server, timedelta(hours=1))
        assert len(server.mails(email)) == 1
    assert len(await sendings(seller, invoice)) == 1


async def test_a_crash_after_the_server_took_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail goes again with the same Message-ID; it is noted once."""
    seller, _, app = await selling(world)
    email = address()

    async def crash(tx: Tx, actor: Actor, **_: object) -> None:
        raise RuntimeError("the process ends here")

    async with mail_server() as server:
        order = await supplied(world, seller, app, guest(email))
        with monkeypatch.context() as patched:
            patched.setattr("app.sending.finish_message", crash)
            await posted(world, server)
        (invoice,) = await invoices_of(app, order)
        assert await sendings(seller, invoice) == []
        await posted(world, server, timedelta(minutes=5))
        first, second = server.mails(email)
    assert first["Message-ID"] == second["Message-ID"]
    assert len(await sendings(seller, invoice)) == 1


async def test_a_private_person_gets_no_electronic_invoice_and_a_credit_note_says_what_it_takes_off(
    world: World,
) -> None:
    seller, _, app = await selling(world)
    email = address()
    async with mail_server() as server:
        order = await supplied(world, seller, app, guest(email))
        await posted(world, server)
        await credit(seller, order, "21.00")
        await posted(world, server)
        first, second = server.mails(email)
    invoice, note = await invoices_of(app, order)
    assert list(files_of(first)) == [f"{invoice['number']}.pdf"]
    assert second["Subject"] == f"Creditnota {note['number']} van {seller.slug}"
    assert files_of(second)[f"{note['number']}.pdf"][1] == await file(world, app, note, "pdf")
    text = text_of(second)
    assert "Het bedrag is € 21,00." in text
    assert f"Bij factuur {invoice['number']} hoort deze creditnota." in text
    assert f"Reden: {note['paper']['reason']}" in text
    assert "Dan krijgt u dat geld terug." in text
    assert "Betaal" not in text
    assert [one["state"] for one in await invoices_of(app, order)] == ["sent", "sent"]


async def test_an_invoice_in_english_comes_with_an_english_mail(world: World) -> None:
    seller, _, app = await selling(world)
    email = address()
    abroad = {"street": "Hauptstrasse 12", "postcode": "47533", "town": "Kleve", "country": "DE"}
    async with mail_server() as server:
        order = await supplied(world, seller, app, guest(email, abroad))
        await posted(world, server)
        (mail,) = server.mails(email)
    (invoice,) = await invoices_of(app, order)
    assert mail["Subject"] == f"Invoice {invoice['number']} from {seller.slug}"
    assert "Please pay €242.00 by " in text_of(mail)
    assert files_of(mail)[f"{invoice['number']}.pdf"][1] == await file(world, app, invoice, "pdf")


async def test_what_is_paid_before_asks_nothing(world: World) -> None:
    seller, _, app = await selling(world)
    email = address()
    async with mail_server() as server:
        order = await world.order(app, await world.offering(seller, "20.00"), contact=guest(email))
        await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
        await pay(seller, order, "24.20")
        await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "deliver"})
        await posted(world, server)
        await posted(world, server, 30 * DAY)
        (mail,) = server.mails(email)
    text = text_of(mail)
    assert "Het bedrag is € 24,20." in text
    assert "U hoeft nu niets te betalen." in text
    assert "Betaal " not in text


async def test_an_address_that_refuses_is_a_task_until_the_invoice_went(world: World) -> None:
    seller, _, app = await selling(world)
    email = address()
    async with mail_server() as server:
        server.refused = {email: b"550 no such user"}
        order = await supplied(world, seller, app, guest(email))
        await posted(world, server)
        (invoice,) = await invoices_of(app, order)
        assert await states(world, invoice) == [("invoice", "refused", "SMTPRecipientRefused 550")]
        await posted(world, server)
        (task,) = await todo(seller)
        assert task.startswith(f"Invoice {invoice['number']} was not mailed.")
        assert (await sendings(seller, invoice), invoice["state"]) == ([], "issued")
        await seller.treasurer("POST", f"/v1/invoices/{invoice['id']}/sendings", {"channel": "by_hand"})
        await posted(world, server)
    assert await todo(seller) == []
    (sending,) = await sendings(seller, invoice)
    assert (sending["channel"], sending["personId"] is None) == ("by_hand", False)


async def test_the_treasurer_sends_it_again(world: World) -> None:
    """The answer has no moment yet; it is a sending, in the treasurer's name, once the mail server took it."""
    seller, _, app = await selling(world)
    email = address()
    async with mail_server() as server:
        order = await supplied(world, seller, app, guest(email))
        await posted(world, server)
        (invoice,) = await invoices_of(app, order)
        place = f"/v1/invoices/{invoice['id']}/sendings"
        asked = await seller.treasurer("POST", place, {"channel": "mail"})
        assert (asked["at"], len(await sendings(seller, invoice))) == (None, 1)
        await posted(world, server)
        first, second = server.mails(email)
        assert files_of(first) == files_of(second)
        assert first["Message-ID"] != second["Message-ID"]
        # Without mail it is the treasurer's to do.
        await seller.treasurer("POST", place, {"channel": "mail"})
        await posted(world, None)
        assert len(await todo(seller)) == 1
    _, again = await sendings(seller, invoice)
    assert again == asked | {"at": again["at"]}
    assert again["at"]
    unsaid = await seller.treasurer("POST", place, {}, status=400)
    assert [one["field"] for one in unsaid["errors"]] == ["channel"]
    by_phone = await supplied(world, seller, app, guest(None))
    await posted(world, None)
    (other,) = await invoices_of(app, by_phone)
    place = f"/v1/invoices/{other['id']}/sendings"
    refused = await seller.treasurer("POST", place, {"channel": "mail"}, status=422)
    assert (refused["code"], refused["facts"]["rule"]) == ("rule_refused", "no_mail_address")


async def test_reminders_and_the_event_that_it_is_overdue(world: World) -> None:
    """Due in 14 days: overdue on the 15th, reminders on the 21st and the 28th; the task closes with the payment."""
    seller, _, app = await selling(world)
    partner = await world.app(
        ["catalogue:read", "orders:read", "orders:write", "events:read"], cooperative_ids=[seller.id]
    )
    email = address()
    async with mail_server() as server:
        order = await supplied(world, seller, app, guest(email))
        await posted(world, server)
        (invoice,) = await invoices_of(app, order)
        await posted(world, server, 14 * DAY)
        assert await feed(partner, invoice) == ["invoice.issued", "invoice.sent"]
        await posted(world, server, 16 * DAY)
        assert (await feed(partner, invoice))[2:] == ["invoice.overdue"]
        assert await todo(seller) == []
        assert len(server.mails(email)) == 1
        await posted(world, server, 22 * DAY)
        _, mail = server.mails(email)
        text = text_of(mail)
        assert mail["Subject"] == f"Herinnering: factuur {invoice['number']} van {seller.slug}"
        assert "Daarvan is nog € 242,00 niet betaald." in text
        assert f"NL91 ABNA 0417 1643 00 op naam van {invoice['paper']['seller']['ibanName']}" in text
        assert invoice["rfReference"] in text
        assert files_of(mail)[f"{invoice['number']}.pdf"][1] == await file(world, app, invoice, "pdf")
        (task,) = await todo(seller)
        assert task.endswith("gets a reminder by mail. Call the customer if no payment comes.")
        await pay(seller, order, "100.00")
        await posted(world, server, 29 * DAY)
        assert "Daarvan is nog € 142,00 niet betaald." in text_of(server.mails(email)[2])
        assert len(await todo(seller)) == 1
        await posted(world, server, 60 * DAY)
        assert len(server.mails(email)) == 3
        await pay(seller, order, "142.00")
        await posted(world, server, 60 * DAY)
        assert await todo(seller) == []


@pytest.mark.parametrize("end", ["paid", "credited", "written off", "paid, and undone"])
async def test_nobody_is_reminded_of_what_is_not_due(world: World, end: str) -> None:
    """What counts is what is due on that day."""
    seller, _, app = await selling(world)
    email = address()
    async with mail_server() as server:
        order = await supplied(world, seller, app, guest(email))
        await posted(world, server)
        if end.startswith("paid"):
            paid = await pay(seller, order, "242.00")
            if end.endswith("undone"):
                await undo(seller, paid)
        elif end == "credited":
            await credit(seller, order)
        else:
            await write_off(seller, order)
        await posted(world, server, 40 * DAY)
        subjects = [mail["Subject"].partition(" ")[0] for mail in server.mails(email)]
    reminders = 2 if end.endswith("undone") else 0
    assert subjects.count("Herinnering:") == reminders
    assert len(await todo(seller)) == min(reminders, 1)


async def test_a_reminder_that_waited_for_the_mail_server_is_not_sent_after_the_payment(world: World) -> None:
    seller, _, app = await selling(world)
    email = address()
    async with mail_server() as server:
        order = await supplied(world, seller, app, guest(email))
        await posted(world, server)
        server.to_data = b"451 later"
        await posted(world, server, 22 * DAY)
        await pay(seller, order, "242.00")
        server.to_data = b"354 go"
        await posted(world, server, 23 * DAY)
        assert len(server.mails(email)) == 1
    (invoice,) = await invoices_of(app, order)
    assert (await states(world, invoice))[1:] == [("reminder", "refused", "no reminder is wanted any more")]


async def test_whoever_disputes_the_job_is_not_reminded(world: World) -> None:
    """Nobody asks for the deposit while the job is disputed; once it is approved, the final invoice is asked for."""
    lead, _, _ = await selling(world)
    buyer, email = world.person(), address()
    async with mail_server() as server:
        offering = await world.offering(lead, "200.00")
        order = await world.order(buyer, offering, contact=guest(email))
        await lead.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
        await lead.treasurer("POST", f"/v1/orders/{order['id']}/invoices", {"percent": "30"})
        job = await plan(world, lead, slot("Tuin", 10000), orderId=order["id"])
        await join(lead.member, job, lead.member_id)
        await delivered(job, lead)
        await move(buyer, job, "dispute", reason="de heg")
        for days in (22, 29):
            await posted(world, server, days * DAY)
        subjects = [mail["Subject"].partition(" ")[0] for mail in server.mails(email)]
        assert subjects == ["Factuur", "Factuur"]
        assert await todo(lead) == []
        await move(buyer, job, "approve")
        await posted(world, server, 44 * DAY)
        subjects = [mail["Subject"].partition(" ")[0] for mail in server.mails(email)]
        assert subjects[2:] == ["Herinnering:"]
        assert len(await todo(lead)) == 1


async def test_a_final_invoice_of_nothing_reminds_nobody(world: World) -> None:
    """A deposit of all, paid: the final invoice asks 0.00."""
    seller, _, app = await selling(world)
    email = address()
    async with mail_server() as server:
        order = await world.order(app, await world.offering(seller, "750.00"), contact=COMPANY | {"email": email})
        await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
        await seller.treasurer("POST", f"/v1/orders/{order['id']}/invoices", {"percent": "100"})
        await pay(seller, order, "907.50")
        await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "deliver"})
        await posted(world, server)
        await posted(world, server, 40 * DAY)
        last = (await invoices_of(app, order))[-1]["number"]
        (final,) = [mail for mail in server.mails(email) if last in mail["Subject"]]
        assert len(server.mails(email)) == 2
    assert "Het bedrag is € 0,00." in text_of(final)
    assert "U hoeft nu niets te betalen." in text_of(final)


async def test_without_an_address_the_task_says_to_call(world: World) -> None:
    seller, _, app = await selling(world)
    async with mail_server() as server:
        order = await supplied(world, seller, app, guest(None))
        await posted(world, server)
        await posted(world, server, 22 * DAY)
    (invoice,) = await invoices_of(app, order)
    assert await states(world, invoice) == []
    called, given = sorted(await todo(seller), key=lambda text: "was not mailed" in text)
    assert called.endswith("got no reminder by mail. Call or write to the customer.")
    assert given.startswith(f"Invoice {invoice['number']} was not mailed.")


async def test_a_customer_who_was_erased_gets_nothing(world: World) -> None:
    """The message waits for the mail server while its customer is erased: there is no address any more, and no task."""
    seller, _, _ = await selling(world)
    buyer, email = world.person(), address()
    async with mail_server() as server:
        order = await world.order(buyer, await world.offering(seller, "20.00"), contact=guest(email))
        await world.deliver(seller, order)
        await buyer("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
        await pay(seller, order, "24.20")
        server.to_data = b"451 later"
        await posted(world, server)
        (invoice,) = (await seller.treasurer("GET", f"/v1/orders/{order['id']}/invoices"))[:1]
        assert [state for _, state, _ in await states(world, invoice)] == ["waiting"]
        await buyer("DELETE", "/v1/me")
        server.to_data = b"354 go"
        await posted(world, server, timedelta(hours=1))
        await posted(world, server, timedelta(hours=1))
        assert server.mails(email) == []
    assert await states(world, invoice) == [("invoice", "refused", "no mail address")]
    assert await todo(seller) == []
    async with world.books.transaction() as tx:
        rows = await tx.rows("select to_jsonb(m)::text as row from message m")
    assert not [row["row"] for row in rows if email in row["row"] or "Jo de Wit" in row["row"]]


async def test_a_cooperative_that_is_charged_gets_it_at_its_own_address(world: World) -> None:
    """A partner's part of a job: the lead is the buyer; netting settles it, so nothing is asked."""
    lead, other = await world.cooperative(), await world.cooperative()
    await lead.can_invoice()
    await other.can_invoice()
    email = address()
    details = {"email": email}
    place = f"/v1/cooperatives/{lead.id}"
    await world.network("PATCH", place, {"kvkNumber": "17272828"}, headers={"If-Match": "*"})
    await lead.treasurer("PATCH", f"{place}/invoice-details", details, headers={"If-Match": "*"})
    async with mail_server() as server:
        job = await plan(world, lead, slot("Tuin", 5000), slot("Koken", 5000))
        await join(lead.coordinator, job, lead.member_id)
        await join(other.coordinator, job, other.member_id, 1)
        await approved(job, lead, other)
        await posted(world, server)
        await posted(world, server, 40 * DAY)
        mails = server.mails(email)
    (invoice,) = (await other.treasurer("GET", f"/v1/invoices?cooperativeId={other.id}"))["items"]
    assert (invoice["kind"], invoice["buyerId"], invoice["state"]) == ("partner", lead.id, "sent")
    (mail,) = mails
    assert mail["Subject"] == f"Factuur {invoice['number']} van {other.slug}"
    assert "de coöperaties verrekenen dit bedrag" in text_of(mail)
    assert await todo(other) == []


async def test_whoever_has_a_login_gets_no_status_link(world: World) -> None:
    seller, _, _ = await selling(world)
    buyer, email = world.person(), address()
    async with mail_server() as server:
        order = await world.order(buyer, await world.offering(seller, "20.00"), contact=GUEST | {"email": email})
        await world.deliver(seller, order)
        await posted(world, server)
        (mail,) = server.mails(email)
    assert "http" not in text_of(mail)
