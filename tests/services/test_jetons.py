"""What other providers put in their tokens: Keycloak's, as it writes them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from client import Client, Compte
from fabrique import Make
from jetons import now
from solli_graphql.domain.acteur import Role
from solli_graphql.domain.errors import AccesRefuse, NonAuthentifie
from solli_graphql.http import auth
from solli_graphql.services.identite import Identite
from solli_graphql.services.jetons import LECTURE, Demo, Porteur, Regles, lire, signer
from solli_graphql.services.securite import Trace

URL = "https://connexion.example/realms/agents"
REGLES = Regles(URL, frozenset({"api"}), frozenset({"at+jwt", "jwt"}))
SUJET = "0d3c6f0e-5d4b-4b9f-9a51-6a2f3f1f0b11"


def keycloak(**changes: Any) -> dict[str, Any]:
    """Give the claims of an access token of Keycloak, changed."""
    claims = {
        "exp": now() + 300,
        "iat": now(),
        "auth_time": now() - 9,
        "jti": "onrtac:b0e4",
        "iss": URL,
        "aud": ["api", "account"],
        "sub": SUJET,
        "typ": "Bearer",
        "azp": "guichet",
        "sid": "c1a8",
        "acr": "1",
        "scope": "openid email profile",
        "email_verified": True,
        "preferred_username": "anne",
        "email": "Anne@Ministere.example",
    }
    return {n: v for n, v in (claims | changes).items() if v is not None}


class TestKeycloak:
    def test_of_a_person(self) -> None:
        """
        An access token of Keycloak names its subject, and vouches for an address.
        """
        porteur = lire(REGLES, keycloak(), {"typ": "JWT"})
        assert (porteur.par, porteur.valeur) == ("sujet", SUJET)
        assert (porteur.courriel, porteur.lecture_seule) == ("anne@ministere.example", False)

    def test_of_a_service_account(self) -> None:
        """
        A service account has a subject of its own, whatever its client is called.
        """
        claims = keycloak(client_id="partenaire", azp="partenaire", sid=None)
        assert lire(REGLES, claims, {"typ": "JWT"})[:2] == ("sujet", SUJET)

    @pytest.mark.parametrize(
        "changes",
        [
            {"typ": "ID", "scope": None, "aud": "api"},
            {"typ": "ID"},
            {"typ": "Refresh"},
            {"typ": "Logout"},
            {"scope": None},
            {"scope": ["openid"]},
            {"sub": None},
            {"sub": None, "client_id": "guichet"},
            {"sub": None, "client_id": "guichet", "sid": None},
            {"at_hash": "x"},
        ],
    )
    def test_others_are_refused(self, changes: dict[str, Any]) -> None:
        """
        Its other tokens, and those that name nobody, are refused, even of our audience.
        """
        with pytest.raises(NonAuthentifie):
            lire(REGLES, keycloak(**changes), {"typ": "JWT"})

    @pytest.mark.parametrize(
        ("scope", "lecture"),
        [
            ("", False),
            ("openid solli:lecture", True),
            ("solli:lecture solli:ecriture", False),
            ("solli:ecriture", False),
            ("solli:lecture2", False),
        ],
    )
    def test_scopes(self, scope: str, lecture: bool) -> None:  # noqa: FBT001
        """
        The scope that reads takes away writing, unless the one that writes is there too.
        """
        assert lire(REGLES, keycloak(scope=scope), {"typ": "JWT"}).lecture_seule is lecture

    def test_a_scope_may_be_required(self) -> None:
        """
        A token without the scope of the settings is refused.
        """
        regles = Regles(URL, frozenset({"api"}), scope="solli")
        assert isinstance(lire(regles, keycloak(scope="openid solli")), Porteur)
        with pytest.raises(NonAuthentifie):
            lire(regles, keycloak())


class TestDoors:
    async def test_one_that_writes(self, client: Client, make: Make) -> None:
        """
        A door that writes refuses a token that only reads, and takes the others.
        """
        qui: Compte = await make.role(Role.SUPPORT)
        identite = Identite(client.db, [Demo(client.cle)], Trace(b""))

        async def frapper(scope: str | None, *, ecriture: bool) -> bool:
            maintenant = datetime.now(UTC)
            jeton = signer(client.cle, qui.courriel, minutes=5, maintenant=maintenant, scope=scope)
            headers = [(b"authorization", f"Bearer {jeton}".encode())]
            return await auth.acteur(headers, identite, ecriture=ecriture) is not None

        assert await frapper(LECTURE, ecriture=False)
        assert await frapper(None, ecriture=True)
        with pytest.raises(AccesRefuse):
            await frapper(LECTURE, ecriture=True)
