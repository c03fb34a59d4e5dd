"""What banks really send: each oddity that people have met, from the file to the place of each line.

How such files are read is in tests/test_camt.py.
"""

from collections.abc import Iterator

import pytest

from tests.bank_files import (
    DAY,
    OTHERS,
    PAYER,
    SAVINGS,
    SUPPLIER,
    balance,
    camt,
    detail,
    entry,
    statement,
    tag,
)
from tests.scenarios.money import pay
from tests.scenarios.quirks import (
    NEIGHBOUR,
    PAINTER,
    balance_of,
    bill,
    books,
    paid,
    payee,
)
from tests.scenarios.statements import lines_of
from tests.scenarios.test_first_sale import books_are_right
from tests.test_camt import zipped
from tests.world import World

pytestmark = pytest.mark.usefixtures("april")


@pytest.fixture
def april(world: World) -> Iterator[None]:
    with world.clock.at("2026-04-20"):
        yield


# Is it the same line?


async def test_one_entry_with_equal_details_is_as_many_lines(world: World) -> None:
    made = await books(world, "large", "third")
    alike = detail("50.00", f"deel {made.text('large')}", version=2)
    other = detail("50.00", made.text("third"), of=NEIGHBOUR, version=2)
    brought = await made.bring(entry("150.00", alike, alike, other, reference="B1", version=2), version=2)
    assert brought["linesAdded"] == 3
    assert await made.places() == ["50.00 large", "50.00 large", "50.00 third"]
    assert (await made.due("large"), await made.due("third")) == ("142.00", "0.00")
    await books_are_right(world)


async def test_equal_lines_without_a_reference_come_once_each(world: World) -> None:
    made = await books(world)
    coffee = paid("7.00", "koffie")
    file = camt(made.next(coffee, coffee))
    assert (await made.send(file))["linesAdded"] == 2
    assert (await made.send(file))["linesAdded"] == 0
    assert await made.places() == ["7.00 open", "7.00 open"]


async def test_a_cost_and_its_reversal_under_one_reference(world: World) -> None:
    made = await books(world)
    code = ("ACMT", "MDOP", "CHRG")
    await made.bring(entry("-25.00", reference="K1", code=code), entry("25.00", reference="K1", code=code))
    assert await made.places() == ["-25.00 cost/bank", "25.00 cost/bank"]
    assert await balance_of(made, "cooperative_fund") == "1000.00"
    await books_are_right(world)


async def test_a_day_in_both_kinds_of_file_comes_once(world: World) -> None:
    """The newer kind breaks the text elsewhere."""
    made = await books(world, "large")
    reference = made.text("large")
    old = entry("242.00", detail("242.00", f"bestelling {reference} dank", version=2), version=2)
    await made.bring(old, version=2)
    made.start_over()
    new = paid("242.00", f"bestelling {reference[:3]}", f"{reference[3:]} dank")
    assert (await made.bring(new))["linesAdded"] == 0
    assert await made.places() == ["242.00 large"]


async def test_the_newest_day_gains_lines(world: World) -> None:
    made = await books(world, "large", "small")
    noon, later = paid("60.50", made.text("small"), reference="A1"), paid("242.00", made.text("large"), reference="A2")
    assert (await made.bring(noon))["linesAdded"] == 1
    made.start_over()
    assert (await made.bring(noon, later))["linesAdded"] == 1
    assert await made.places() == ["60.50 small", "242.00 large"]


# Balances


async def test_a_month_that_ends_on_a_saturday_closes_with_the_file_of_monday(world: World) -> None:
    """31 January 2026 is a Saturday; banks send nothing for it."""
    made = await books(world, "large", "small")
    month, place = {"month": "2026-01"}, f"/v1/cooperatives/{made.seller.id}/periods"

    def of_day(day: str, amount: str, name: str) -> str:
        return entry(amount, detail(amount, made.text(name)), day=tag("Dt", day))

    await made.bring(of_day("2026-01-30", "60.50", "small"), day="2026-01-30")
    assert (await made.seller.treasurer("POST", place, month, status=409))["code"] == "statement_missing"
    await made.bring(of_day("2026-02-02", "242.00", "large"), day="2026-02-02")
    await made.seller.treasurer("POST", place, month)
    assert await made.places() == ["60.50 small", "242.00 large"]
    await books_are_right(world)


async def test_balances_that_do_not_count(world: World) -> None:
    made = await books(world, "large")
    balances = (
        balance("PRCD", "000000001000.00", "2026-04-13")
        + balance("CLAV", "900.00")
        + balance("CLBD", "1242.00")
        + balance("FWAV", "1300.00", "2026-04-15")
    )
    file = camt(statement(paid("242.00", made.text("large")), balances=balances))
    assert (await made.send(file))["linesAdded"] == 1
    assert await made.places() == ["242.00 large"]


async def test_an_account_may_be_overdrawn(world: World) -> None:
    made = await books(world)
    await bill(made, await payee(made, SUPPLIER), "GH-2026-0041", "181.50")
    await made.bring(paid("-900.00", "huur"))
    await made.bring(paid("-181.50", "GH-2026-0041"))
    (newest,) = [one for one in await made.places() if one.startswith("-181.50")]
    assert (newest, made.balance) == (f"-181.50 {SUPPLIER[0]}", "-81.50")
    assert await balance_of(made, "bank") == "81.50"
    await books_are_right(world)


async def test_a_statement_of_a_day_that_has_not_ended(world: World) -> None:
    made = await books(world)
    interim = statement(paid("9.00"), balances=balance("OPBD", "1000.00") + balance("ITBD", "1009.00"))
    assert (await made.send(camt(interim), 422))["code"] == "statement_does_not_add_up"
    assert await lines_of(made.seller) == []


async def test_accounts_of_others_are_left_out(world: World) -> None:
    made = await books(world, "large")
    ours = made.next(paid("242.00", made.text("large")))
    dollars = statement(iban=SAVINGS, currency="USD", opening="10.00")
    others = statement(entry("5.00", detail("5.00", "geheim")), opening="0.00", closing="5.00", iban=OTHERS)
    brought = await made.send(camt(others, dollars, ours))
    assert (brought["linesAdded"], brought["leftOut"]) == (1, sorted([OTHERS, SAVINGS]))
    assert await made.places() == ["242.00 large"]
    refused = await made.send(camt(others), 422)
    assert (refused["code"], refused["facts"]["ibans"]) == ("statement_unreadable", [OTHERS])
    assert "geheim" not in str(refused)


# Signs, details, amounts


async def test_a_reversal_has_the_sign_that_the_bank_says(world: World) -> None:
    made = await books(world)
    await made.bring(entry("15.00", more=tag("RvslInd", "true"), code=("ACMT", "MDOP", "CHRG")))
    assert await made.places() == ["15.00 cost/bank"]
    assert await balance_of(made, "cooperative_fund") == "1015.00"


async def test_each_detail_has_its_own_amount(world: World) -> None:
    """The older kind says it elsewhere."""
    made = await books(world, "large")
    two = detail("242.00", made.text("large"), version=2), detail("187.56", "pin", version=2)
    await made.bring(entry("429.56", *two, version=2), version=2)
    assert await made.places() == ["242.00 large", "187.56 open"]


async def test_what_the_bank_kept_of_a_payment_is_not_paid(world: World) -> None:
    made = await books(world, "small")
    await made.bring(entry("58.50", detail("60.50", made.text("small"))))
    assert await made.places() == ["58.50 small"]
    assert await made.due("small") == "2.00"


async def test_dollars_of_the_sender_are_text(world: World) -> None:
    made = await books(world, "small")
    sent_in = tag("AmtDtls", tag("InstdAmt", tag("Amt", "100.00", Ccy="USD")))
    said = detail(None, made.text("small")).replace("<RltdPties>", f"{sent_in}<RltdPties>")
    await made.bring(entry("91.20", said))
    assert await made.places() == ["91.20 small"]
    assert await balance_of(made, "customer_credit") == "30.70"


async def test_the_text_of_an_entry_is_not_that_of_its_details(world: World) -> None:
    made = await books(world, "large", "small")
    two = detail("60.50", made.text("small")), detail("10.00", "bedankt", of=NEIGHBOUR)
    await made.bring(entry("70.50", *two, text=f"2 betalingen {made.text('large')}"))
    assert await made.places() == ["60.50 small", "10.00 open"]


async def test_only_what_is_booked_is_a_line(world: World) -> None:
    made = await books(world, "large", "small")
    waits, told = [entry("60.50", detail("60.50", made.text("small")), status=status) for status in ("PDNG", "INFO")]
    await made.bring(waits, paid("242.00", made.text("large")), told)
    assert (await made.places(), made.balance) == (["242.00 large"], "1242.00")


# Texts and references


async def test_a_reference_is_broken_in_two_or_glued_to_words(world: World) -> None:
    made = await books(world, "large", "small")
    large, small = made.text("large"), made.text("small")
    await made.bring(
        paid("242.00", f"bestelling {large[:4]}", f"{large[4:]} met dank"), paid("60.50", f"voor{small}bedankt")
    )
    assert await made.places() == ["242.00 large", "60.50 small"]


async def test_an_rf_reference_in_free_text_or_by_itself(world: World) -> None:
    made = await books(world, "large", "small")
    large, small = [rf(made.text(name)) for name in ("large", "small")]
    spaced = " ".join(large[start : start + 4] for start in range(0, len(large), 4)).lower()
    known = tag("Strd", tag("CdtrRefInf", tag("Tp", tag("CdOrPrtry", tag("Cd", "SCOR"))), tag("Ref", small)))
    await made.bring(paid("242.00", spaced), paid("60.50", remittance=known))
    assert await made.places() == ["242.00 large", "60.50 small"]
    found = await lines_of(made.seller)
    rules = [(await made.seller.treasurer("GET", f"/v1/bank-lines/{one['id']}/matches"))[0]["rule"] for one in found]
    assert rules == ["creditor_reference"] * 2


def rf(reference: str) -> str:
    """The reference with its check digits (ISO 11649)."""
    digits = int("".join(str(int(sign, 36)) for sign in f"{reference}RF00"))
    return f"RF{98 - digits % 97:02}{reference}"


async def test_a_bill_counts_with_its_suppliers_account_and_whole(world: World) -> None:
    """Another supplier has a bill whose short number is part of the long one."""
    made = await books(world)
    one, other = await payee(made, SUPPLIER), await payee(made, PAINTER)
    await bill(made, one, "GH-2026-0041", "181.50")
    await bill(made, other, "41", "181.50")
    await made.bring(paid("-181.50", "rekening GH-2026-0041", to=SUPPLIER), paid("-181.50", "GH-2026-0041", to=PAINTER))
    assert await made.places() == [f"-181.50 {SUPPLIER[0]}", "-181.50 open"]
    await books_are_right(world)


async def test_a_supplier_pays_a_credit_note_back(world: World) -> None:
    made = await books(world)
    shop = await payee(made, SUPPLIER)
    await bill(made, shop, "CN-9", "-119.00")
    await made.bring(paid("119.00", "creditnota CN-9", of=SUPPLIER))
    assert await made.places() == [f"119.00 {SUPPLIER[0]}"]
    assert await balance_of(made, "payable_supplier") == "0.00"
    await books_are_right(world)


async def test_what_names_no_reference_is_none(world: World) -> None:
    made = await books(world)
    none = tag("EndToEndId", "NOTPROVIDED")
    one, other = [entry(amount, detail(amount, refs=none), reference="NOTPROVIDED") for amount in ("10.00", "11.00")]
    await made.bring(one, other)
    assert await made.places() == ["10.00 open", "11.00 open"]


async def test_the_text_stands_at_the_entry_alone(world: World) -> None:
    made = await books(world, "large")
    await made.bring(entry("242.00", detail("242.00"), text=made.text("large")))
    assert await made.places() == ["242.00 large"]


async def test_money_by_way_of_a_collecting_account(world: World) -> None:
    """The reference counts; a payout of terminals is sales less a fee, so people place it in parts."""
    made = await books(world, "large", "small")
    collector = ("Stichting Derdengelden", PAINTER[1])
    await made.bring(paid("242.00", made.text("large"), of=collector), paid("56.90", "uitbetaling", of=collector))
    assert await made.places() == ["242.00 large", "56.90 open"]
    newest = (await lines_of(made.seller))[0]
    parts = [{"orderId": made.orders["small"]["id"], "amount": {"amount": "60.50"}}]
    parts += [{"category": "cost/bank", "amount": {"amount": "-3.60"}}]
    await made.seller.treasurer("POST", f"/v1/bank-lines/{newest['id']}/matches", {"parts": parts})
    assert (await made.places())[1] == "56.90 small cost/bank"
    await books_are_right(world)


async def test_two_orders_in_one_text(world: World) -> None:
    """The sum of both pays both; another amount is suggested, and not given to the first one found."""
    made = await books(world, "large", "small")
    both = f"{made.text('large')} en {made.text('small')}"
    await made.bring(paid("300.00", both, reference="A"))
    assert await made.places() == ["300.00 open"]
    assert (await made.suggested("300.00"))[0] == "reference large small"
    await made.bring(paid("302.50", both, reference="B"))
    assert (await made.places())[1] == "302.50 large small"
    assert (await made.due("large"), await made.due("small")) == ("0.00", "0.00")


# Parties, returns


async def test_who_pays_for_another_is_the_payer(world: World) -> None:
    made = await books(world, "small")
    other = tag("UltmtDbtr", tag("Pty", tag("Nm", "K. Kleinkind")))
    said = detail("60.50", made.text("small")).replace("</RltdPties>", f"{other}</RltdPties>")
    await made.bring(entry("60.50", said))
    assert await made.places() == ["60.50 small"]
    (found,) = await lines_of(made.seller)
    assert (found["counterpartyName"], "K. Kleinkind" in found["text"]) == (PAYER[0], True)


async def test_cash_on_its_way_is_not_what_a_customer_pays(world: World) -> None:
    made = await books(world, "third", "large")
    await pay(made.seller, made.orders["large"], "50.00", method="cash")
    await made.bring(paid("50.00", "zonder kenmerk", of=NEIGHBOUR))
    assert await made.places() == ["50.00 open"]


# Days, encodings, kinds of file


async def test_a_moment_is_its_day_in_amsterdam(world: World) -> None:
    made = await books(world, "large")
    late = entry("242.00", detail("242.00", made.text("large")), day=tag("DtTm", "2026-04-13T22:30:00Z"))
    await made.bring(late)
    (found,) = await lines_of(made.seller)
    assert (found["day"], await made.places()) == (DAY, ["242.00 large"])


async def test_every_element_may_have_a_prefix(world: World) -> None:
    made = await books(world, "large")
    plain = camt(made.next(paid("242.00", made.text("large")))).decode()
    prefixed = plain.replace("<", "<ns2:").replace("<ns2:/", "</ns2:").replace("<ns2:?", "<?")
    await made.send(prefixed.replace("xmlns=", "xmlns:ns2=").encode())
    assert await made.places() == ["242.00 large"]


async def test_letters_stay_as_they_are(world: World) -> None:
    """A byte order mark, then a declared older encoding."""
    made = await books(world, "large", "small")
    zoe = ("Zoë Verzonnen", PAYER[1])
    await made.send(b"\xef\xbb\xbf" + camt(made.next(paid("242.00", made.text("large"), of=zoe))))
    latin = camt(made.next(paid("60.50", made.text("small"), of=zoe)), encoding="ISO-8859-1")
    await made.send(latin)
    assert await made.places() == ["242.00 large", "60.50 small"]
    assert {one["counterpartyName"] for one in await lines_of(made.seller)} == {"Zoë Verzonnen"}


async def test_a_zip_of_days_is_one_import(world: World) -> None:
    made = await books(world, "large", "small")
    first = camt(made.next(paid("242.00", made.text("large"))))
    second = camt(made.next(paid("60.50", made.text("small"))))
    brought = await made.send(zipped({"a.xml": second, "b.xml": first}))
    assert brought["linesAdded"] == 2
    assert await made.places() == ["242.00 large", "60.50 small"]
    third = camt(made.next(paid("1.00")))
    refused = await made.send(zipped({"a.xml": third, "b.xml": b"hello"}), 422)
    assert refused["code"] == "statement_unreadable"
    assert len(await lines_of(made.seller)) == 2
