"""Mails about tasks: one for each person, sent once; a refused address affects nobody else."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from app.db.engine import Database
from app.db.logins import WORKER_ROLE
from app.domain.platform.messages import MOST_TRIES
from app.worker import Worker
from tests.live import until
from tests.mail_server import MailServer, mail_server
from tests.world import Json, Seller, World

LATER = timedelta(hours=1)


def address() -> str:
    return f"{uuid.uuid4().hex[:12]}@example.org"


async def coordinators(world: World, seller: Seller, *emails: str) -> None:
    """The addresses of the cooperative's coordinator and of her colleagues."""
    first, *others = emails
    await world.reachable(seller.coordinator, first)
    for email in others:
        await world.reachable(await world.officer("coordinator", cooperativeId=seller.id), email)


async def placed(world: World, seller: Seller) -> Json:
    return await world.order(await world.app(), await world.offering(seller))


async def posted(world: World, server: MailServer, later: timedelta = timedelta()) -> None:
    """Lets the worker deliver events, and write the mails that are due at now + `later`."""
    worker = Worker(world.worker_database, server.mail, now=lambda: datetime.now(UTC) + later)
    while await worker.tick():
        continue
    while await worker.write():
        continue


async def states(world: World, *emails: str) -> list[tuple[str, str, int, str]]:
    """Address, state, tries and note of the messages to these people about an order to accept."""
    async with world.books.transaction() as tx:
        sql = """select p.email, m.state, m.tries, m.note from message m join person p on p.id = m.recipient_id
                  where p.email = any($1) and m.kind = 'accept_order' order by p.email"""
        return [tuple(row) for row in await tx.rows(sql, list(emails))]


async def told(seller: Seller, order: Json) -> bool:
    """Whether the coordinator has a task about the order."""
    return order["reference"] in str(await seller.coordinator("GET", "/v1/tasks"))


async def all_left(world: World, offering_id: str) -> bool:
    return bool((await world.visitor("GET", f"/v1/catalogue/offerings/{offering_id}"))["left"] == 4)


async def test_each_gets_a_mail_of_their_own_that_shows_nobody_elses_address(world: World) -> None:
    seller, emails = await world.cooperative(), [address(), address()]
    await coordinators(world, seller, *emails)
    async with mail_server() as server:
        order = await placed(world, seller)
        await posted(world, server)
        await posted(world, server, LATER)
    mails = server.about(order["reference"])
    assert sorted(to for to, _ in mails) == sorted([email] for email in emails)
    for to, text in mails:
        other = next(email for email in emails if email not in to)
        assert f"To: {to[0]}" in text
        assert other not in text
    assert [state for _, state, _, _ in await states(world, *emails)] == ["sent", "sent"]


async def test_one_who_holds_two_offices_gets_one_mail_of_an_event(world: World) -> None:
    """The maker is a coordinator too: the order needs both to accept it."""
    seller, email = await world.cooperative(), address()
    await world.reachable(seller.member, email)
    me = await seller.member("GET", "/v1/me")
    await world.network(
        "POST", "/v1/offices", {"personId": me["person"]["id"], "role": "coordinator", "cooperativeId": seller.id}
    )
    async with mail_server() as server:
        order = await placed(world, seller)
        await posted(world, server)
    assert [to for to, _ in server.about(order["reference"])] == [[email]]


async def test_an_address_that_is_refused_is_nobody_elses_trouble(world: World) -> None:
    """One is refused for good, one for now, and an old one is no address: the others get their mail."""
    seller = await world.cooperative()
    good, gone, full, broken = (address() for _ in range(4))
    await coordinators(world, seller, good, gone, full, broken)
    # It could be entered like this before.
    async with world.books.transaction() as tx:
        await tx.value("update person set email = 'jan@example..org' where email = $1", broken)
    async with mail_server() as server:
        server.refused = {gone: b"550 no such user", full: b"452 too much mail"}
        order = await placed(world, seller)
        await posted(world, server)
        assert [to for to, _ in server.about(order["reference"])] == [[good]]
        server.refused.pop(full)
        for hours in (1, 2, 30):
            await posted(world, server, timedelta(hours=hours))
        assert [to for to, _ in server.about(order["reference"])] == [[good], [full]]
    told = {email: said for email, *said in await states(world, good, gone, full)}
    assert told == {good: ["sent", 1, ""], gone: ["refused", 1, "SMTPRecipientRefused 550"], full: ["sent", 2, ""]}
    assert ("jan@example..org", "refused", 1, "no mail address") in await states(world, "jan@example..org")


async def test_a_mail_server_that_is_down_is_tried_again_but_not_for_ever(world: World) -> None:
    seller, email = await world.cooperative(), address()
    await coordinators(world, seller, email)
    async with mail_server() as server:
        server.to_data = b"451 later"
        await placed(world, seller)
        await posted(world, server)
        assert await states(world, email) == [(email, "waiting", 1, "SMTPDataError 451")]
        for tries in range(2, MOST_TRIES + 1):
            await posted(world, server, timedelta(days=tries))
        assert await states(world, email) == [(email, "refused", MOST_TRIES, "SMTPDataError 451")]
        server.to_data = b"354 go"
        await posted(world, server, timedelta(days=99))
    assert await states(world, email) == [(email, "refused", MOST_TRIES, "SMTPDataError 451")]


async def test_a_slow_mail_server_gets_each_mail_once_and_holds_up_no_event(world: World) -> None:
    """It takes a second for each mail; there are two workers. Tasks of new events appear at once."""
    seller, emails, stop = await world.cooperative(), [address() for _ in range(24)], asyncio.Event()
    await coordinators(world, seller, *emails)
    await world.work()
    async with mail_server() as server:
        server.seconds = 1
        order = await placed(world, seller)
        working = [asyncio.create_task(Worker(world.worker_database, server.mail).run(stop)) for _ in range(2)]
        await until(lambda: server.about(order["reference"]))
        next_order = await placed(world, seller)
        await until(lambda: told(seller, next_order))
        assert len(server.about(order["reference"])) < len(emails), "the task waited for the mails before it"
        await until(lambda: len(server.about(order["reference"])) == len(emails))
        stop.set()
        await asyncio.gather(*working)
    recipients = [to[0] for to, _ in server.about(order["reference"])]
    assert sorted(recipients) == sorted(emails)


async def test_a_silent_mail_server_stops_neither_timers_nor_the_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.sending.GRACE", 1)
    seller, email, stop = await world.cooperative(), address(), asyncio.Event()
    await coordinators(world, seller, email)
    await world.work()
    order = await placed(world, seller)
    hold = await (await world.app())(
        "POST", f"/v1/offerings/{await world.offering(seller, kind='goods', stock=4)}/holds", {"quantity": 2}
    )
    later = timedelta(days=1)
    async with mail_server() as server:
        server.silent = True
        worker = Worker(world.worker_database, server.mail, now=lambda: datetime.now(UTC) + later)
        working = asyncio.create_task(worker.run(stop))
        # This is the timer of the hold.
        await until(lambda: all_left(world, hold["offeringId"]))
        await asyncio.sleep(0.5)
        stop.set()
        await asyncio.wait_for(working, 5)
        assert server.about(order["reference"]) == []
        server.silent = False
        await posted(world, server, later + LATER)
        assert [to for to, _ in server.about(order["reference"])] == [[email]]


async def test_a_mail_that_is_under_way_is_begun_by_nobody_else(world: World) -> None:
    """Its lease ended before its worker sent it: the worker with the last claim sends it."""
    seller, email = await world.cooperative(), address()
    await coordinators(world, seller, email)
    database = Database(world.worker_database.logins, role=WORKER_ROLE, size=2)
    await database.open()
    async with mail_server() as server:
        order = await placed(world, seller)
        worker = Worker(database, server.mail)
        while await worker.tick():
            continue
        assert worker._mails is not None
        late = await worker._mails._claim(100, None)  # type: ignore[arg-type]
        await posted(world, server, LATER)
        for message in late:
            await worker._mails._send(message)
        assert [to for to, _ in server.about(order["reference"])] == [[email]]
    await database.close()


async def test_what_an_older_version_wanted_mailed_is_mailed(world: World) -> None:
    """It wrote an event for each task; that event makes the messages."""
    seller, email = await world.cooperative(), address()
    await coordinators(world, seller, email)
    order = await placed(world, seller)
    await world.work()
    async with world.books.transaction() as tx:
        sql = """insert into outbox (id, name, cooperative_id, subject_id, facts, created_at, next_try_at, attempts)
                 select uuidv7(), 'mail.task', cooperative_id, id, facts || jsonb_build_object('what', what), now(),
                        now(), 0 from task where what = 'accept_order' and role = 'coordinator'
                    and facts ->> 'reference' = $1"""
        await tx.value(sql, order["reference"])
    async with mail_server() as server:
        await posted(world, server)
    assert [to for to, _ in server.about(order["reference"])] == [[email]]


async def test_a_subject_of_several_lines_is_one_header() -> None:
    """Nobody can add headers to the mail by the title of an offering."""
    async with mail_server() as server:
        await server.mail.send("a@example.org", "Klus\r\nBcc: b@x.nl", "tekst", mark="m1")
    headers = server.received[0][1].split("\r\n\r\n")[0].splitlines()
    assert "Subject: Klus Bcc: b@x.nl" in headers
    assert "Message-ID: <m1@example.org>" in headers
    assert not [header for header in headers if header.startswith("Bcc")]


BAD_FORM = ["jan", "a@b@example.org"]
"""The contract's pattern refuses it first."""
BAD = [*BAD_FORM, "jan@example..org", '"jo@example.org', "jo@example.org.", "jo.@example.org", "jo@-example.org"]


@pytest.mark.parametrize("email", BAD)
async def test_what_is_no_address_is_refused_wherever_it_is_typed(world: World, email: str) -> None:
    """By the form, in both faces."""
    seller, buyer = await world.cooperative(), world.person()
    offering = await world.offering(seller)
    place = {"issuer": "https://login.example", "subject": uuid.uuid4().hex, "name": "Jan"}
    contact = {"name": "Jan", "email": email}
    order = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": contact}
    known = await world.network("POST", "/v1/people", place | {"email": email}, status=400)
    (fault,) = (await buyer("PUT", "/v1/me/contact", contact, status=400))["errors"]
    code = "string_pattern_mismatch" if email in BAD_FORM else "email_malformed"
    assert (fault["field"], fault["code"]) == ("email", code)
    (refused,) = (await buyer("POST", "/v1/orders", order, status=400))["errors"]
    assert refused == fault | {"field": "contact.email"}
    add = """mutation Add($i: String!, $s: String!, $e: String) {
        addPerson(input: {issuer: $i, subject: $s, name: "J", email: $e}) { id } }"""
    found = await world.network.graphql(add, i=place["issuer"], s=place["subject"], e=email)
    assert found["errors"][0]["extensions"]["errors"] == known["errors"] == [fault]
