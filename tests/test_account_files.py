"""The files of a statement of account: what they say, and who can use them: archives, screen readers, spreadsheets."""

import csv
import io
import subprocess
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from app.adapters.account_files import account_csv, account_pdf
from app.adapters.messages import EN, NL, euro
from app.adapters.print_fonts import REPLACEMENT
from app.domain.errors import RuleRefused
from app.domain.selling.accounts import MOST_PRINTED, AccountEntry, AccountEntryKind, CustomerAccount, printable
from tests.test_invoice_pdf import elements, text_of

MADE_ON = date(2026, 11, 30)


def statement(count: int = 60, **changed: Any) -> CustomerAccount:
    """A statement with entries of all kinds, each for 1.21 more or 0.50 less."""
    kinds, balance, lines = list(AccountEntryKind), 12_100, []
    for number in range(count):
        cents = -50 if number % 2 else 121
        balance += cents
        lines.append(
            AccountEntry(
                day=date(2026, 1, 1) + timedelta(days=number % 300),
                kind=kinds[number % len(kinds)],
                reference=f"BRD2026-{number:05}",
                cents=cents,
                balance_cents=balance,
            )
        )
    account = CustomerAccount(
        cooperative_id=UUID(int=1),
        seller="Buurtwerk Zuid",
        customer="Bakkerij De Gouden Korst B.V.",
        since=date(2026, 1, 1),
        until=MADE_ON,
        opening_cents=12_100,
        entries=tuple(lines),
        closing_cents=balance,
    )
    return replace(account, **changed)


@cache
def file_of(language: str) -> bytes:
    return account_pdf(statement(), MADE_ON, language)


@pytest.mark.parametrize("language", [NL, EN])
def test_every_entry_and_balance_is_on_it(language: str) -> None:
    account, text = statement(), text_of(file_of(language))
    for entry in account.entries:
        assert entry.reference in text
        assert euro(entry.balance_cents, language) in text
    for said in (account.seller, account.customer, euro(account.closing_cents, language)):
        assert said in text
    assert REPLACEMENT not in text


def test_it_says_who_owes_the_balance() -> None:
    said = {1: "nog te betalen € 0,01", -500: "u hebt te goed € 5,00", 0: "Stand op 30 november 2026 € 0,00"}
    for cents, words in said.items():
        text = text_of(account_pdf(statement(0, closing_cents=cents), MADE_ON, NL))
        assert words in text
        assert "niets bij gekomen" in text
    assert "Stand op 30 november 2026: nog te betalen" in text_of(file_of(NL))
    assert "Balance on 30 November 2026: still to be paid" in text_of(file_of(EN))


def test_it_is_for_archives_and_screen_readers() -> None:
    reader = PdfReader(io.BytesIO(file_of(EN)))
    root: Any = reader.root_object
    about = root["/Metadata"].get_data().decode()
    for said in ("pdfaid:part>3<", "pdfaid:conformance>A<", "pdfuaid:part>1<"):
        assert said in about
    assert (root["/Lang"], len(reader.pages)) == ("en", 2)
    assert "Page 2 of 2" in text_of(file_of(EN))
    tags = [tag for tag, _ in elements(file_of(EN)) if tag in {"/H1", "/H2", "/Table", "/TH"}]
    assert tags == ["/H1", "/Table", *["/TH"] * 4, "/H2"]
    assert account_pdf(statement(), MADE_ON, EN) == file_of(EN)


def test_judges_find_nothing(tmp_path: Path) -> None:
    pytest.importorskip("pdfua", reason="the judge of PDF/UA (extra `judges`) is not installed")
    path = tmp_path / "it.pdf"
    path.write_bytes(file_of(NL))
    judged = subprocess.run(["pdfua", "check", str(path)], capture_output=True, encoding="utf-8", check=False)
    assert judged.returncode == 0, judged.stdout


@pytest.mark.parametrize("name", ["#panic(1) *vet* $x$ [ ] \\", "面包 🍞", "w" * 200, "مخبز", "=1+1"])
def test_no_name_stops_it(name: str) -> None:
    account = statement(2, customer=name, seller=name)
    assert account_pdf(account, MADE_ON, NL).startswith(b"%PDF-1.7")


def test_a_spreadsheet_computes_no_reference() -> None:
    entry = replace(statement(1).entries[0], reference="=cmd()")
    account = statement(0, entries=(entry,), closing_cents=-500)
    rows = list(csv.reader(io.StringIO(account_csv(account))))
    assert rows == [
        ["day", "kind", "reference", "amount", "balance"],
        ["2026-01-01", "opening", "", "", "121.00"],
        ["2026-01-01", "invoice", "'=cmd()", "1.21", "122.21"],
        ["2026-11-30", "closing", "", "", "-5.00"],
    ]


def test_a_statement_that_is_too_long_is_not_printed() -> None:
    assert printable(statement(MOST_PRINTED))
    with pytest.raises(RuleRefused):
        printable(statement(MOST_PRINTED + 1))
