"""Files of payments: what banks refuse although schemas let it pass."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.adapters.pain import PAIN, payment_file
from app.domain.books.payment_files import PaymentFile, id_in_file
from tests.bank_files.payments import FILE, ITEM, PAYMENT

WHOLE = f"""<?xml version='1.0' encoding='UTF-8'?>
<Document xmlns="{PAIN}"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>01a2bc000000700080000000000000aa</MsgId><CreDtTm>2026-04-01T00:30:00</CreDtTm><NbOfTxs>1</NbOfTxs>
<CtrlSum>121.00</CtrlSum><InitgPty><Nm>Naaiatelier Verzonnen</Nm></InitgPty></GrpHdr>
<PmtInf><PmtInfId>01a2bc000000700080000000000000aa</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>false</BtchBookg>
<NbOfTxs>1</NbOfTxs><CtrlSum>121.00</CtrlSum><PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>
<ReqdExctnDt><Dt>2026-04-01</Dt></ReqdExctnDt><Dbtr><Nm>Naaiatelier Verzonnen</Nm></Dbtr>
<DbtrAcct><Id><IBAN>NL45XXXA0000004321</IBAN></Id></DbtrAcct>
<DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>
<CdtTrfTxInf><PmtId><EndToEndId>01a2bc00000070008000000000000001</EndToEndId></PmtId>
<Amt><InstdAmt Ccy="EUR">121.00</InstdAmt></Amt><Cdtr><Nm>Garenhuis Verzonnen</Nm></Cdtr>
<CdtrAcct><Id><IBAN>NL08XXXC0000003434</IBAN></Id></CdtrAcct><RmtInf><Ustrd>GV-2026-31</Ustrd></RmtInf></CdtTrfTxInf>
</PmtInf></CstmrCdtTrfInitn></Document>"""


def read(file: PaymentFile) -> Any:
    return etree.fromstring(payment_file(file))


def texts(file: PaymentFile, name: str) -> list[str]:
    return [element.text for element in read(file).iter(f"{{{PAIN}}}{name}")]


def paying(**changes: Any) -> PaymentFile:
    return replace(FILE, items=(replace(PAYMENT, **changes),))


def several(*cents: int) -> PaymentFile:
    payments = (replace(PAYMENT, end_to_end_id=f"item{n}", cents=amount) for n, amount in enumerate(cents))
    return replace(FILE, items=tuple(payments))


def test_the_whole_file() -> None:
    """One `PmtInf`, one day, no batch booking, no BIC or address of the receiver, costs shared by the rules of SEPA."""
    first, rest = WHOLE.split("\n", 1)
    assert payment_file(FILE).decode() == f"{first}\n{rest.replace(chr(10), '')}"


def test_the_same_batch_gives_the_same_bytes() -> None:
    """The bank's check for double files knows a file by its ids."""
    assert payment_file(FILE) == payment_file(replace(FILE))


@given(st.lists(st.integers(1, 10_000_000_000), min_size=1, max_size=20))
def test_counts_and_sums_are_those_of_what_is_in_the_file(cents: list[int]) -> None:
    file = several(*cents)
    total = f"{sum(cents) // 100}.{sum(cents) % 100:02}"
    assert texts(file, "NbOfTxs") == [str(len(cents))] * 2
    assert texts(file, "CtrlSum") == [total] * 2
    assert len(texts(file, "EndToEndId")) == len(cents)
    assert len(texts(file, "PmtInf")) == 1


def test_names_and_texts_have_only_the_characters_that_banks_take() -> None:
    file = replace(paying(name="Ağaoğlu & Zn. \U0001f33b", text="bon_1 #2 " + "ß" * 140), debtor_name="Coöperatie “Zo”")
    assert texts(file, "Nm") == ["Cooperatie Zo", "Cooperatie Zo", "Agaoglu + Zn."]
    assert texts(file, "Ustrd") == ["bon 1 2 " + "s" * 132]
    assert texts(paying(name="x" * 80), "Nm")[-1] == "x" * 70


@pytest.mark.parametrize(
    ("reference", "issuer", "written"),
    [
        ("RF20 H4T9 WXYZ", "ISO", "RF20H4T9WXYZ"),
        ("rf20h4t9wxyz", "ISO", "RF20H4T9WXYZ"),
        ("5000 0567 8901 2345", "CUR", "5000056789012345"),
        ("0000000000000000", "CUR", "0000000000000000"),
        ("1000000000000006", "CUR", "1000000000000006"),
    ],
)
def test_a_reference_that_banks_check_goes_alone(reference: str, issuer: str, written: str) -> None:
    file = paying(creditor_reference=reference)
    assert (texts(file, "Cd")[-1], texts(file, "Issr"), texts(file, "Ref")) == ("SCOR", [issuer], [written])
    assert texts(file, "Ustrd") == []


@pytest.mark.parametrize("reference", ["RF21H4T9WXYZ", "6000056789012345", "500005678901234", "klant 12/b", "٥" * 16])
def test_another_reference_is_text_with_the_text(reference: str) -> None:
    file = paying(creditor_reference=reference, text="bon 4")
    assert texts(file, "Ref") == []
    assert texts(file, "Ustrd") == [f"{reference.replace('٥', '5')} bon 4"]


def test_without_text_and_reference_there_is_none() -> None:
    assert texts(paying(text=" _ "), "RmtInf") == []


def test_an_id_has_no_hyphens_since_those_make_it_too_long() -> None:
    assert id_in_file(ITEM) == "01a2bc00000070008000000000000001"
    with pytest.raises(ValueError, match="id"):
        payment_file(paying(end_to_end_id=str(ITEM)))


@pytest.mark.parametrize("number", ["", "/a", "a/", "a//b", "a b", "a_b", "é", "a" * 36, "a\n"])
def test_an_id_that_banks_refuse_is_refused(number: str) -> None:
    for file in (paying(end_to_end_id=number), replace(FILE, message_id=number)):
        with pytest.raises(ValueError, match="id"):
            payment_file(file)


@pytest.mark.parametrize(
    "file",
    [
        replace(FILE, items=()),
        replace(FILE, items=(PAYMENT, PAYMENT)),
        paying(cents=0),
        paying(cents=-1),
        paying(name="\U0001f33b 12"),
        replace(FILE, debtor_name=" "),
    ],
)
def test_a_file_that_a_bank_would_refuse_is_none(file: PaymentFile) -> None:
    with pytest.raises(ValueError, match=r"payments|above zero|letter"):
        payment_file(file)
