"""The accounts of a demonstration, and what awaits each of them."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from commandes import Solli, done
from solli_graphql.db import models as m
from solli_graphql.demo.comptes import COMPTES
from solli_graphql.domain.acteur import Role


@pytest.fixture(params=[30, 500])
async def monde(request: pytest.FixtureRequest, tmp_path: Path, solli: Solli) -> sa.Engine:
    """
    Give a demonstration of some size, to be read.
    """
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    done(await solli("demo", "--sollicitations", request.param, url=url))
    return sa.create_engine(f"sqlite:///{tmp_path / 'demo.db'}", poolclass=sa.NullPool)


def habilitations(monde: sa.Engine) -> dict[str, list[Any]]:
    """List what each account holds."""
    u, h, s = m.utilisateur, m.habilitation, m.habilitation_service
    select = sa.select(u.c.courriel, h.c.role, h.c.structure_id, s.c.service_id)
    held: dict[str, list[Any]] = {}
    with monde.connect() as connection:
        for courriel, *rest in connection.execute(select.select_from(u.join(h).outerjoin(s))):
            held.setdefault(courriel, []).append(tuple(rest))
    return held


class TestDemoAccounts:
    async def test_hold_one_habilitation_each(self, monde: sa.Engine) -> None:
        """
        Each account holds one habilitation, on a whole structure or on the whole portal.
        """
        held = habilitations(monde)
        for compte in COMPTES:
            ((role, structure, service),) = held[compte.courriel]
            portail = compte.role in {Role.SUPPORT, Role.ANALYSTE, Role.ADMINISTRATEUR}
            assert (role, structure is None, service) == (compte.role, portail, None)

    async def test_are_those_of_the_contract(self, monde: sa.Engine) -> None:
        """
        The accounts of the contract exist, in use, each with a nom and a prénom.
        """
        names = "emetteur autre-emetteur recepteur collegue autre-recepteur support analyste admin"
        select = sa.select(*(m.utilisateur.c[n] for n in ("courriel", "nom", "prenom", "actif")))
        with monde.connect() as connection:
            found = {c: rest for c, *rest in connection.execute(select)}
        for name in names.split():
            nom, prenom, actif = found[f"{name}@demo.example"]
            assert nom
            assert prenom
            assert actif

    async def test_only_recepteur_and_collegue_share_a_structure(self, monde: sa.Engine) -> None:
        """
        Among the accounts, only recepteur and collegue share a structure; receivers' are public.
        """
        held = habilitations(monde)
        of = {c.courriel.split("@")[0]: held[c.courriel][0][1] for c in COMPTES}
        assert of["recepteur"] == of["collegue"]
        others = [s for name, s in of.items() if s is not None and name != "collegue"]
        assert len(set(others)) == len(others)
        public = sa.select(m.structure.c.id).where(m.structure.c.publique)
        with monde.connect() as connection:
            ids = {row[0] for row in connection.execute(public)}
        assert {of["recepteur"], of["autre-recepteur"]} <= ids

    async def test_recepteur_has_work(self, monde: sa.Engine) -> None:
        """
        Recepteur's Synthèse holds at least 20, even in a demonstration of 30.
        """
        structure = habilitations(monde)["recepteur@demo.example"][0][1]
        c = m.sollicitation.c
        select = sa.select(sa.func.count()).where(
            c.structure_destinataire_id == structure,
            c.destinataire_actuel == "STRUCTURE",
            c.statut.in_(["A_TRAITER", "EN_COURS"]),
        )
        with monde.connect() as connection:
            assert connection.execute(select).scalar_one() >= 20

    async def test_there_is_one_in_each_statut(self, monde: sa.Engine) -> None:
        """
        From emetteur's structure to recepteur's there is at least one in each statut.
        """
        held, c = habilitations(monde), m.sollicitation.c
        select = sa.select(c.statut).where(
            c.structure_emettrice_id == held["emetteur@demo.example"][0][1],
            c.structure_destinataire_id == held["recepteur@demo.example"][0][1],
        )
        with monde.connect() as connection:
            found = {row[0] for row in connection.execute(select)}
        expected = {"A_TRAITER", "EN_COURS", "EN_ATTENTE_INFORMATIONS"}
        assert found == expected | {"REPONSE_APPORTEE", "CLOTUREE"}
