"""The settings: environment variables SOLLI_… and a .env file, read once."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Mode(StrEnum):
    """How much the server trusts: a demo signs its own tokens, production never does."""

    PRODUCTION = "production"
    DEMO = "demo"


class Settings(BaseSettings):
    """What an operator chooses. `docs/settings.md` lists them all."""

    model_config = SettingsConfigDict(
        env_prefix="SOLLI_", env_file=".env", extra="ignore", frozen=True
    )

    mode: Mode = Field(Mode.PRODUCTION, description="`production`, or `demo`.")
    database_url: str = Field(
        "sqlite:///solli.db", description="`sqlite:///FILE` or `postgresql://…`."
    )
    pool: int = Field(4, ge=1, le=100, description="PostgreSQL connections of one process.")
    corps_octets: int = Field(256 * 1024, ge=1024, description="Largest body of a request.")
    document_octets: int = Field(20 * 1024, ge=1024, description="Largest GraphQL document.")
    document_jetons: int = Field(1500, ge=100, description="Most tokens of a document.")
    document_profondeur: int = Field(12, ge=4, description="Deepest selection of a document.")
    document_champs: int = Field(300, ge=10, description="Most fields of a document.")
    document_alias: int = Field(30, ge=0, description="Most aliases of a document.")
    document_directives: int = Field(30, ge=0, description="Most directives of a document.")
    document_operations: int = Field(10, ge=1, description="Most operations of a document.")

    @property
    def demo(self) -> bool:
        """Tell whether this is a demonstration."""
        return self.mode is Mode.DEMO

    @property
    def sqlite_path(self) -> Path | None:
        """Give the file of an SQLite database, or None for PostgreSQL."""
        prefix = "sqlite:///"
        return (
            Path(self.database_url.removeprefix(prefix))
            if self.database_url.startswith(prefix)
            else None
        )
