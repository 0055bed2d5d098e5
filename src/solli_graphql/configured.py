"""Makes what the settings ask for."""

from typing import TYPE_CHECKING

from solli_graphql.domain.errors import Empechement
from solli_graphql.domain.formats import types_admis
from solli_graphql.graphql.limits import Limits
from solli_graphql.graphql.listed import Listed, load
from solli_graphql.logs import Journal
from solli_graphql.services.jetons import Regles
from solli_graphql.services.televersements import Regles as ReglesDesPieces
from solli_graphql.settings import Settings

if TYPE_CHECKING:
    from solli_graphql.services.fournisseur import Fournisseur


def fournisseur(settings: Settings) -> "Fournisseur | None":
    """Give the identity provider of the settings, if there is one."""
    s = settings
    if not s.oidc_issuer:
        return None
    # They bring httpx, as slow to import as the whole of Starlette, that nothing else needs.
    from solli_graphql.services.fournisseur import Fournisseur  # noqa: PLC0415
    from solli_graphql.services.introspection import Client  # noqa: PLC0415

    regles = Regles(
        s.oidc_issuer,
        frozenset(_liste(s.oidc_audience)),
        frozenset(t.lower().removeprefix("application/") for t in _liste(s.oidc_typ)),
        claim=s.oidc_claim,
        claim_audience=s.oidc_claim_audience,
        scope=s.oidc_scope or None,
        courriel=s.oidc_courriel,
    )
    pem = s.oidc_cle_privee.read_bytes() if s.oidc_cle_privee else None
    secret = s.oidc_client_secret.get_secret_value()
    client = Client(s.oidc_client_id, secret, s.oidc_reponse_signee, pem)
    tous = s.oidc_introspection == "tous"
    return Fournisseur(regles, client if client.id else None, tous=tous, userinfo=s.oidc_userinfo)


def regles(settings: Settings) -> ReglesDesPieces:
    """Give what may be joined."""
    return ReglesDesPieces(
        piece_octets=settings.piece_octets,
        octets=settings.pieces_octets,
        nombre=settings.pieces_nombre,
        types=types_admis(settings.extensions),
        analyse=bool(settings.clamd_url),
    )


def _liste(texte: str) -> list[str]:
    return [t.strip() for t in texte.split(",") if t.strip()]


def limits(settings: Settings) -> Limits:
    """Give the limits of a document."""
    return Limits(
        octets=settings.document_octets,
        tokens=settings.document_jetons,
        depth=settings.document_profondeur,
        fields=settings.document_champs,
        aliases=settings.document_alias,
        directives=settings.document_directives,
        operations=settings.document_operations,
        objects=settings.document_objets,
    )


def journal(settings: Settings) -> Journal:
    """Give where security events go. Raises Empechement if nothing can be written there."""
    path = settings.journal_securite
    made = Journal(path)
    try:
        made.check()
    except OSError as e:
        message = f"Le journal de sécurité ne peut pas être écrit : {path or 'sortie standard'}."
        raise Empechement(message) from e
    return made


def documents(settings: Settings) -> Listed:
    """Read the list of trusted documents, if there is one. Raises Empechement."""
    if settings.documents is None:
        return Listed({}, {})
    seuls = settings.documents_seuls
    return load(settings.documents, limits(settings), introspection=not seuls)
