"""The settings: environment variables SOLLI_… and a .env file, read once."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, FilePath, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Mode", "Settings", "ValidationError"]

ORIGIN = re.compile(r"https?://[^\s/,*@?#]+")
# Those that domain/formats.py can tell.
EXTENSIONS = "pdf png jpg jpeg tif tiff txt csv xml odt ods docx xlsx zip p7m".split()
NAME = re.compile(r"(\*\.)?[a-z0-9._-]+|\[[0-9a-f:.]+\]")


class Mode(StrEnum):
    """How much the server trusts: a demo signs its own tokens, production never does."""

    PRODUCTION = "production"
    DEMO = "demo"


# TLS, or this very machine: tokens and secrets go there.
EMETTEUR = (
    r"^$|^https://[^/?#@\s]+(/[^?#\s]*)?$|^http://(127\.0\.0\.1|localhost)(:\d+)?(/[^?#\s]*)?$"
)


def _exige(valeur: object, condition: object) -> None:
    if condition and not valeur:
        message = "requis"
        raise ValueError(message)


class Settings(BaseSettings):
    """What an operator chooses. `docs/settings.md` lists them all."""

    model_config = SettingsConfigDict(
        env_prefix="SOLLI_", env_file=".env", extra="ignore", frozen=True
    )

    mode: Mode = Field(Mode.PRODUCTION, description="`production`, or `demo`.")
    database_url: str = Field(
        "sqlite:///solli.db", description="`sqlite:///FILE` or `postgresql://…`."
    )
    storage_url: str = Field(
        "",
        pattern=r"^(file:///\S.*|s3://[^/\s]+(/\S*)?)?$",
        description="Where attachments are: `file:///…` or `s3://…`.",
    )
    oidc_issuer: str = Field("", pattern=EMETTEUR, description="Issuer of access tokens.")
    oidc_audience: str = Field(
        "", validate_default=True, description="Audiences admitted, separated by commas."
    )
    oidc_typ: str = Field("at+jwt", description="Types of JWT admitted, separated by commas.")
    oidc_claim: str = Field("sub", description="Claim that names a person.")
    oidc_claim_audience: str = Field("aud", description="Claim that holds the audience.")
    oidc_scope: str = Field("", description="Scope that a token must have.")
    oidc_courriel: Literal["verifie", "fiable", "jamais"] = Field(
        "verifie", description="Whether the issuer's word on an address binds an account."
    )
    oidc_userinfo: bool = Field(
        default=False, description="Ask the issuer for the address of an unknown person."
    )
    oidc_client_id: str = Field("", description="Who asks for introspections.")
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), validate_default=True, description="Its secret."
    )
    oidc_introspection: Literal["opaques", "tous"] = Field(
        "opaques", description="Tokens that are introspected: opaque ones, or all."
    )
    oidc_reponse_signee: bool = Field(default=False, description="Only signed answers (RFC 9701).")
    oidc_cle_privee: FilePath | None = Field(
        None, description="RSA key (PEM) that decrypts the answers."
    )
    pool: int = Field(4, ge=1, le=100, description="PostgreSQL connections of one process.")
    url_publique: str = Field(
        "",
        pattern=r"^(https?://[^\s/?#]+(/[^\s?#]*)?)?$",
        description="What stands before the path of a link: `https://…`.",
    )
    get: bool | None = Field(None, description="Queries by GET; when unset, in demo mode.")
    graphiql: bool | None = Field(None, description="GraphiQL at `/`; when unset, in demo mode.")
    corps_octets: int = Field(256 * 1024, ge=1024, description="Largest body of a request.")
    corps_profondeur: int = Field(32, ge=4, le=500, description="Deepest JSON of a body.")
    entete_octets: int = Field(16 * 1024, ge=1024, description="Largest head of a request.")
    entete_nombre: int = Field(100, ge=10, description="Most headers of a request.")
    delai_entete: float = Field(10, gt=0, description="Seconds to receive a head.")
    delai_corps: float = Field(30, gt=0, description="Seconds to receive a body.")
    delai_envoi: float = Field(30, gt=0, description="Seconds without an answer being read.")
    delai_inactivite: float = Field(30, gt=0, description="Seconds between two requests.")
    delai_operation: float = Field(10, gt=0, description="Seconds of an operation.")
    delai_sql: float = Field(5, ge=0.1, description="Seconds of a statement.")
    delai_verrou: float = Field(2, ge=0.1, description="Seconds of waiting for a lock.")
    delai_export: float = Field(600, gt=0, description="Seconds to send an export.")
    exports: int = Field(2, ge=1, le=100, description="Exports at once in one process.")
    operations: int = Field(256, ge=1, description="Operations at once in one process.")
    hotes: str = Field("localhost,127.0.0.1,[::1]", description="Names that it answers to.")
    origines: str = Field("", description="Origins whose pages may call it.")
    document_octets: int = Field(20 * 1024, ge=1024, description="Largest GraphQL document.")
    document_jetons: int = Field(1500, ge=100, description="Most tokens of a document.")
    document_profondeur: int = Field(12, ge=4, description="Deepest selection of a document.")
    document_champs: int = Field(300, ge=10, description="Most fields of a document.")
    document_alias: int = Field(30, ge=0, description="Most aliases of a document.")
    document_directives: int = Field(30, ge=0, description="Most directives of a document.")
    document_objets: int = Field(5000, ge=100, description="Most objects of an answer.")
    document_operations: int = Field(10, ge=1, description="Most operations of a document.")
    journal_securite: Path | None = Field(None, description="File of the security events.")
    documents: FilePath | None = Field(None, description="List of trusted documents (JSON).")
    documents_seuls: bool = Field(default=False, description="Serve no other document.")
    apq: bool = Field(default=False, description="Register documents by their hash (Apollo).")
    clamd_url: str = Field(
        "",
        pattern=r"^(tcp://[^\s/:]+(:\d{1,5})?|unix:///\S+)?$",
        description="clamd that judges attachments: `tcp://…` or `unix:///…`.",
    )
    pieces_types: str = Field(
        ",".join(EXTENSIONS),
        pattern=f"^({'|'.join(EXTENSIONS)})(,({'|'.join(EXTENSIONS)}))*$",
        description="Extensions of attachments admitted, separated by commas.",
    )
    piece_octets: int = Field(
        10 * 1024 * 1024, ge=1, le=2**31 - 1, description="Largest attachment."
    )
    pieces_octets: int = Field(
        30 * 1024 * 1024, ge=1, description="Most bytes joined to a sollicitation."
    )
    pieces_nombre: int = Field(10, ge=1, le=100, description="Most attachments of a sollicitation.")
    delai_televersement: float = Field(300, gt=0, description="Seconds to receive an attachment.")
    conservation_jours: int = Field(
        1826, ge=0, description="Days that closed sollicitations keep whom they name."
    )
    cout_capacite: int | None = Field(
        None, ge=0, description="Points of a caller, at most; 0: no bucket."
    )
    cout_recharge: float = Field(50, gt=0, description="Points a second that come back.")
    redis_url: str = Field("", description="Redis that the processes share their buckets by.")

    @field_validator("hotes")
    @classmethod
    def _hotes(cls, value: str, info: ValidationInfo) -> str:
        """Admit names, and `*` in a demonstration only."""
        names = _listed(value.lower())
        every = info.data.get("mode") is Mode.DEMO and names == ("*",)
        if not names or not (every or all(NAME.fullmatch(n) for n in names)):
            raise ValueError(value)
        return value

    @field_validator("origines")
    @classmethod
    def _origines(cls, value: str) -> str:
        """Admit whole origins, never `*`."""
        if not all(ORIGIN.fullmatch(o) for o in _listed(value)):
            raise ValueError(value)
        return value

    @property
    def hosts(self) -> tuple[str, ...]:
        """List the trusted hosts."""
        return _listed(self.hotes.lower())

    @property
    def origins(self) -> tuple[str, ...]:
        """List the origins of CORS."""
        return _listed(self.origines)

    @property
    def capacity(self) -> int:
        """Give the points of a caller: none are counted in a demonstration, unless asked."""
        usual = 0 if self.demo else 1000
        return usual if self.cout_capacite is None else self.cout_capacite

    @property
    def extensions(self) -> tuple[str, ...]:
        """List the extensions of attachments admitted."""
        return _listed(self.pieces_types)

    @property
    def storage(self) -> str:
        """Give where attachments are: beside an SQLite database, or in `pieces`, by default."""
        beside = f"{self.sqlite_path}.pieces" if self.sqlite_path else "pieces"
        return self.storage_url or f"file://{Path(beside).absolute()}"

    @field_validator("oidc_audience")
    @classmethod
    def _audience(cls, valeur: str, lus: ValidationInfo) -> str:
        """Refuse an issuer whose tokens would be taken whoever they are for."""
        _exige(valeur, lus.data.get("oidc_issuer"))
        return valeur

    @field_validator("oidc_client_secret")
    @classmethod
    def _secret(cls, valeur: SecretStr, lus: ValidationInfo) -> SecretStr:
        """Refuse a client without its secret."""
        _exige(valeur.get_secret_value(), lus.data.get("oidc_client_id"))
        return valeur

    @field_validator("oidc_introspection", "oidc_reponse_signee", "oidc_cle_privee")
    @classmethod
    def _client(cls, valeur: Any, lus: ValidationInfo) -> Any:
        """Refuse an introspection that nobody could ask for."""
        _exige(lus.data.get("oidc_client_id"), valeur not in ("opaques", False, None))
        return valeur

    @field_validator("documents_seuls")
    @classmethod
    def _seuls(cls, valeur: bool, lus: ValidationInfo) -> bool:  # noqa: FBT001
        """Refuse to serve nothing at all, or a page that could ask nothing."""
        if valeur and (lus.data.get("documents") is None or lus.data.get("graphiql")):
            raise ValueError(valeur)
        return valeur

    @field_validator("apq")
    @classmethod
    def _apq(cls, valeur: bool, lus: ValidationInfo) -> bool:  # noqa: FBT001
        """Refuse to take documents from clients where only the list is served."""
        if valeur and lus.data.get("documents_seuls"):
            raise ValueError(valeur)
        return valeur

    @property
    def demo(self) -> bool:
        """Tell whether this is a demonstration."""
        return self.mode is Mode.DEMO

    @property
    def by_get(self) -> bool:
        """Tell whether queries come by GET too."""
        return self.demo if self.get is None else self.get

    @property
    def page(self) -> bool:
        """Tell whether the GraphiQL page is served."""
        usual = self.demo and not self.documents_seuls
        return usual if self.graphiql is None else self.graphiql

    @property
    def sqlite_path(self) -> Path | None:
        """Give the file of an SQLite database, or None for PostgreSQL."""
        prefix = "sqlite:///"
        return (
            Path(self.database_url.removeprefix(prefix))
            if self.database_url.startswith(prefix)
            else None
        )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in (p.strip() for p in text.split(",")) if part)
