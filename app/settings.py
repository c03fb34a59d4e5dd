"""The one typed settings class; every value is read from `SAMEN_*` variables."""

from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an installation may choose. Only `main`, `worker`, `cli` and `alembic` read it."""

    model_config = SettingsConfigDict(env_prefix="SAMEN_", extra="ignore")

    environment: Literal["development", "production"] = "development"
    database_url: str | None = None
    """A PostgreSQL server of version 18 or newer. Unset: the embedded one is started."""
    data_dir: Path | None = None
    """Where the embedded database and the signing keys live. Default: `.samen/` of the working directory."""
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    """Issuer of the tokens and base of the links that people receive. Unset: this machine and the port."""
    audience: str = "samen"
    signing_keys: SecretStr | None = None
    """Private JWK set as JSON, newest first. Unset: made once and kept in the data directory."""
    sealing_key: SecretStr | None = None
    """32 random bytes in base64, for sealed facts about members. Unset: made once and kept in the data directory."""
    pool_size: int = 10
    catalogue_pool_size: int = 4
    smtp_url: str | None = None
    """`smtp://user:password@host:587`. Unset: no mail is sent."""
    mail_from: str = "samen@localhost"
    log_level: str = "INFO"

    @model_validator(mode="after")
    def _public_url_of_the_port(self) -> Self:
        self.public_url = self.public_url.rstrip("/") or f"http://127.0.0.1:{self.port}"
        return self

    @property
    def production(self) -> bool:
        return self.environment == "production"


@lru_cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
