"""The logins of one database: each role logs in as itself, so that none can become another."""

from dataclasses import dataclass, fields
from urllib.parse import urlsplit, urlunsplit

from app.db.failures import DatabaseUnfit

APP_ROLE = "samen_app"
WORKER_ROLE = "samen_worker"
CATALOGUE_ROLE = "samen_catalogue"
READER_ROLE = "samen_reader"
BOOKS_ROLE = "samen_books"
SETTINGS = {
    APP_ROLE: "SAMEN_DATABASE_URL",
    WORKER_ROLE: "SAMEN_DATABASE_URL_WORKER",
    CATALOGUE_ROLE: "SAMEN_DATABASE_URL_CATALOGUE",
    READER_ROLE: "SAMEN_DATABASE_URL_READER",
}
"""The setting with the address of each role that logs in."""
OWNER_SETTING = "SAMEN_DATABASE_URL_OWNER"


@dataclass(frozen=True, kw_only=True)
class Logins:
    """The addresses of one database by role; None where no setting gives one."""

    app: str | None = None
    worker: str | None = None
    catalogue: str | None = None
    reader: str | None = None
    owner: str | None = None
    """Of the login that owns the tables: it migrates, backs up and restores, and serves nobody."""

    def of(self, role: str) -> str:
        """The address for a role. samen_books has no login: the owner acts as it. Raises DatabaseUnfit."""
        if role == BOOKS_ROLE:
            return self.owners()
        address: str | None = getattr(self, role.removeprefix("samen_"))
        if address is not None:
            return address
        raise DatabaseUnfit(
            f"{SETTINGS[role]} is not set: {role} logs in there, and each login has an address of its own."
            " `samen migrate --roles` makes the logins and prints the settings."
        )

    def owners(self) -> str:
        """The owner's address. Raises DatabaseUnfit."""
        if self.owner is not None:
            return self.owner
        raise DatabaseUnfit(
            f"{OWNER_SETTING} is not set: the owner of the tables logs in there, who alone migrates, backs up, restores"
            " and appoints. Up to version 0.3.0 its address was SAMEN_DATABASE_URL."
        )


def logins_at(url: str) -> Logins:
    """Every role at the address of the owner, under its own name and without a password."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    names = {field.name: f"samen_{field.name}" for field in fields(Logins) if field.name != "owner"}
    urls = {name: urlunsplit(parts._replace(netloc=f"{role}@{host}")) for name, role in names.items()}
    return Logins(**urls, owner=url)
