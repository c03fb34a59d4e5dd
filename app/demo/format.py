"""The format of the network's files: the bodies of the API, with names instead of ids."""

from datetime import date
from typing import Annotated

from pydantic import Field

from app.domain.access import Role, Scope
from app.domain.market.offerings import OfferingKind, PriceUnit
from app.domain.people.cooperatives import LegalForm
from app.domain.vat import PriceBasis, VatClass
from app.usecases.people.cooperatives import InvoiceDetailsChange
from app.usecases.shared.agreement_forms import Euro, ExampleInput, RuleInput
from app.usecases.shared.bank_accounts import HolderName, Iban
from app.vocabulary import Form


class PersonFile(Form):
    """A person who logs in as `login` at the built-in issuer."""

    login: str
    name: str
    offices: list[Role] = []


class MunicipalityFile(Form):
    cbs_code: str
    name: str
    people: list[PersonFile] = []


class AppFile(Form):
    name: str
    scopes: list[Scope]


class GoalFile(Form):
    text: str
    amount: Euro


class MemberFile(Form):
    login: str
    name: str
    trade_name: str
    goal: GoalFile | None = None


class AgreementFile(Form):
    title: str
    active_from: date
    rules: Annotated[list[RuleInput], Field(min_length=1)]
    examples: Annotated[list[ExampleInput], Field(min_length=1)]


class OfferingFile(Form):
    member: str
    kind: OfferingKind
    title: str
    text: str
    category: str
    price_unit: PriceUnit
    price: Euro
    price_basis: PriceBasis
    vat_class: VatClass
    town: str | None = None
    tags: list[str] = []
    lead_time_minutes: int = 0
    stock: int | None = None


class AccountFile(Form):
    """The bank account that customers pay to."""

    iban: Iban
    name: HolderName


class CooperativeFile(Form):
    """One cooperative; `umbrella` is the slug of its parent."""

    slug: str
    name: str
    legal_form: LegalForm
    municipality: str
    town: str
    about: str = ""
    kvk_number: str | None = None
    umbrella: str | None = None
    details: InvoiceDetailsChange
    account: AccountFile
    people: list[PersonFile] = []
    members: list[MemberFile] = []
    agreements: list[AgreementFile] = []
    offerings: list[OfferingFile] = []
