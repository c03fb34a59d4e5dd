"""Loads the network through the same use cases as the API; existing data is not changed."""

import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import yaml
from pydantic import TypeAdapter

from app.db.engine import Database, opened
from app.db.logins import BOOKS_ROLE
from app.demo.format import AppFile, CooperativeFile, MemberFile, MunicipalityFile, OfferingFile, PersonFile
from app.domain.access import Role, Scope
from app.domain.actors import Identity
from app.domain.earning.agreements import AgreementState, Side
from app.domain.errors import AlreadyExists
from app.domain.market.offerings import Offering, OfferingVerb
from app.domain.page import MAX_PAGE, Page, PageRequest
from app.domain.people.bank_accounts import BankAccountVerb
from app.domain.platform.apps import AppWithSecret
from app.running.run import Run, SystemRun, utc_now
from app.usecases.earning.agreements import draft_agreement, list_agreements, sign_agreement, try_agreement
from app.usecases.market.offerings import AddOffering, add_offering, list_offerings, move_offering
from app.usecases.people.bank_accounts import move_bank_account, propose_bank_account
from app.usecases.people.cooperatives import add_cooperative, change_invoice_details, list_cooperatives
from app.usecases.people.members import list_members, register_member, set_goal
from app.usecases.people.municipalities import add_municipality, list_municipalities
from app.usecases.people.persons import add_person, appoint_network, give_office, list_offices
from app.usecases.platform.apps import list_apps, register_app
from app.vocabulary import MoneyIn

NETWORK = Path(__file__).parent / "network"
EVERY_SCOPE = frozenset(Scope)
T = TypeVar("T")


class Loader:
    """Loads files into one database; people log in at `issuer`, and act at the time of `now`."""

    def __init__(self, database: Database, issuer: str, now: Callable[[], datetime] = utc_now) -> None:
        self.database = database
        self.issuer = issuer
        self.now = now
        self.controllers: dict[str, str] = {}
        self.network = self.run_as("network")

    def at(self, now: Callable[[], datetime]) -> "Loader":
        """The same network by another clock."""
        other = Loader(self.database, self.issuer, now)
        other.controllers = self.controllers
        return other

    def run_as(self, login: str) -> Run:
        return Run(self.database, Identity(self.issuer, login, None, EVERY_SCOPE), now=self.now)

    async def load(self, folder: Path = NETWORK) -> list[AppWithSecret]:
        """Loads a folder. Returns the new apps, with the secret that is shown only now."""
        await self._appoint("network")
        for municipality in read(folder / "municipalities.yaml", list[MunicipalityFile]):
            await self._municipality(municipality)
        for file in _cooperatives(folder):
            await self.cooperative(read(file, CooperativeFile))
        return await self._apps(read(folder / "apps.yaml", list[AppFile]))

    async def _appoint(self, login: str) -> None:
        async with opened(self.database.logins, role=BOOKS_ROLE, size=1) as books:
            await SystemRun(books)(appoint_network, issuer=self.issuer, subject=login, name="LaNSCO United")

    async def _municipality(self, file: MunicipalityFile) -> None:
        controllers = [person.login for person in file.people if Role.CONTROLLER in person.offices]
        if controllers:
            self.controllers[file.cbs_code] = controllers[0]
        known = await all_of(lambda page: self.network(list_municipalities, page=page))
        found = next((row for row in known if row.cbs_code == file.cbs_code), None)
        if found is None:
            found = await self.network(add_municipality, cbs_code=file.cbs_code, name=file.name)
        for person in file.people:
            person_id = await self._person(person.login, person.name)
            for role in person.offices:
                with contextlib.suppress(AlreadyExists):
                    await self.network(give_office, person_id=person_id, role=role, municipality_id=found.id)

    async def cooperative(self, file: CooperativeFile) -> None:
        """Loads one cooperative with its people, members, agreements and offerings."""
        municipalities = await all_of(lambda page: self.network(list_municipalities, page=page))
        cooperatives = await all_of(lambda page: self.network(list_cooperatives, page=page))
        found = next((row for row in cooperatives if row.slug == file.slug), None)
        if found is None:
            found = await self.network(
                add_cooperative,
                slug=file.slug,
                name=file.name,
                legal_form=file.legal_form,
                municipality_id=next(m.id for m in municipalities if m.cbs_code == file.municipality),
                town=file.town,
                about=file.about,
                kvk_number=file.kvk_number,
                umbrella_id=next((c.id for c in cooperatives if c.slug == file.umbrella), None),
            )
        await self._officers(found.id, file.people)
        if found.legal_name is None:
            await self.run_as(_login(file, Role.TREASURER))(
                change_invoice_details,
                cooperative_id=found.id,
                expected_version=found.version,
                changes=file.details,
            )
        if found.iban is None:
            await self._account(found.id, file)
        coordinator = self.run_as(_login(file, Role.COORDINATOR))
        member_ids = {m.login: await self._member(coordinator, found.id, m) for m in file.members}
        await self._agreements(found.id, file)
        for offering in file.offerings:
            await self._offering(coordinator, found.id, member_ids[offering.member], offering, file.town)

    async def _account(self, cooperative_id: UUID, file: CooperativeFile) -> None:
        proposed = await self.run_as(_login(file, Role.TREASURER))(
            propose_bank_account,
            cooperative_id=cooperative_id,
            iban=file.account.iban,
            name=file.account.name,
        )
        await self.run_as(_login(file, Role.COORDINATOR))(
            move_bank_account, bank_account_id=proposed.id, verb=BankAccountVerb.CONFIRM
        )

    async def _officers(self, cooperative_id: UUID, people: list[PersonFile]) -> None:
        held = {(o.person_id, o.role) for o in await self.network(list_offices, cooperative_id=cooperative_id)}
        for person in people:
            person_id = await self._person(person.login, person.name)
            for role in person.offices:
                if (person_id, role) not in held:
                    await self.network(give_office, person_id=person_id, role=role, cooperative_id=cooperative_id)

    async def _member(self, coordinator: Run, cooperative_id: UUID, file: MemberFile) -> UUID:
        known = await all_of(lambda page: coordinator(list_members, cooperative_id=cooperative_id, page=page))
        person_id = await self._person(file.login, file.name)
        same = (m for m in known if m.trade_name == file.trade_name or (person_id and m.person_id == person_id))
        if found := next(same, None):
            return found.id
        member = await coordinator(
            register_member,
            cooperative_id=cooperative_id,
            name=file.name,
            trade_name=file.trade_name,
            person_id=person_id,
        )
        if file.goal is not None:
            goal = MoneyIn(amount=file.goal.amount)
            await self.run_as(file.login)(set_goal, member_id=member.id, text=file.goal.text, amount=goal)
        return member.id

    async def _agreements(self, cooperative_id: UUID, file: CooperativeFile) -> None:
        treasurer = self.run_as(_login(file, Role.TREASURER))
        controller = self.run_as(self.controllers[file.municipality])
        known = await all_of(lambda page: treasurer(list_agreements, cooperative_id=cooperative_id, page=page))
        for wanted in file.agreements:
            agreement = next((a for a in known if a.title == wanted.title), None)
            if agreement is None:
                agreement = await treasurer(
                    draft_agreement,
                    cooperative_id=cooperative_id,
                    title=wanted.title,
                    active_from=wanted.active_from,
                    rules=wanted.rules,
                    examples=wanted.examples,
                )
            if agreement.state is AgreementState.DRAFT:
                agreement = await treasurer(try_agreement, agreement_id=agreement.id)
            if agreement.cooperative_signed_at is None:
                await treasurer(sign_agreement, agreement_id=agreement.id, side=Side.COOPERATIVE)
            if agreement.municipality_signed_at is None:
                await controller(sign_agreement, agreement_id=agreement.id, side=Side.MUNICIPALITY)

    async def _offering(
        self, coordinator: Run, cooperative_id: UUID, member_id: UUID, file: OfferingFile, town: str
    ) -> None:
        known: list[Offering] = await all_of(
            lambda page: coordinator(list_offerings, cooperative_id=cooperative_id, member_id=member_id, page=page)
        )
        found = next((offering for offering in known if offering.title == file.title), None)
        if found is None:
            contents = AddOffering(
                member_id=member_id,
                kind=file.kind,
                title=file.title,
                text=file.text,
                category=file.category,
                price_unit=file.price_unit,
                price=MoneyIn(amount=file.price),
                price_basis=file.price_basis,
                vat_class=file.vat_class,
                town=file.town or town,
                tags=file.tags,
                lead_time_minutes=file.lead_time_minutes,
                stock=file.stock,
            )
            found = await coordinator(add_offering, cooperative_id=cooperative_id, contents=contents)
        for state, verb in (("draft", OfferingVerb.SUBMIT), ("in_review", OfferingVerb.PUBLISH)):
            if found.state == state:
                found = await coordinator(move_offering, offering_id=found.id, verb=verb)

    async def _apps(self, files: list[AppFile]) -> list[AppWithSecret]:
        known = {app.name for app in await all_of(lambda page: self.network(list_apps, page=page))}
        return [
            await self.network(register_app, name=file.name, scopes=list(file.scopes))
            for file in files
            if file.name not in known
        ]

    async def _person(self, login: str, name: str) -> UUID:
        return (await self.network(add_person, issuer=self.issuer, subject=login, name=name)).id


async def all_of(read: Callable[[PageRequest], Awaitable[Page[T]]]) -> list[T]:
    """Every row of a list, page by page."""
    rows: list[T] = []
    request = PageRequest(MAX_PAGE)
    while True:
        page = await read(request)
        rows += page.rows
        if not page.has_next:
            return rows
        request = PageRequest(MAX_PAGE, page.rows[-1].id)  # type: ignore[attr-defined]


def _cooperatives(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*.yaml") if file.name not in ("municipalities.yaml", "apps.yaml"))


def read(file: Path, shape: Any) -> Any:
    """The contents of a file, in its shape."""
    return TypeAdapter(shape).validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))


def _login(file: CooperativeFile, role: Role) -> str:
    return next(person.login for person in file.people if role in person.offices)
