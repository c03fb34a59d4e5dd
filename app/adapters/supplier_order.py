"""The order to the supplier of a joint purchase as CSV: amounts with a point, and no cell that is a formula."""

import csv
import io

from app.adapters.exports import cell
from app.domain.buying.purchase_costs import SupplierOrder
from app.domain.money import decimal_text

COLUMNS = ("article", "unit", "packs", "packUnits", "units", "packPrice", "net", "gross")


def as_csv(order: SupplierOrder) -> str:
    """One row for each article, then delivery, discount and total."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in order.lines:
        amounts = [decimal_text(cents) for cents in (line.pack_price_cents, line.net_cents, line.gross_cents)]
        writer.writerow([cell(line.article), cell(line.unit), line.packs, line.pack_units, line.units, *amounts])
    for name, cents in (
        ("delivery", order.delivery_cents),
        ("discount", -order.discount_cents),
        ("total", order.total_cents),
    ):
        writer.writerow([name, "", "", "", "", "", "", decimal_text(cents)])
    return text.getvalue()
