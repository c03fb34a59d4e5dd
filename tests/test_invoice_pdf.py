"""The printed invoice: what it says, that archives and screen readers can use it, and that no text stops it."""

import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pypdf import PdfReader

from app.adapters import typesetting
from app.adapters.epc import epc_text
from app.adapters.invoice_pdf import invoice_pdf
from app.adapters.messages import euro
from app.adapters.print_fonts import BREAK, FAMILIES, REPLACEMENT, drawable
from app.adapters.typesetting import TypesettingWarned
from app.domain.people.addresses import PostalAddress
from app.domain.selling.invoices import InvoiceLanguage, InvoicePaper, LineRole, RefersTo
from app.domain.vat import PriceBasis, VatClass
from app.vocabulary import Text
from tests import papers
from tests.papers import BUSINESS, CONSUMER, PAPERS, REFERENCE, SELLER, line, paper

UBL = '<?xml version="1.0" encoding="UTF-8"?><Invoice>Spółdzielnia 🍞</Invoice>'.encode()
RIGHT_MARGIN = 595.28 - 56.69
"""The right end of the text in points: A4 less 20 mm."""
CM = 28.35
NEEDS_POPPLER = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")


@cache
def file_of(name: str) -> bytes:
    return invoice_pdf(PAPERS[name](), ubl=UBL)


def text_of(file: bytes) -> str:
    """The text of all pages, with single blanks."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(file)).pages).split())


def contents_of(file: bytes) -> bytes:
    """All bytes of a file, with its streams unpacked."""
    reader = PdfReader(io.BytesIO(file))
    objects: list[Any] = [reader.get_object(number) for number in range(1, int(str(reader.trailer["/Size"])))]
    return file + b"".join(one.get_data() for one in objects if hasattr(one, "get_data"))


def shown_amounts(shown: InvoicePaper) -> set[int]:
    """The cents that an invoice must show."""
    incl = {one.basis for one in shown.lines} == {PriceBasis.INCL}
    of_lines = {one.unit_price_cents for one in shown.lines}
    of_lines |= {one.gross_cents if incl else one.net_cents for one in shown.lines}
    of_lines |= {cents for one in shown.lines if one.deposit_number for cents in (one.net_cents, one.vat_cents)}
    rated = [group for group in shown.groups if group.vat_cents]
    of_groups = {cents for group in rated for cents in (group.net_cents, group.vat_cents)}
    sums = {shown.gross_cents} | ({shown.net_cents, shown.vat_cents} if rated else set())
    due = {shown.payable_cents} if not shown.is_credit_note else set()
    return of_lines | of_groups | sums | due | ({-shown.received_cents} - {0})


# --- what it says ---


@pytest.mark.parametrize("name", PAPERS)
def test_every_amount_number_and_name_is_on_it(name: str) -> None:
    shown, text = PAPERS[name](), text_of(file_of(name))
    for cents in shown_amounts(shown):
        assert euro(cents, shown.language) in text, cents
    seller = shown.seller
    for said in (shown.number, seller.name, seller.trade_name, seller.postal_address.street, seller.kvk_number):
        assert str(said) in text
    for one in shown.lines:
        assert one.title in text
        assert not one.deposit_number or one.deposit_number in text
    for reference in shown.order_references:
        assert reference in text
    if shown.buyer and shown.buyer.postal_address:
        buyer = shown.buyer
        facts = (buyer.name, buyer.attention, buyer.oin, buyer.kvk_number, buyer.buyer_reference, buyer.purchase_order)
        assert all(said in text for said in facts if said)
        assert shown.buyer.postal_address.town in text
    transferred = shown.payable_cents > 0 and shown.rf_reference is not None
    assert ("NL91 ABNA 0417 1643 00" in text) == transferred
    assert not transferred or str(shown.rf_reference) in text.replace(" ", "")
    assert REPLACEMENT not in text
    assert not {"betaald", "paid"} & set(re.findall("[a-z]+", text.lower())) or shown.is_credit_note


@NEEDS_POPPLER
@pytest.mark.parametrize("name", PAPERS)
def test_another_reader_finds_the_same_amounts(name: str, tmp_path: Path) -> None:
    shown = PAPERS[name]()
    text = " ".join(poppler("pdftotext", file_of(name), tmp_path, "-layout").split())
    assert {cents for cents in shown_amounts(shown) if euro(cents, shown.language) not in text} == set()


def poppler(command: str, file: bytes, folder: Path, *options: str) -> str:
    (folder / "it.pdf").write_bytes(file)
    run = [command, *options, str(folder / "it.pdf"), "-"]
    return subprocess.run(run, check=True, capture_output=True, text=True, encoding="utf-8").stdout


def test_days_and_times_are_as_people_write_them() -> None:
    dutch, english = text_of(file_of("standard")), text_of(file_of("standard_english"))
    assert "Datum 5 maart 2026 Geleverd 5 maart 2026 Betaal uiterlijk 19 maart 2026" in dutch
    assert "Date 5 March 2026 Supplied 5 March 2026 Pay by 19 March 2026" in english
    assert "1 uur 30 min € 45,00 21% € 67,50" in dutch
    assert "1 hour 30 min €45.00 21% €67.50" in english
    assert "Geleverd 1 februari 2026 t/m 8 februari 2026" in text_of(file_of("collective"))
    assert "45 min" in text_of(file_of("small_business"))
    assert "40.600 stuks" in text_of(invoice_pdf(paper([line("Schroef", 53, 40_600)]), ubl=None))


def test_a_company_reads_unit_prices_without_vat() -> None:
    text = text_of(file_of("business"))
    assert "€ 9,99 incl. btw excl. btw € 8,2567" in text
    assert "excl. btw €" not in text_of(file_of("standard"))


def test_a_deposit_is_taken_off_with_its_number_net_and_vat() -> None:
    text = text_of(file_of("final"))
    assert "Samen € 750,00 Al gefactureerd Aanbetaling, factuur BRD2026-00008 Tuin aanleggen" in text
    assert "Tuin aanleggen -€ 225,00 zonder btw, -€ 47,25 btw" in text
    assert "Te betalen € 635,25" in text


@pytest.mark.parametrize(
    ("role", "net_cents", "said"),
    [
        (LineRole.DEPOSIT, 10_000, f"Aanbetaling op bestelling {REFERENCE}"),
        (LineRole.DEPOSIT_OFF, -10_000, "Aanbetaling, factuur BRD2026-00009"),
        (LineRole.DEPOSIT_OFF, 10_000, "Creditnota BRD2026-00009"),
        (LineRole.CREDITED, 10_000, f"In mindering op bestelling {REFERENCE}"),
    ],
)
def test_a_line_without_a_title_is_named_by_its_role(role: LineRole, net_cents: int, said: str) -> None:
    number = "BRD2026-00009" if role is LineRole.DEPOSIT_OFF else None
    quantity = net_cents // 10_000
    shown = line("", 10_000, quantity, basis=PriceBasis.EXCL, role=role, deposit_number=number)
    text = text_of(invoice_pdf(paper([shown]), ubl=None))
    assert said in text
    assert text.count("In mindering") == said.count("In mindering")


def test_what_came_before_is_told_and_what_came_later_is_not() -> None:
    text = text_of(file_of("received"))
    assert "Totaal met btw € 242,00 Al ontvangen vóór deze factuur -€ 100,00 Te betalen € 142,00" in text


def test_a_discount_is_a_line_of_its_own() -> None:
    assert "Korting voor buren In mindering -1 stuk € 2,97 21% -€ 2,97" in text_of(file_of("discounted"))


def test_a_collective_invoice_tells_the_lines_of_each_order() -> None:
    text = text_of(file_of("collective"))
    orders = re.findall(r"Bestelling (K\d+T5DN), geleverd op (\d+) februari 2026 Lunch bezorgd", text)
    assert orders == [(f"K{number:03}T5DN", str(number + 1)) for number in range(8)]


def test_a_credit_note_tells_what_it_refers_to_and_why() -> None:
    text = text_of(file_of("credit_note"))
    assert "Creditnota" in text
    assert "Bij factuur BRD2026-00008 van 12 februari 2026 Bij factuur BRD2026-00021 van 5 maart 2026" in text
    assert "Reden: De helft van het gras kwam niet op. We hebben dat samen bekeken." in text
    assert "Te betalen" not in text


def test_an_invoice_for_a_credit_that_was_reversed_is_not_called_one_for_an_invoice() -> None:
    """What it refers to is mostly a credit note."""
    note = RefersTo(number="BRD2026-00040", issued_on=date(2026, 3, 5))
    text = text_of(invoice_pdf(replace(papers.standard(), refers_to=(note,)), ubl=None))
    assert "Hoort bij BRD2026-00040 van 5 maart 2026" in text
    assert "Bij factuur" not in text


def test_a_simplified_invoice_names_no_buyer() -> None:
    text = text_of(invoice_pdf(papers.simplified(), ubl=None))
    assert "Voor" not in text.split("Factuur")[0]
    for said in ("5 maart 2026", "Buurtwerk Zuid", "Soep van de dag", "€ 10,90", "€ 0,90", "2 personen"):
        assert said in text


def test_nothing_speaks_of_vat_under_the_small_business_scheme() -> None:
    """Wet OB 1968 art. 25a(4)."""
    text = text_of(file_of("small_business"))
    assert "Kleineondernemersregeling (art. 25a Wet OB 1968)" in text
    assert "btw" not in text.lower()
    assert str(SELLER.vat_id) not in text


def test_margin_and_exempt_are_told_apart_and_nothing_of_the_margin_is_in_the_file() -> None:
    text = text_of(file_of("margin_and_exempt"))
    assert "Bijzondere regeling – gebruikte goederen" in text
    assert "Vrijgesteld van btw (art. 11 Wet OB 1968)" in text
    assert "marge € 31,85 –" in text
    assert "vrijgesteld € 25,00 –" in text
    assert "zonder btw" not in text
    for hidden in ("4,30", "27,55", "7,10", "4.30", "27.55", "7.10"):
        assert hidden not in text
    # Positions on the page have points, so only amounts as people write them are looked for in all bytes.
    for written in (b"4,30", b"27,55", b"7,10"):
        assert written not in contents_of(file_of("margin_and_exempt"))


def test_margin_beside_another_rate_has_no_sum_without_vat() -> None:
    lines = [line("Tweedehands jas", 3_185, vat_class=VatClass.MARGIN), line("Binnenband", 12_100)]
    text = text_of(invoice_pdf(paper(lines), ubl=None))
    assert "Subtotaal € 131,85 Btw € 21,00 Totaal met btw € 152,85" in text
    assert "zonder btw" not in text


def test_vat_that_the_buyer_declares_names_its_id() -> None:
    assert f"Btw verlegd naar btw-id {BUSINESS.vat_id}" in text_of(file_of("reverse_charged"))
    assert "Reverse charge: VAT to be declared by VAT ID DE136695976" in text_of(file_of("intra_eu"))
    assert "Germany" in text_of(file_of("intra_eu"))


def test_a_preview_says_that_it_is_none_yet_and_has_no_code() -> None:
    file = invoice_pdf(replace(papers.standard(), number=""), ubl=None)
    assert "Het is nog geen factuur." in text_of(file)
    assert not figures(file)


def test_markup_in_a_text_is_text() -> None:
    title = '#panic("x") *vet* $x$ <label> @ref `raw` // x /* y */ [ ] \\ https://x.example'
    assert title in text_of(invoice_pdf(paper([line(title, 1)]), ubl=None))


# --- archives and screen readers ---


@pytest.mark.parametrize("name", PAPERS)
def test_the_file_is_for_archives_and_screen_readers(name: str) -> None:
    shown, reader = PAPERS[name](), PdfReader(io.BytesIO(file_of(name)))
    root: Any = reader.root_object
    about = root["/Metadata"].get_data().decode()
    for said in ("pdfaid:part>3<", "pdfaid:conformance>A<", "pdfuaid:part>1<"):
        assert said in about
    assert root["/Lang"] == shown.language
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert str(reader.metadata.title).endswith(f"{shown.number} – Buurtwerk Zuid")
    assert {str(reader.metadata[key]) for key in ("/CreationDate", "/ModDate")} == {"D:20260305000000Z"}


@pytest.mark.parametrize("name", PAPERS)
def test_its_fonts_are_ours_and_in_the_file(name: str) -> None:
    ours = tuple(family.replace(" ", "") for family in FAMILIES)
    fonts = [font for page in PdfReader(io.BytesIO(file_of(name))).pages for font in fonts_of(page)]
    assert fonts
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object()
        assert str(inner["/BaseFont"]).split("+")[1].startswith(ours)
        assert {"/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"])


def fonts_of(page: Any) -> Iterator[Any]:
    yield from (font.get_object() for font in page["/Resources"]["/Font"].values())


def elements(file: bytes) -> list[tuple[str, Any]]:
    """The tags of a file in the order of reading, with their element."""

    def below(node: Any) -> Iterator[tuple[str, Any]]:
        one = node.get_object()
        if isinstance(one, list):
            for child in one:
                yield from below(child)
        elif isinstance(one, dict):
            if "/S" in one:
                yield str(one["/S"]), one
            if "/K" in one:
                yield from below(one["/K"])

    root: Any = PdfReader(io.BytesIO(file)).root_object
    return list(below(root["/StructTreeRoot"]))


def figures(file: bytes) -> list[str]:
    return [str(element["/Alt"]) for tag, element in elements(file) if tag == "/Figure"]


def test_the_tags_are_in_the_order_of_reading() -> None:
    tags = [tag for tag, _ in elements(file_of("standard")) if tag in {"/H1", "/H2", "/Table", "/TH", "/Figure"}]
    assert tags == ["/H1", "/Table", *["/TH"] * 5, "/H2", "/Table", *["/TH"] * 3, "/H2", "/Figure"]
    assert figures(file_of("standard")) == ["QR-code om € 124,73 te betalen aan Coöperatie Buurtwerk Zuid U.A."]


def test_every_cell_names_its_heads() -> None:
    """Of a collective invoice the order, too."""
    heads = {str(one["/ID"]) for tag, one in elements(file_of("collective")) if tag == "/TH"}
    assert len(heads) == 5 + 8 + 3
    for tag, one in elements(file_of("collective")):
        if tag == "/TD":
            (named,) = (value["/Headers"] for value in one["/A"] if "/Headers" in value)
            assert named
            assert {str(name) for name in named} <= heads


@pytest.mark.parametrize("name", PAPERS)
def test_judges_find_nothing(name: str, tmp_path: Path) -> None:
    pytest.importorskip("pdfua", reason="the judge of PDF/UA (extra `judges`) is not installed")
    pikepdf = pytest.importorskip("pikepdf", reason="the judge of PDF (extra `judges`) is not installed")
    path = tmp_path / "it.pdf"
    path.write_bytes(file_of(name))
    with pikepdf.open(path) as opened:
        assert not opened.check_pdf_syntax()
    judged = subprocess.run(["pdfua", "check", str(path)], capture_output=True, encoding="utf-8", check=False)
    assert judged.returncode == 0, judged.stdout


def test_the_ubl_is_attached_as_it_is() -> None:
    reader = PdfReader(io.BytesIO(file_of("business")))
    root: Any = reader.root_object
    assert {name: list(files) for name, files in reader.attachments.items()} == {"factuur.xml": [UBL]}
    (attached,) = root["/AF"]
    entry = attached.get_object()
    assert entry["/AFRelationship"] == "/Alternative"
    assert entry["/EF"]["/F"].get_object()["/Subtype"] == "/text/xml"
    assert not PdfReader(io.BytesIO(invoice_pdf(papers.business(), ubl=None))).attachments


def test_the_same_input_gives_the_same_bytes() -> None:
    typesetting._compiler.cache_clear()
    for name in ("standard", "collective"):
        assert invoice_pdf(PAPERS[name](), ubl=UBL) == file_of(name)


# --- the code for a payment ---


@NEEDS_POPPLER
@pytest.mark.parametrize("name", [name for name, make in PAPERS.items() if make().payable_cents and name != "partner"])
def test_the_code_on_the_page_asks_what_is_due(name: str, tmp_path: Path) -> None:
    zxing = pytest.importorskip("zxingcpp", reason="the reader of QR codes is not installed")
    shown = PAPERS[name]()
    (tmp_path / "it.pdf").write_bytes(file_of(name))
    subprocess.run(["pdftoppm", "-gray", "-r", "100", "it.pdf", "page"], cwd=tmp_path, check=True)
    read = [one for page in sorted(tmp_path.glob("*.pgm")) for one in zxing.read_barcodes(grey(page.read_bytes()))]
    assert shown.rf_reference is not None
    due = epc_text(name=SELLER.iban_name, iban=SELLER.iban, cents=shown.payable_cents, reference=shown.rf_reference)
    assert [one.text for one in read] == [due]


def grey(picture: bytes) -> memoryview:
    """A picture in the PGM format, as rows of dots."""
    _, size, _, dots = picture.split(b"\n", 3)
    width, height = map(int, size.split())
    return memoryview(dots).cast("B", (height, width))


@pytest.mark.parametrize("name", ["credit_note", "final_of_nothing"])
def test_nothing_to_pay_has_no_code(name: str) -> None:
    assert not figures(file_of(name))
    assert not [said for said in ("IBAN", "Betaal uiterlijk") if said in text_of(file_of(name))]


# --- the page ---


def test_a_long_invoice_repeats_its_head_and_loses_no_line() -> None:
    many = paper([line(f"Regel {number}.", 100 + number) for number in range(300)])
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(invoice_pdf(many, ubl=None))).pages]
    assert len(pages) > 5
    for number, text in enumerate(pages, 1):
        assert f"Pagina {number} van {len(pages)}" in text
        assert "BRD2026-00012" in text
    tables = [text for text in pages if "Regel" in text]
    assert all("Omschrijving Aantal Prijs incl. btw Btw Bedrag incl. btw" in text for text in tables)
    assert re.findall(r"Regel (\d+)\. 1 stuk € \d", " ".join(pages)) == [str(number) for number in range(300)]
    assert "Pagina" not in text_of(file_of("standard"))


def test_what_is_to_be_paid_stays_with_its_sums() -> None:
    for count in range(14, 26):
        file = invoice_pdf(paper([line("Regel", 100)] * count), ubl=None)
        (last,) = [page.extract_text() for page in PdfReader(io.BytesIO(file)).pages if "IBAN" in page.extract_text()]
        assert last.count("Te betalen") == 2, count


def long_everywhere(text: str) -> InvoicePaper:
    """An invoice of which each text is as long as the forms allow, with the highest amounts."""
    address = PostalAddress(street=text[:120], postcode=text[:12], town=text[:80], country="VC")
    lines = [
        line(
            text[:200],
            99_999_999_900,
            100_000,
            basis=PriceBasis.EXCL,
            net_cents=99_999_999_999,
            vat_cents=21_000_000_000,
            gross_cents=120_999_999_999,
            unit="person",
        ),
        line(text[:200], 1, 100_000, order_reference=text[:60]),
        line(text[:200], 7_777_777, minutes=-44_640, role=LineRole.CREDITED, vat_class=VatClass.REVERSE_CHARGED),
        line(text[:200], 1, -1, role=LineRole.DEPOSIT_OFF, deposit_number="BRDBRD2026-00008"),
    ]
    seller = replace(
        SELLER,
        name=text[:120],
        trade_name=text[:120],
        iban_name=text[:120],
        postal_address=address,
        email=f"{'a' * 64}@{'b' * 63}.{'c' * 63}.example",
    )
    buyer = replace(
        BUSINESS,
        name=text[:120],
        attention=text[:120],
        postal_address=address,
        buyer_reference=text[:60],
        purchase_order=text[:60],
    )
    return paper(
        lines,
        seller=seller,
        buyer=buyer,
        reason=text[:500],
        order_references=(text[:60],),
        received_cents=99_999_999_999,
        payable_cents=99_999_999_999,
    )


@NEEDS_POPPLER
@pytest.mark.parametrize(
    "unit",
    ["W", "i", "0123456789", "Arbeidsongeschiktheidsverzekering", "مرحبا", "🍞", "\ufdfd", "\ufd44", "⸻", "é", "Ω "],
)
@pytest.mark.parametrize("language", InvoiceLanguage)
def test_no_word_passes_a_margin(unit: str, language: InvoiceLanguage, tmp_path: Path) -> None:
    shown = replace(long_everywhere((unit * 500)[:500].strip()), language=language)
    words = poppler("pdftotext", invoice_pdf(shown, ubl=None), tmp_path, "-bbox")
    edges = re.findall(r'<word xMin="([0-9.]+)" yMin="([0-9.]+)" xMax="([0-9.]+)" yMax="([0-9.]+)"', words)
    assert len(edges) > 50
    for x_min, y_min, x_max, y_max in (map(float, edge) for edge in edges):
        assert 2 * CM - 1 < x_min <= x_max < RIGHT_MARGIN + 0.5
        assert CM < y_min <= y_max < 842 - CM


def test_a_long_word_can_break_and_a_short_one_stays() -> None:
    assert drawable("Arbeidsongeschikt 12345") == "Arbeidsongeschikt 12345"
    broken = drawable("x" * 180)
    assert broken.replace(BREAK, "") == "x" * 180
    assert max(map(len, broken.split(BREAK))) < 15
    marked = drawable("e\u0301\u0323" * 60)
    assert f"{BREAK}\u0301" not in marked
    assert f"{BREAK}\u0323" not in marked


# --- any text ---


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Bakkerij 🍞", f"Bakkerij {REPLACEMENT}"),
        ("中文", REPLACEMENT * 2),
        ("a\ue000b", f"a{REPLACEMENT}b"),
        ("\ufdd0", REPLACEMENT),
        ("0\u064b", "0\u064b"),
        ("й\u064b", f"й{REPLACEMENT}"),
        ("❤\ufe0f", REPLACEMENT * 2),
        ("Spółdzielnia Ελλάδα Київ हिन्दी", "Spółdzielnia Ελλάδα Київ हिन्दी"),
        ("فاطمة בע״מ", "فاطمة בע״מ"),
        ("een\ntwee", "een\ntwee"),
        ("", ""),
    ],
)
def test_what_no_font_has_is_drawn_as_a_question(text: str, drawn: str) -> None:
    assert drawable(text) == drawn
    invoice_pdf(paper([line(text, 100)], reason=text), ubl=None)


TYPED = TypeAdapter(Annotated[str, Text(0, 2000, several=True, number=True)])
"""The widest of the forms: each text that another one accepts, this one does too."""


def accepted(text: str) -> str | None:
    try:
        return TYPED.validate_python(text)
    except ValidationError:
        return None


MIXED = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(list("0123456789%-+(),. \n\u0301\u0323\u064b\u0651\u05b8\u094d\u200d\ufe0f\u20e3\ufffd€«»�")),
        st.characters(min_codepoint=0x590, max_codepoint=0x7BF),
        st.characters(min_codepoint=0x900, max_codepoint=0x97F),
        st.characters(categories=["Mn", "Mc", "Me"]),
    ),
    max_size=60,
)
TYPED_TEXTS = st.lists(MIXED.map(accepted).filter(lambda text: text is not None), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(texts=TYPED_TEXTS)
def test_every_text_that_a_form_accepts_gives_a_file(texts: list[str]) -> None:
    first, last = texts[0], texts[-1]
    buyer = replace(CONSUMER, name=first, attention=last, buyer_reference=first, purchase_order=last)
    seller = replace(SELLER, name=last, trade_name=first, iban_name=last)
    shown = paper([line(text, 100) for text in texts], seller=seller, buyer=buyer, reason=last)
    assert invoice_pdf(shown, ubl=json.dumps(texts).encode()).startswith(b"%PDF-1.7")


def test_a_warning_of_the_typesetter_is_an_error_here(monkeypatch: pytest.MonkeyPatch) -> None:
    template = typesetting.template_of("invoice").replace(b'"Heebo"', b'"No Such Font"')
    monkeypatch.setattr(typesetting, "template_of", lambda _: template)
    with pytest.raises(TypesettingWarned, match="no such font"):
        invoice_pdf(papers.standard(), ubl=None)
    monkeypatch.setattr(typesetting, "STRICT", False)
    assert invoice_pdf(papers.standard(), ubl=None)


@pytest.mark.parametrize("reached", ['read("/etc/hostname")', 'read("../invoice.typ")', 'image("x.png")'])
def test_the_template_can_read_no_file(reached: str, monkeypatch: pytest.MonkeyPatch) -> None:
    template = typesetting.template_of("invoice") + f"\n#{reached}".encode()
    monkeypatch.setattr(typesetting, "template_of", lambda _: template)
    with pytest.raises(RuntimeError, match=r"file not found|cannot read file outside|failed to load file|would escape"):
        invoice_pdf(papers.standard(), ubl=None)


def test_the_day_of_the_file_is_that_of_the_invoice() -> None:
    file = invoice_pdf(replace(papers.standard(), issued_on=date(2027, 1, 1)), ubl=None)
    metadata = PdfReader(io.BytesIO(file)).metadata
    assert metadata is not None
    assert str(metadata["/CreationDate"]) == "D:20270101000000Z"
