"""Whoever knocks at the GraphQL door."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import RSAKey

from client import Client, Compte
from fabrique import Make
from fournisseur import Provider, Servir, fournisseur
from portes import Portes, ouvrir
from solli_graphql.app import create_app
from solli_graphql.domain.acteur import Role
from solli_graphql.domain.workflow import DestinataireActuel, Routage
from solli_graphql.services.identite import PSEUDONYMES, cle
from solli_graphql.settings import Mode, Settings


@pytest.fixture(scope="session")
async def agent(client: Client, make: Make) -> Compte:
    """
    Somebody of the support, who has a sollicitation to read.
    """
    assert client
    chez = DestinataireActuel.SUPPORT
    s = await make.affaire(destinataire=chez, routage=Routage.SUPPORT)
    return s.support


@pytest.fixture(scope="session")
async def personne(client: Client, make: Make) -> Compte:
    """
    Somebody with an account in use.
    """
    assert client
    return await make.role(Role.SUPPORT)


@pytest.fixture(scope="session")
async def portes(client: Client, make: Make) -> Portes:
    """
    Every door, open to one person.
    """
    return await ouvrir(client, make)


@pytest.fixture(scope="session")
def cle_privee(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    A key of ours, for which the provider encrypts its answers.
    """
    path = tmp_path_factory.mktemp("cle") / "cle.pem"
    path.write_bytes(RSAKey.generate_key(2048).as_pem(private=True))
    return path


@pytest.fixture(scope="session")
def provider(cle_privee: Path) -> Iterator[Provider]:
    """
    A real OpenID Connect provider.
    """
    cle = RSAKey.import_key(cle_privee.read_bytes())
    public = {**cle.as_dict(private=False), "use": "enc", "alg": "RSA-OAEP", "kid": "solli"}
    with fournisseur(public) as lance:
        yield lance


@pytest.fixture
async def servir(settings: Settings, client: Client) -> AsyncIterator[Servir]:
    """
    Serve the application with other settings, on the same database.
    """
    assert client
    async with AsyncExitStack() as stack:

        async def lancer(**changes: Any) -> httpx.AsyncClient:
            ailleurs = Settings(
                **{
                    "mode": Mode.DEMO,
                    "database_url": settings.database_url,
                    "hotes": "tests",
                    **changes,
                },
                _env_file=None,
            )
            app = create_app(ailleurs)
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app)
            http = httpx.AsyncClient(transport=transport, base_url="http://tests")
            return await stack.enter_async_context(http)

        yield lancer


@pytest.fixture(scope="module")
async def secret(client: Client) -> bytes:
    """
    The key that signs links.
    """
    found = await cle(client.db, PSEUDONYMES)
    assert found is not None
    return found
