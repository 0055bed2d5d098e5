"""Whoever knocks at the GraphQL door."""

import pytest

from client import Client, Compte
from fabrique import Make
from solli_graphql.domain.acteur import Role
from solli_graphql.domain.workflow import DestinataireActuel, Routage


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
