"""What scenarios of invoices share: buyers, how invoices are read, and that every file shows what the books have."""

import io
import os
import shutil
import subprocess
from uuid import UUID

from lxml import etree
from pypdf import PdfReader

from app.adapters.messages import euro
from app.adapters.print_fonts import BREAK
from app.db.selling.invoices import invoices
from app.domain.selling.invoices import InvoicePaper
from app.domain.vat import PriceBasis
from tests.judges import findings
from tests.world import Caller, Json, Seller, World

NAMES = {
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
}

ADDRESS: Json = {"street": "Spoorlaan 9", "postcode": "5038 CB", "town": "Tilburg"}
COMPANY: Json = {
    "name": "Anne Bos",
    "email": "anne@example.org",
    "buyer": {
        "buyerType": "business",
        "organisation": "Bos Bouw B.V.",
        "kvkNumber": "17272828",
        "postalAddress": ADDRESS,
    },
}
COUNCIL: Json = {
    "name": "Ria Smit",
    "email": "ria@example.org",
    "buyer": {
        "buyerType": "public",
        "organisation": "Gemeente Breda",
        "oin": "00000001001299757000",
        "postalAddress": ADDRESS,
        "buyerReference": "KP-4411",
    },
}
ADVICE = "BR-NL-30 (warning)"
"""The name of an account had better not be told, they say; it is, if it is not that of the seller."""


async def selling(world: World) -> tuple[Seller, str, Caller]:
    """A cooperative that can invoice, the prefix of its numbers, and an app that orders for guests."""
    seller = await world.cooperative()
    return seller, await seller.can_invoice(), await world.app()


async def invoices_of(caller: Caller, order: Json) -> list[Json]:
    """The invoices and credit notes of an order, oldest first."""
    found: list[Json] = await caller("GET", f"/v1/orders/{order['id']}/invoices")
    return found


def sums(invoice: Json) -> tuple[str, str, str]:
    """Net, VAT and gross."""
    paper = invoice["paper"]
    return paper["net"]["amount"], paper["vat"]["amount"], paper["gross"]["amount"]


async def file_of(world: World, caller: Caller, invoice: Json, ending: str = "pdf") -> bytes:
    """A file of an invoice, as the caller gets it."""
    headers = {"Authorization": f"Bearer {caller.token}"}
    answer = await world.client.get(f"/v1/invoices/{invoice['id']}/invoice.{ending}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.content


async def ubl_of(world: World, caller: Caller, invoice: Json, path: str) -> list[str]:
    """The texts at a path of the electronic invoice."""
    found = etree.fromstring(await file_of(world, caller, invoice, "xml")).xpath(path, namespaces=NAMES)
    return [one.text for one in found]


def text_of(pdf: bytes) -> str:
    """The text of all pages, with single blanks and without places to break.

    A place to break after the first 0 of a font becomes a part of each 0 of that font, for readers that know only its
    table of characters.
    """
    pages = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(pages.replace(BREAK, "").split())


def shown_amounts(paper: InvoicePaper) -> set[int]:
    """The cents that the printed invoice must show."""
    incl = {one.basis for one in paper.lines} == {PriceBasis.INCL}
    of_lines = {one.gross_cents if incl else one.net_cents for one in paper.lines}
    of_lines |= {cents for one in paper.lines if one.deposit_number for cents in (one.net_cents, one.vat_cents)}
    rated = [group for group in paper.groups if group.vat_cents]
    of_groups = {cents for group in rated for cents in (group.net_cents, group.vat_cents)}
    due = set() if paper.is_credit_note else {paper.payable_cents}
    return of_lines | of_groups | {paper.gross_cents} | due | ({-paper.received_cents} - {0})


OF_BOOKS = """
    with invoiced as (
        select p.order_id, (g ->> 'basis_points')::int as rate,
               sum(case when i.kind = 'credit_note' then -1 else 1 end * (g ->> 'net_cents')::bigint) as net,
               sum(case when i.kind = 'credit_note' then -1 else 1 end * (g ->> 'vat_cents')::bigint) as vat
          from invoice_order p join invoice i on i.id = p.invoice_id, jsonb_array_elements(p.groups) g
         where (g ->> 'basis_points')::int > 0
         group by 1, 2),
    booked as (
        select o.id as order_id, (e.facts ->> 'rate')::int as rate,
               sum((e.facts ->> 'base')::bigint) as net, sum(e.cents) as vat
          from "order" o
          join journal j on exists (select 1 from entry f
                                     where f.journal_id = j.id and f.facts ->> 'order' = o.id::text)
          join entry e on e.journal_id = j.id
          join account a on a.id = e.account_id and a.kind = 'vat'
         where o.cooperative_id = any($1) and j.kind <> 'cost'
         group by 1, 2)
    select o.reference, coalesce(i.rate, b.rate) as rate, i.net, i.vat, b.net as booked_net, b.vat as booked_vat
      from invoiced i full join booked b on b.order_id = i.order_id and b.rate = i.rate
      join "order" o on o.id = coalesce(i.order_id, b.order_id)
     where o.cooperative_id = any($1) and o.invoice_id is not null and o.written_off_cents = 0
       and o.buyer_id is null and o.assignment_id is null
       and not exists (select 1 from order_line l where l.order_id = o.id and l.purchase_cents is not null)
       and (coalesce(i.vat, 0) <> coalesce(b.vat, 0) or abs(coalesce(i.net, 0) - coalesce(b.net, 0)) > 9)"""
"""What the invoices of an order say of a rate, if its books have anything else.

A credit of so few cents that it has no VAT has no leg, so the base of the legs may lack those cents.
"""


_READ: set[UUID] = set()
"""The invoices whose files were read before; they never change."""


async def papers_are_right(world: World, *sellers: Seller) -> None:
    """The invoices of these sellers say what the books have, and their files show it.

    Lines of second-hand goods hide their VAT.
    """
    places = [UUID(seller.id) for seller in sellers]
    async with world.books.transaction() as tx:
        wrong = [dict(row) for row in await tx.rows(OF_BOOKS, places)]
        assert wrong == [], wrong
    await files_are_right(world)


async def files_are_right(world: World) -> None:
    """Each file that was made shows its number and its amounts, to one reader or two; the rules find nothing.

    The rules are read if `SAMEN_JUDGES` names them.
    """
    async with world.books.transaction() as tx:
        sql = "select owner_id, media_type, content from document where owner_id <> all($1) and added_by is null"
        files = [tuple(row) for row in await tx.rows(sql, list(_READ))]
        owners = list({owner_id for owner_id, _, _ in files})
        sql = f"{invoices.select} where t.id = any($1)"
        papers = {row["id"]: invoices.load(row).paper for row in await tx.rows(sql, owners)} if owners else {}
    for owner_id, media_type, content in files:
        paper = papers[owner_id]
        if media_type == "application/xml":
            assert paper.number.encode() in content
            said = findings(content) if "SAMEN_JUDGES" in os.environ else []
            assert [text for text in said if ADVICE not in text] == [], paper.number
        else:
            for text in _texts(content):
                missing = {cents for cents in shown_amounts(paper) if euro(cents, paper.language) not in text}
                assert not missing, (paper.number, missing, text)
                assert paper.number in text
        _READ.add(owner_id)


def _texts(pdf: bytes) -> list[str]:
    """The text of a file by one reader, and by another if it is installed."""
    texts = [text_of(pdf)]
    if shutil.which("pdftotext"):
        run = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
        texts.append(" ".join(run.stdout.decode().split()))
    return texts
