"""Cooperatives, and whether they are ready to sell."""

from datetime import date

from app.contract.operation import Key, Noun
from app.contract.shape import shape
from app.domain.people import cooperatives as domain
from app.domain.people.cooperatives import LegalForm
from app.ids import CooperativeId, MunicipalityId
from app.usecases.people import cooperatives as usecases


@shape(domain.Cooperative)
class Cooperative:
    """A cooperative: the seller of what its members make."""

    id: CooperativeId
    slug: str
    """Its name in links."""
    name: str
    """How it is called."""
    legal_form: LegalForm
    """Its legal form."""
    municipality_id: MunicipalityId
    """The municipality with which it has its agreements."""
    town: str
    """The town where it is."""
    about: str
    """What others should know of it."""
    kvk_number: str | None
    """Its number in the trade register (KvK); an informal initiative has none."""
    umbrella_id: CooperativeId | None
    """The cooperative of which it is a part; null: none."""
    small_business_from: date | None
    """The day from which it uses the small-business scheme: it charges no VAT."""
    version: int


@shape(domain.Readiness)
class Readiness:
    """Whether a cooperative can sell."""

    cooperative_id: CooperativeId
    ready: bool
    """Whether nothing is missing."""
    missing: list[str]
    """What it lacks, as codes."""


ONE = "/cooperatives/{cooperative_id}"
cooperatives = Noun("cooperatives")
cooperatives.get("/cooperatives", usecases.list_cooperatives, Cooperative)
cooperatives.post("/cooperatives", usecases.add_cooperative, Cooperative, key=Key.KEPT, opens="/cooperatives")
cooperatives.get(ONE, usecases.get_cooperative, Cooperative)
cooperatives.patch(ONE, usecases.change_cooperative, Cooperative)
cooperatives.get(f"{ONE}/readiness", usecases.get_readiness, Readiness)
