"""What banks send: statements in camt.053, with the oddities that people have met, and files that are no statements."""

import contextlib
import io
import time
import zipfile
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.camt import MOST_BYTES, read_statements
from app.domain.books.bank_statements import LineOfBank, StatementOfBank
from app.domain.books.statement_files import ours_of
from app.domain.errors import StatementDoesNotAddUp, StatementUnreadable
from tests.bank_files import (
    DAY,
    OTHERS,
    OURS,
    PAYER,
    SAVINGS,
    SUPPLIER,
    US,
    balance,
    camt,
    detail,
    document,
    entry,
    of_entries,
    statement,
    tag,
)

APRIL_14 = date(2026, 4, 14)
GIFT = entry("12.00", detail("12.00", "gift"))


def only(content: bytes) -> StatementOfBank:
    """The one statement of our account in the file. Raises its refusal."""
    ours, _ = ours_of(read_statements(content), {OURS})
    assert len(ours) == 1
    return ours[0]


def lines(*entries: str, version: int = 8) -> tuple[LineOfBank, ...]:
    return only(of_entries(*entries, version=version)).lines


def line(*entries: str, version: int = 8) -> LineOfBank:
    (found,) = lines(*entries, version=version)
    return found


def refused(content: bytes) -> dict[str, Any]:
    """The facts of the refusal of a file."""
    with pytest.raises(StatementUnreadable) as error:
        only(content)
    return error.value.facts


def off(content: bytes) -> dict[str, Any]:
    with pytest.raises(StatementDoesNotAddUp) as error:
        only(content)
    return error.value.facts


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


# Lines


@pytest.mark.parametrize("version", [2, 8])
def test_a_line_has_all_that_the_bank_says(version: int) -> None:
    said = detail(
        "60.50",
        "bestelling 7",
        "met dank",
        version=version,
        refs=tag("EndToEndId", "abc-1"),
        remittance=tag("Strd", tag("CdtrRefInf", tag("Ref", "RF84SMKKT5DN")), tag("AddtlRmtInf", "april")),
        more=tag("AddtlTxInf", "via app"),
    )
    assert line(entry("60.50", said, version=version, reference="B7", text="ontvangen"), version=version) == LineOfBank(
        day=APRIL_14,
        cents=6050,
        text="bestelling 7\nmet dank\nRF84SMKKT5DN\napril\nvia app\nontvangen",
        bank_reference="B7",
        counterparty_iban=PAYER[1],
        counterparty_name=PAYER[0],
        creditor_reference="RF84SMKKT5DN",
        end_to_end_id="abc-1",
        bank_code="PMNT-RCDT-ESCT",
    )


def test_each_detail_of_an_entry_is_a_line_also_if_two_are_alike() -> None:
    """One entry with one reference of the bank: a reader that takes equal ones for the same loses a line."""
    found = lines(
        entry("75.00", *[detail("30.00", "deel")] * 2, detail("15.00", "rest"), reference="B9"),
    )
    assert [(one.cents, one.text, one.bank_reference) for one in found] == [
        (3000, "deel", "B9"),
        (3000, "deel", "B9"),
        (1500, "rest", "B9"),
    ]


def test_a_cost_and_its_reversal_under_one_reference_are_two_lines() -> None:
    cost, back = entry("-8.00", reference="K1", text="kosten"), entry("8.00", reference="K1", text="herstel")
    assert [(one.cents, one.bank_reference) for one in lines(cost, back)] == [(-800, "K1"), (800, "K1")]


def test_the_sign_is_that_of_the_indicator_even_of_a_reversal() -> None:
    assert line(entry("15.00", more=tag("RvslInd", "true"))).cents == 1500


def test_a_detail_may_go_the_other_way_than_its_entry() -> None:
    out = detail("-100.00", of=US, to=SUPPLIER)
    back = detail("10.00", of=SUPPLIER)
    assert [one.cents for one in lines(entry("-90.00", out, back))] == [-10_000, 1_000]


def test_the_older_kind_says_a_details_amount_elsewhere() -> None:
    two = [detail("42.00", "a", version=2), detail("7.56", "b", version=2)]
    assert [one.cents for one in lines(entry("49.56", *two, version=2), version=2)] == [4200, 756]


def test_details_that_do_not_add_up_are_one_line_with_all_their_words() -> None:
    kept = line(entry("58.50", detail("60.50", "bestelling")))
    assert (kept.cents, kept.text) == (5850, "bestelling")
    several = entry("58.50", detail("30.00", "een"), detail("30.00", "twee", of=SUPPLIER), text="min kosten")
    merged = line(several)
    assert (merged.cents, merged.text) == (5850, "een\ntwee\nmin kosten")
    assert merged.counterparty_iban is None
    nameless = entry("58.50", detail(None, "een"), detail("30.00", "twee"))
    assert line(nameless).counterparty_iban == PAYER[1]


def test_another_currency_of_the_sender_is_text() -> None:
    dollars = detail(None, "voor u", more="").replace(
        "<RltdPties>", '<AmtDtls><TxAmt><Amt Ccy="USD">100.00</Amt></TxAmt></AmtDtls><RltdPties>'
    )
    found = line(entry("91.20", dollars, version=2), version=2)
    assert (found.cents, found.text) == (9120, "voor u\nUSD 100.00")


def test_the_text_of_an_entry_belongs_to_its_only_detail_and_to_none_of_several() -> None:
    assert line(entry("5.00", detail("5.00"), text="ref ABC")).text == "ref ABC"
    assert line(entry("5.00", text="ref ABC")).text == "ref ABC"
    several = entry("5.00", detail("3.00", "een"), detail("2.00", "twee"), text="2 betalingen, o.a. ABC")
    assert [one.text for one in lines(several)] == ["een", "twee"]


def test_only_what_is_booked_counts() -> None:
    pending, told = entry("999.00", detail("999.00"), status="PDNG"), entry("1.00", status="INFO")
    assert [one.cents for one in lines(pending, GIFT, told)] == [1200]
    assert [one.cents for one in lines(entry("1.00", status="PDNG", version=2), version=2)] == []


def test_a_line_of_nothing_is_left_out() -> None:
    nothing = entry("12.00", detail("12.00", "gift"), detail("0.00", "rente 0,00"))
    assert [one.cents for one in lines(entry("0.00", text="rente 0,00"), nothing)] == [1200]


def test_a_batch_that_is_booked_as_one_has_its_id_without_blanks() -> None:
    batch = tag("Btch", tag("PmtInfId", "0195aa           "), tag("NbOfTxs", "2"))
    found = line(entry("-463.00", batch))
    assert (found.cents, found.batch_id, found.counterparty_iban) == (-46_300, "0195aa", None)
    assert line(entry("-5.00", detail("-5.00", of=US, refs=tag("PmtInfId", "0195bb")))).batch_id == "0195bb"


@pytest.mark.parametrize("none", ["NOTPROVIDED", "notprovided", " NOTPROVIDED "])
def test_a_reference_that_says_there_is_none_is_none(none: str) -> None:
    found = line(entry("5.00", detail("5.00", refs=tag("EndToEndId", none)), reference=none))
    assert (found.end_to_end_id, found.bank_reference) == (None, None)


def test_a_structured_reference_without_text_is_the_text() -> None:
    known = tag("Strd", tag("CdtrRefInf", tag("Tp", tag("CdOrPrtry", tag("Cd", "SCOR"))), tag("Ref", "RF20H4T9WXYZ")))
    found = line(entry("5.00", detail("5.00", remittance=known)))
    assert (found.text, found.creditor_reference) == ("RF20H4T9WXYZ", "RF20H4T9WXYZ")


def test_the_reference_of_an_entry_comes_before_that_of_its_detail() -> None:
    own = detail("5.00", refs=tag("AcctSvcrRef", "D1"))
    assert line(entry("5.00", own, reference="E1")).bank_reference == "E1"
    assert line(entry("5.00", own, reference="NONREF")).bank_reference == "D1"


# Parties


def test_the_counterparty_of_a_return_is_not_the_account_itself() -> None:
    """Some banks repeat the parties of the payment that comes back: there we are the debtor."""
    reason = tag("RtrInf", tag("Rsn", tag("Cd", "AC04")), tag("AddtlInf", "rekening opgeheven"))
    found = line(entry("100.00", detail("100.00", "F-17", of=US, to=SUPPLIER, more=reason)))
    assert (found.counterparty_name, found.counterparty_iban) == SUPPLIER
    assert (found.is_return, found.return_reason, found.text) == (True, "AC04", "F-17\nrekening opgeheven")


def test_another_account_of_ours_is_a_counterparty_and_the_own_one_never() -> None:
    assert line(entry("9.00", detail("9.00", of=("Spaarpot", SAVINGS)))).counterparty_iban == SAVINGS
    assert line(entry("9.00", detail("9.00", of=US, to=US))).counterparty_iban is None


def test_who_it_is_for_in_the_end_is_text() -> None:
    ultimate = tag("RltdPties", tag("UltmtDbtr", tag("Pty", tag("Nm", "K. Kleinkind"))))
    parts = detail("9.00", "feest").replace("</RltdPties>", ultimate.removeprefix("<RltdPties>"))
    found = line(entry("9.00", parts))
    assert (found.counterparty_name, found.text) == (PAYER[0], "feest\nK. Kleinkind")


def test_what_is_no_iban_is_none() -> None:
    assert line(entry("9.00", detail("9.00", of=("Ver weg", "12345")))).counterparty_iban is None


# Days and balances


@pytest.mark.parametrize(
    ("written", "day"),
    [
        (tag("Dt", "2026-04-14"), APRIL_14),
        (tag("Dt", "2026-04-14+02:00"), APRIL_14),
        (tag("DtTm", "2026-04-13T22:30:00Z"), APRIL_14),
        (tag("DtTm", "2026-04-13T23:59:59+02:00"), date(2026, 4, 13)),
        (tag("DtTm", "2026-04-14T23:30:00"), APRIL_14),
    ],
)
def test_a_moment_with_an_offset_is_the_day_in_amsterdam(written: str, day: date) -> None:
    assert line(entry("9.00", day=written)).day == day


def test_a_statement_covers_the_days_of_its_lines_up_to_its_closing() -> None:
    """Banks date an opening balance by the day itself or by the day before, so it says nothing about the first day."""
    early = entry("1.00", day=tag("Dt", "2026-04-10"))
    opening = balance("OPBD", "500.00", "2026-04-09") + balance("CLBD", "513.00", DAY)
    found = only(camt(statement(early, GIFT, balances=opening)))
    assert (found.first_on, found.last_on) == (date(2026, 4, 10), APRIL_14)
    assert (found.opening_cents, found.closing_cents, found.number) == (50_000, 51_300, "2026-77")
    quiet = only(camt(statement(balances=balance("PRCD", "5.00", "2026-04-13") + balance("CLBD", "5.00", DAY))))
    assert (quiet.first_on, quiet.last_on, quiet.lines) == (APRIL_14, APRIL_14, ())


def test_only_booked_balances_count_and_zeros_may_lead() -> None:
    balances = (
        balance("PRCD", "000000000000500.00", "2026-04-13")
        + balance("CLAV", "900.00")
        + balance("CLBD", "512.0", DAY)
        + balance("FWAV", "901.00", "2026-04-15")
    )
    found = only(camt(statement(GIFT, balances=balances)))
    assert (found.opening_cents, found.closing_cents) == (50_000, 51_200)


def test_an_account_may_be_overdrawn() -> None:
    found = only(camt(statement(entry("-20.00"), opening="5.00", closing="-15.00")))
    assert (found.opening_cents, found.closing_cents) == (500, -1500)


def test_a_statement_without_a_closing_or_an_opening_is_refused() -> None:
    interim = balance("OPBD", "500.00") + balance("ITBD", "512.00")
    assert off(camt(statement(GIFT, balances=interim)))["how"] == "closing"
    assert off(camt(statement(GIFT, balances=balance("CLBD", "512.00"))))["how"] == "opening"
    two = balance("OPBD", "500.00") + balance("PRCD", "400.00") + balance("CLBD", "512.00")
    assert off(camt(statement(GIFT, balances=two)))["how"] == "opening"


def test_a_statement_that_does_not_add_up_says_its_sums() -> None:
    assert off(camt(statement(GIFT, opening="500.00", closing="512.01"))) == {
        "opening_cents": 50_000,
        "lines_cents": 1_200,
        "closing_cents": 51_201,
    }


# Files


def test_accounts_that_are_not_ours_are_left_out_and_named_whatever_is_wrong_with_them() -> None:
    odd = statement(balances=balance("ITBD", "1.00"), iban=OTHERS)
    dollars = statement(iban=SAVINGS, currency="USD", opening="10.00")
    file = camt(dollars, statement(GIFT, closing="512.00"), odd)
    ours, left_out = ours_of(read_statements(file), {OURS})
    assert ([one.iban for one in ours], left_out) == ([OURS], sorted([OTHERS, SAVINGS]))
    # In another currency it is not in the books, even if the account is ours.
    assert ours_of(read_statements(file), {OURS, SAVINGS}) == (ours, left_out)
    with pytest.raises(StatementDoesNotAddUp):
        ours_of(read_statements(file), {OURS, OTHERS})
    assert refused(camt(odd)) == {"how": "others", "ibans": [OTHERS]}


def test_every_element_may_have_a_prefix() -> None:
    prefixed = (
        of_entries(GIFT)
        .replace(b"<", b"<ns2:")
        .replace(b"<ns2:/", b"</ns2:")
        .replace(b"<ns2:?", b"<?")
        .replace(b"xmlns=", b"xmlns:ns2=")
    )
    assert only(prefixed) == only(of_entries(GIFT))


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1", "windows-1252"])
def test_the_bytes_say_their_encoding(encoding: str) -> None:
    named = statement(entry("9.00", detail("9.00", "voor Zoë")), closing="509.00")
    assert only(camt(named, encoding=encoding)).lines[0].text == "voor Zoë"
    if encoding == "UTF-8":
        assert only(b"\xef\xbb\xbf" + camt(named)).lines[0].text == "voor Zoë"


def test_a_comment_hides_nothing() -> None:
    assert line(entry("9.00", detail("9.00", "REF")).replace("REF", "SM<!-- x -->KK<?y z?>T5<![CDATA[DN]]>")).text == (
        "SMKKT5DN"
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (document("<BkToCstmrStmt/>", "camt.053.001.04").encode(), "camt.053.001.04"),
        (document("<BkToCstmrAcctRpt/>", "camt.052.001.08").encode(), "camt.052.001.08"),
        (b":20:X\r\n:25:NL45XXXA0000004321\r\n:60F:C260413EUR500,00\r\n", "MT940"),
        (b"{1:F01XXXXNL2A}{4:\n:20:X\n:25:123\n", "MT940"),
        (b"%PDF-1.7 ...", "PDF"),
        (b'<Invoice xmlns="urn:oasis:names"/>', "Invoice"),
    ],
)
def test_another_kind_of_file_is_refused_by_its_name(content: bytes, kind: str) -> None:
    assert refused(content) == {"how": "kind", "what": kind}


@pytest.mark.parametrize("content", [b"", b"day;amount\n1;2\n", b"<Document>", of_entries(GIFT)[:-40], b"\x00\xff"])
def test_what_is_no_xml_is_refused(content: bytes) -> None:
    assert refused(content) == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_refused_in_every_encoding(encoding: str) -> None:
    named = of_entries(entry("9.00", detail("9.00", "REF"))).decode().replace("REF", "&a;")
    doctype = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE Document [<!ENTITY a "SMKKT5DN">]>'
    assert refused((doctype + named.partition("?>")[2]).encode(encoding)) == {"how": "doctype"}


@pytest.mark.parametrize(
    ("right", "wrong", "what"),
    [
        ('<Amt Ccy="EUR">12.00</Amt>', '<Amt Ccy="EUR">12.005</Amt>', "Amt"),
        ('<Amt Ccy="EUR">12.00</Amt>', '<Amt Ccy="EUR">-12.00</Amt>', "Amt"),
        ('<Amt Ccy="EUR">12.00</Amt>', '<Amt Ccy="EUR">12,00</Amt>', "Amt"),
        ('<Amt Ccy="EUR">12.00</Amt>', '<Amt Ccy="EUR">.</Amt>', "Amt"),
        ('<Amt Ccy="EUR">12.00</Amt>', f'<Amt Ccy="EUR">{"9" * 40}</Amt>', "Amt"),
        ('<Amt Ccy="EUR">12.00</Amt>', '<Amt Ccy="EUR">1e3</Amt>', "Amt"),
        ('<Amt Ccy="EUR">12.00</Amt>', '<Amt Ccy="USD">12.00</Amt>', "Amt"),
        ("<CdtDbtInd>CRDT</CdtDbtInd><Sts>", "<CdtDbtInd>CREDIT</CdtDbtInd><Sts>", "CdtDbtInd"),
        ("<CdtDbtInd>CRDT</CdtDbtInd><Sts>", "<Sts>", "CdtDbtInd"),
        ("<BookgDt><Dt>2026-04-14</Dt></BookgDt>", "", "BookgDt"),
        ("<BookgDt><Dt>2026-04-14</Dt></BookgDt>", "<BookgDt><Dt>2026-02-30</Dt></BookgDt>", "BookgDt"),
        ("<BookgDt><Dt>2026-04-14</Dt></BookgDt>", "<BookgDt><Dt>0001-01-01</Dt></BookgDt>", "BookgDt"),
        ("<Dt>2026-04-14</Dt></BookgDt>", "<DtTm>9999-12-31T23:59:59-12:00</DtTm></BookgDt>", "BookgDt"),
    ],
)
def test_nothing_is_guessed(right: str, wrong: str, what: str) -> None:
    file = of_entries(entry("12.00", detail("12.00", "gift"))).decode()
    assert right in file
    assert refused(file.replace(right, wrong).encode()) == {"how": "content", "what": what, "number": "2026-77"}


def test_a_file_without_a_statement_is_refused() -> None:
    assert refused(camt()) == {"how": "content", "what": "Stmt", "number": ""}


# Zips


def test_a_zip_is_read_as_one_import_by_day() -> None:
    def of_day(day: str, opening: str, closing: str) -> bytes:
        balances = balance("OPBD", opening, day) + balance("CLBD", closing, day)
        return camt(statement(entry("1.00", day=tag("Dt", day)), balances=balances))

    files = {"x/": b"", "x/b.xml": of_day("2026-04-16", "6.00", "7.00"), "a.xml": of_day("2026-04-15", "5.00", "6.00")}
    found, _ = ours_of(read_statements(zipped(files)), {OURS})
    assert [one.first_on.day for one in found] == [15, 16]


def test_one_bad_file_of_a_zip_refuses_all() -> None:
    assert refused(zipped({"a.xml": of_entries(GIFT), "b.txt": b"hello"})) == {}


def test_a_zip_has_bounds() -> None:
    assert refused(zipped({f"{n}.xml": b"" for n in range(101)})) == {"how": "files", "most": 100}
    assert refused(zipped({"a.xml": b" " * 50_000_000})) == {"how": "size", "most": 5}
    assert refused(b" " * (MOST_BYTES + 1)) == {"how": "size", "most": 5}
    halves = {"a.xml": of_entries(GIFT) + b" " * (MOST_BYTES // 2), "b.xml": b" " * (MOST_BYTES // 2)}
    assert refused(zipped(halves)) == {"how": "size", "most": 5}


def test_a_broken_locked_or_odd_zip_is_refused() -> None:
    good = zipped({"a.xml": of_entries(GIFT)})
    locked = bytearray(good)
    locked[6] |= 1
    locked[good.rindex(b"PK\x01\x02") + 8] |= 1
    changed = bytearray(good)
    changed[60] ^= 0xFF
    for content in (good[:100], bytes(locked), bytes(changed), zipped({"a": b"a"}, zipfile.ZIP_LZMA), b"PK"):
        assert refused(content) == {"how": "zip"}
    assert refused(zipped({"a.zip": good})) == {}


# Hostile files


@pytest.mark.parametrize(
    "body",
    [
        "<Stmt>" * 600_000,
        "<Stmt " + " ".join(f'a{n}="1"' for n in range(400_000)) + "/>",
        "<Stmt " + " ".join(f'xmlns:a{n}="u:{n}"' for n in range(200_000)) + "/>",
        "<Stmt/>" * 600_000,
        f"<Stmt>{'<Ntry/>' * 600_000}</Stmt>",
        statement(entry("1.00", *["<TxDtls/>"] * 400_000)),
        statement(entry("1.00"), opening="9" * 4_000_000),
    ],
    ids=["depth", "attributes", "namespaces", "statements", "entries", "details", "digits"],
)
def test_a_hostile_file_takes_bounded_time(body: str) -> None:
    file = document(f"<BkToCstmrStmt>{body}</BkToCstmrStmt>").encode()
    began = time.perf_counter()
    with pytest.raises((StatementUnreadable, StatementDoesNotAddUp)):
        only(file)
    assert time.perf_counter() - began < 20


@pytest.mark.parametrize("place", ["<Stmt>&z;</Stmt>", '<Stmt a="&z;"/>'])
def test_entities_that_multiply_are_refused_in_bounded_time(place: str) -> None:
    names = "abcdefghijklmnopqrstuvwxyz"
    more = "".join(f'<!ENTITY {one} "{f"&{before};" * 20}">' for before, one in pairwise(names))
    bomb = document(place).replace("<Document", f'<!DOCTYPE Document [<!ENTITY a "{"x" * 99}">{more}]><Document')
    began = time.perf_counter()
    assert refused(bomb.encode()) in ({"how": "doctype"}, {})
    assert time.perf_counter() - began < 20


def test_thousands_of_lines_are_read_in_one_go() -> None:
    many = [entry("1.00", detail("1.00", f"gift {n}"), reference=f"R{n}") for n in range(2_000)]
    began = time.perf_counter()
    assert len(lines(*many)) == 2_000
    assert time.perf_counter() - began < 20


@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    """Nothing but a refusal comes out, whatever single place is damaged."""
    file = data.draw(st.sampled_from([of_entries(GIFT), zipped({"a.xml": of_entries(GIFT)})]))
    start = data.draw(st.integers(0, len(file)))
    end = start + data.draw(st.integers(0, 40))
    with contextlib.suppress(StatementUnreadable, StatementDoesNotAddUp):
        only(file[:start] + data.draw(st.binary(max_size=20)) + file[end:])
