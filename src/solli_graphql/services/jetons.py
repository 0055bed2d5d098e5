"""What an access token must say, whoever issued it, and the demonstration's own tokens."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from joserfc import jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import Key, OctKey
from joserfc.jws import JWSRegistry

from solli_graphql.domain.acteur import MINUTES_MAXIMUM
from solli_graphql.domain.errors import NonAuthentifie
from solli_graphql.domain.textes import COURT

EMETTEUR, AUDIENCE, TYP = "solli-demo", "solli-graphql", "at+jwt"
LECTURE, ECRITURE = "solli:lecture", "solli:ecriture"  # scopes
TOLERANCE = 30  # seconds
# Claims of ID tokens, of logout tokens, and of tokens bound to a key that nobody showed here.
D_AUTRES_JETONS = ("nonce", "at_hash", "c_hash", "s_hash", "events", "cnf")
D_UNE_PERSONNE = ("sid", "session_state", "username", "preferred_username", "auth_time", "email")
Claims = Mapping[str, Any]


class Porteur(NamedTuple):
    """Who bears a token: the column of `utilisateur` that finds them, and its value."""

    par: str  # courriel, sujet or client
    valeur: str
    fin: int
    lecture_seule: bool = False
    depuis: float = float("inf")  # when the issuer was asked, by the monotonic clock
    courriel: str | None = None  # vouched for by the issuer: it may bind an account, once
    demander: Callable[[], Awaitable[str | None]] | None = None  # where the token does not say


class Verificateur(Protocol):
    """What turns a token into its bearer."""

    async def verifier(self, jeton: str) -> Porteur:
        """Check a token whole. Raises NonAuthentifie, or Occupe when that cannot be known now."""


@dataclass(frozen=True)
class Regles:
    """What an issuer's access tokens must say."""

    emetteur: str
    audiences: frozenset[str]
    typs: frozenset[str] = frozenset({TYP})
    claim: str = "sub"
    claim_audience: str = "aud"
    scope: str | None = None
    courriel: str = "verifie"  # or fiable, or jamais

    def entete(self, header: Mapping[str, Any], claims: Claims) -> None:
        """Check the declared type of a JWT. Raises ValueError."""
        typ = str(header.get("typ", "")).lower().removeprefix("application/")
        # Where another type is admitted, an ID token must not pass: it never has a scope.
        if typ not in self.typs or (typ != TYP and not isinstance(claims.get("scope"), str)):
            raise ValueError

    def porteur(self, claims: Claims, maintenant: int) -> Porteur:
        """Check what a token says and give who bears it. Raises ValueError, TypeError, KeyError."""
        debut, fin = claims["iat"], claims["exp"]
        audience, scopes = claims[self.claim_audience], _scopes(claims)
        valide = (
            claims["iss"] == self.emetteur
            and not self.audiences.isdisjoint([audience] if isinstance(audience, str) else audience)
            and type(debut) is int
            and type(fin) is int
            and debut - TOLERANCE <= maintenant < fin + TOLERANCE
            and 0 < fin - debut <= 60 * MINUTES_MAXIMUM
            and claims.get("nbf", debut) <= maintenant + TOLERANCE
            and not any(nom in claims for nom in D_AUTRES_JETONS)
            and claims.get("typ", "Bearer") == "Bearer"  # Keycloak's own claim
            and (self.scope is None or self.scope in scopes)
        )
        if not valide:
            raise ValueError
        lecture = LECTURE in scopes and ECRITURE not in scopes
        return Porteur(*self._qui(claims), fin, lecture, courriel=self.adresse(claims))

    def _qui(self, claims: Claims) -> tuple[str, str]:
        """
        Name a person by their subject; a client that acts for itself has none, or its own id.

        Raises ValueError for a token of a person that does not name them.
        """
        client, sujet = claims.get("client_id"), claims.get("sub")
        if client is None or sujet not in (None, client):
            return "sujet", _lisible(claims.get(self.claim))
        if sujet is None and any(nom in claims for nom in D_UNE_PERSONNE):
            raise ValueError
        return "client", _lisible(client)

    def adresse(self, claims: Claims) -> str | None:
        """Give the address that the issuer vouches for, if it does."""
        courriel = claims.get("email")
        garantis = {"fiable": True, "verifie": claims.get("email_verified") is True}
        garanti = garantis.get(self.courriel, False) and isinstance(courriel, str)
        return str(courriel).lower() if garanti else None


def _scopes(claims: Claims) -> list[str]:
    scope = claims.get("scope", "")
    return [] if not isinstance(scope, str) else scope.split()


def _lisible(valeur: object) -> str:
    if not isinstance(valeur, str) or not valeur.isprintable() or not 0 < len(valeur) <= COURT:
        raise ValueError
    return valeur


class Registre(JWSRegistry):
    """Admits these algorithms, and no header that names a key, a URL or an extension."""

    default_header_registry = {  # noqa: RUF012
        nom: JWSRegistry.default_header_registry[nom]
        for nom in ("alg", "kid", "typ", "x5t", "x5t#S256")
    }

    def get_alg(self, name: str) -> Any:
        """Find an algorithm among those admitted, without a warning about its age."""
        if not isinstance(name, str) or name not in (self.allowed or ()):
            raise UnsupportedAlgorithmError(str(name))
        return self.algorithms[name]


def ouvrir(
    jeton: str, cle: Key | Callable[[Any], Key], *, algorithmes: tuple[str, ...]
) -> tuple[Claims, Claims]:
    """Check a signature and give header and claims. Raises NonAuthentifie."""
    try:
        decode = jwt.decode(jeton, cle, registry=Registre(algorithms=algorithmes))
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as e:
        raise NonAuthentifie from e
    return decode.header, decode.claims


def secondes() -> int:
    """Give the present instant, in seconds."""
    return int(datetime.now(UTC).timestamp())


def signer(
    cle_: bytes, courriel: str, *, minutes: int, maintenant: datetime, scope: str | None = None
) -> str:
    """Sign an access token of the demo issuer, for at most an hour."""
    debut = int(maintenant.timestamp())
    claims = {
        "iss": EMETTEUR,
        "aud": AUDIENCE,
        "sub": courriel,
        "iat": debut,
        "exp": debut + 60 * min(minutes, MINUTES_MAXIMUM),
        **({"scope": scope} if scope else {}),
    }
    return jwt.encode({"alg": "HS256", "typ": TYP}, claims, OctKey.import_key(cle_))


class Demo:
    """The demonstration's issuer: one symmetric key, in its database; a subject is an address."""

    _regles = Regles(EMETTEUR, frozenset({AUDIENCE}))

    def __init__(self, cle_: bytes) -> None:
        self._cle = OctKey.import_key(cle_)

    async def verifier(self, jeton: str) -> Porteur:
        header, claims = ouvrir(jeton, self._cle, algorithmes=("HS256",))
        return lire(self._regles, claims, header)._replace(par="courriel")


def lire(regles: Regles, claims: Claims, header: Claims | None = None) -> Porteur:
    """Apply the rules to claims that are authentic. Raises NonAuthentifie."""
    try:
        if header is not None:
            regles.entete(header, claims)
        return regles.porteur(claims, secondes())
    except (ValueError, TypeError, KeyError) as e:
        raise NonAuthentifie from e
