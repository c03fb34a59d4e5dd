"""The first commands of an installation: its keys, and the first officer of the network."""

import asyncio
import os
import pwd
from typing import Annotated

import typer

from app.adapters.logs import log_to_stderr
from app.db.logins import Logins
from app.home import data_dir, database, running
from app.keys import make_keys, people_issuer
from app.settings import Settings, SettingsWrong, read_settings

provision = typer.Typer()
LONGEST = {"--subject": 300, "--name": 120}
"""The most characters, as in `POST /v1/people`."""


@provision.command()
def keys() -> None:
    """Make the signing and the sealing key in SAMEN_DATA_DIR. Existing keys are never touched."""
    settings = read_settings()
    data_dir(settings)
    try:
        files, sentences = make_keys(settings)
    except OSError as error:
        raise SettingsWrong([f"SAMEN_DATA_DIR: the keys cannot be written ({error})."]) from None
    for file in files:
        print(f"Made: {file}")
    for sentence in sentences:
        print(sentence)
    print(
        "Each process needs these keys: give every machine the same files, or their contents as SAMEN_SIGNING_KEYS and"
        " SAMEN_SEALING_KEY.\nKeep a copy of the sealing key apart from the backups: without it, sealed facts are lost."
    )


@provision.command()
def appoint(
    issuer: Annotated[str, typer.Option(help="The `iss` of the person's tokens: a provider of SAMEN_ISSUERS.")],
    subject: Annotated[str, typer.Option(help="The `sub` of their tokens.")],
    name: Annotated[str, typer.Option(help="The person's name.")],
) -> None:
    """Make somebody an officer of the network, who can do the rest through the API.

    A line of the audit log goes to stderr: keep it with the others.
    """
    settings = read_settings()
    _check_person(settings, issuer, subject, name)
    log_to_stderr("INFO")
    with database(settings) as logins:
        asyncio.run(_appoint(logins, issuer, subject, name, by=_login()))


def _login() -> str:
    """The operating-system user of this command, whatever the environment says; a user without a name by number."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _check_person(settings: Settings, issuer: str, subject: str, name: str) -> None:
    """Checks that tokens can have these values. Raises SettingsWrong."""
    trusted = [provider.name for provider in settings.issuers]
    if not settings.production:
        trusted.append(people_issuer(running(settings)))
    faults = []
    if issuer not in trusted:
        names = f"Trusted are: {', '.join(trusted)}." if trusted else "It names none."
        faults.append(f"No provider of SAMEN_ISSUERS is named {issuer}. {names}")
    for option, text in (("--subject", subject), ("--name", name)):
        if text != text.strip() or not text or not text.isprintable() or len(text) > LONGEST[option]:
            faults.append(
                f"{option} has to be 1 to {LONGEST[option]} characters that can be printed, no blank at its ends."
            )
    if faults:
        raise SettingsWrong(faults)


async def _appoint(logins: Logins, issuer: str, subject: str, name: str, *, by: str) -> None:
    from app.db.engine import opened
    from app.db.logins import BOOKS_ROLE
    from app.running.run import SystemRun
    from app.usecases.declared.audit import write_appointment
    from app.usecases.people.persons import appoint_network

    async with opened(logins, role=BOOKS_ROLE, size=1) as books:
        appointed = await SystemRun(books)(appoint_network, issuer=issuer, subject=subject, name=name)
    if appointed is None:
        raise RuntimeError("the appointment was not carried out")
    if appointed.new:
        write_appointment(appointed.person, appointed.office, by=by)
    when = "now" if appointed.new else "already"
    print(f"{appointed.person.name} is an officer of the network {when}.")
    print(f"Office {appointed.office.id}, person {appointed.person.id}.")
