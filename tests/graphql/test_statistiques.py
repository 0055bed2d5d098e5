"""Statistics: the figures of what a list finds, with the same rights."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from client import Client, Compte, Reply
from documents import STATISTIQUES
from fabrique import Affaire, Make
from solli_graphql.db import commandes as c
from solli_graphql.db import models as m
from solli_graphql.db.axes import Debut
from solli_graphql.db.colonnes import Instant
from solli_graphql.db.database import Statement, Tx, read
from solli_graphql.db.statistiques import GROUPES
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.domain.statistiques import AxeStatistiques
from solli_graphql.domain.workflow import DestinataireActuel, StatutSollicitation

S, D, A = StatutSollicitation, DestinataireActuel, AxeStatistiques
COMPTER = (
    """
query($espace: Espace!, $filtre: FiltreSollicitations, $axes: [AxeStatistiques!]) {
  statistiques(espace: $espace, filtre: $filtre, grouperPar: $axes) {
    total
    """
    + STATISTIQUES
    + """
  }
}
"""
)
PARIS = ZoneInfo("Europe/Paris")
_ROW: Statement[Any] = Statement(
    sa.select(m.sollicitation).where(
        m.sollicitation.c.id == sa.bindparam("id", type_=sa.BigInteger)
    )
)


async def demander(client: Client, par: Compte, espace: str, **variables: Any) -> Reply:
    """Ask for statistics."""
    return await client.execute(COMPTER, par=par, espace=espace, **variables)


async def compter(client: Client, par: Compte, espace: str, **variables: Any) -> Any:
    """Give statistics that are not refused."""
    reply = await demander(client, par, espace, **variables)
    assert reply.codes == []
    return reply.data["statistiques"]


async def vieillir(client: Client, id_: int, **mesures: Any) -> None:
    """Give a sollicitation other measures than its history's."""
    update = m.sollicitation.update().where(m.sollicitation.c.id == id_).values(**mesures)

    async def ecrire(tx: Tx) -> None:
        await tx.write((Statement(update), {}))

    await client.db.write(ecrire)


async def copier(client: Client, s: Affaire, *jours: int) -> None:
    """Copy a sollicitation to each of these days."""
    (row,) = await read(client.db, _ROW, id=s.id)
    copie = dict(zip(m.sollicitation.c.keys(), row, strict=True))

    async def ecrire(tx: Tx) -> None:
        for jour in jours:
            depot = datetime(2001, 1, 1, 12, tzinfo=UTC) + timedelta(days=jour)
            id_ = await tx.next_id()
            autre = {"id": id_, "numero": f"{s.numero}/{id_}", "date_depot": depot}
            await tx.write((c.INSERER, copie | autre))

    await client.db.write(ecrire)


class TestStatistiques:
    async def test_two_analysts_see_disjoint_figures(self, client: Client, make: Make) -> None:
        """
        The analyst of a structure counts what it received, and nothing of another's.
        """
        une, autre = await make.affaire(S.REPONSE_APPORTEE), await make.affaire(S.EN_COURS)
        for affaire, libelle in ((une, "Réponse apportée"), (autre, "En cours")):
            analyste = await make.role(Role.ANALYSTE, affaire.destinataire)
            lu = await compter(
                client, analyste, "RECUES", axes=["STRUCTURE_DESTINATAIRE", "STATUT"]
            )
            assert lu["total"] == 1
            (groupe,) = lu["groupes"]
            assert affaire.destinataire
            structure, statut = groupe["cles"]
            assert structure["code"] == affaire.destinataire.valeur
            assert statut["libelle"] == libelle

    async def test_an_emitter_counts_no_draft(self, client: Client, make: Make) -> None:
        """
        What is EN_COURS is A_TRAITER to its emitter, in groups and in filters.
        """
        s = await make.affaire(S.EN_COURS)
        lu = await compter(client, s.emetteur, "EMISES", axes=["STATUT"])
        assert [g["cles"] for g in lu["groupes"]] == [
            [{"axe": "STATUT", "code": "A_TRAITER", "libelle": "Transmise"}]
        ]
        rien = await compter(client, s.emetteur, "EMISES", filtre={"statut": ["EN_COURS"]})
        assert rien["total"] == 0

    async def test_of_nothing(self, client: Client, make: Make) -> None:
        """
        Nothing is one empty group without axes, and none with some.
        """
        analyste = await make.role(Role.ANALYSTE, await make.lieu())
        lu = await compter(client, analyste, "RECUES")
        vide = {"nombre": 0, "taux": None}
        delai = {"nombre": 0, "mediane": None, "centile90": None}
        assert lu["groupes"] == [
            {
                "cles": [],
                "nombre": 0,
                "premiereReponse": delai,
                "resolution": delai,
                "temps": {"emetteur": None, "structure": None, "support": None},
                **dict.fromkeys(
                    ("reouvertures", "mauvaisesAffectations", "demandesInformation"), vide
                ),
            }
        ]
        assert (await compter(client, analyste, "RECUES", axes=["JOUR"]))["groupes"] == []

    async def test_the_figures(self, client: Client, make: Make) -> None:
        """
        Centiles are delays that occurred, times are means, rates are shares.
        """
        emettrice, publique = await make.lieu(publique=False), await make.lieu()
        faites = [await make.soumise(emettrice, publique) for _ in range(11)]
        for rang, s in enumerate(faites, 1):
            delai = rang * 100 if rang < 11 else None
            await vieillir(
                client,
                s.id,
                delai_premiere_reponse=delai,
                temps_structure=3 * 10**9 // 2,  # their sum is beyond 32 bits
                transferts=int(rang == 1),
            )
        analyste = await make.role(Role.ANALYSTE, publique)
        (groupe,) = (await compter(client, analyste, "RECUES"))["groupes"]
        assert groupe["premiereReponse"] == {"nombre": 10, "mediane": 500, "centile90": 900}
        assert groupe["resolution"]["nombre"] == 0
        assert groupe["temps"] == {"emetteur": 0, "structure": 1_500_000_000, "support": 0}
        assert groupe["mauvaisesAffectations"] == {"nombre": 1, "taux": 1 / 11}

    async def test_a_private_person_stays_one(self, client: Client, make: Make) -> None:
        """
        An analyst groups by the pseudonym that they read in lists.
        """
        personne = await make.lieu(publique=False, particulier=True)
        publique = await make.lieu()
        await make.soumise(personne, publique)
        analyste = await make.role(Role.ANALYSTE, publique)
        lu = await compter(client, analyste, "RECUES", axes=["STRUCTURE_EMETTRICE"])
        liste = await client.execute(
            """{ sollicitations(espace: RECUES, filtre: {statut: [A_TRAITER]}) {
                 nodes { structureEmettrice { designation identifiant { valeur } } } } }""",
            par=analyste,
        )
        (node,) = liste.data["sollicitations"]["nodes"]
        (cle,) = lu["groupes"][0]["cles"]
        assert cle["libelle"] == node["structureEmettrice"]["designation"]
        assert cle["libelle"].startswith("Particulier ")
        assert cle["code"] == node["structureEmettrice"]["identifiant"]["valeur"]

    async def test_two_views_of_a_private_person_are_two_groups(
        self, client: Client, make: Make
    ) -> None:
        """
        Who treats at one place and analyses at another cannot join a pseudonym with its name.
        """
        personne = await make.lieu(publique=False, particulier=True)
        ici, ailleurs = await make.lieu(), await make.lieu()
        for publique in (ici, ailleurs):
            await make.soumise(personne, publique)
        qui = await make.compte(
            Habilitation(Role.RECEPTEUR, ici.id), Habilitation(Role.ANALYSTE, ailleurs.id)
        )
        lu = await compter(client, qui, "RECUES", axes=["STRUCTURE_EMETTRICE"])
        codes = [g["cles"][0]["code"] for g in lu["groupes"]]
        assert [x for x in codes if x == personne.valeur] == [personne.valeur]
        assert len(codes) == 2

    @pytest.mark.parametrize("role", [Role.EMETTEUR, Role.SUPPORT, Role.ADMINISTRATEUR])
    async def test_without_a_role_in_the_espace(
        self, client: Client, make: Make, role: Role
    ) -> None:
        """
        An espace that one may not list, one may not count either.
        """
        par = await make.role(role, await make.lieu() if role is Role.EMETTEUR else None)
        assert (await demander(client, par, "RECUES")).codes == ["ACCES_REFUSE"]

    async def test_more_than_three_axes(self, client: Client, make: Make) -> None:
        """
        Four axes are refused; the same one twice is one.
        """
        par = await make.role(Role.SUPPORT)
        quatre = ["JOUR", "STATUT", "SERVICE", "CATEGORIE"]
        assert (await demander(client, par, "SUPPORT", axes=quatre)).codes == ["BAD_USER_INPUT"]
        trois = ["STATUT", "STATUT", "SERVICE", "STATUT"]
        assert (await demander(client, par, "SUPPORT", axes=trois)).codes == []

    async def test_more_groups_than_one_may_read(self, client: Client, make: Make) -> None:
        """
        What makes more than a thousand groups is refused, never cut.
        """
        s = await make.affaire(S.A_TRAITER)
        await copier(client, s, *range(GROUPES - 1))
        lu = await compter(client, s.recepteur, "RECUES", axes=["JOUR"])
        assert len(lu["groupes"]) == lu["total"] == GROUPES
        await copier(client, s, GROUPES)
        refus = await demander(client, s.recepteur, "RECUES", axes=["JOUR"])
        assert refus.codes == ["LIMITE_DEPASSEE"]


class TestFacettes:
    async def test_add_up_to_the_total(self, client: Client, make: Make) -> None:
        """
        The twenty most frequent values and the others are all the rows of the search.
        """
        s = await make.affaire(S.A_TRAITER)
        await copier(client, s, *range(24), 7)
        reply = await client.execute(
            """{ sollicitations(espace: RECUES, filtre: {statut: [A_TRAITER]}, first: 1) {
                 totalCount nodes { numero }
                 parStatut: facettes { axe valeurs { code nombre } autres }
                 parJour: facettes(axes: [JOUR, JOUR]) {
                   valeurs { code libelle nombre } autres } } }""",
            par=s.recepteur,
        )
        assert reply.codes == []
        lu = reply.data["sollicitations"]
        assert [*lu] == ["totalCount", "nodes", "parStatut", "parJour"]
        assert lu["totalCount"] == 26
        assert lu["nodes"] == [{"numero": s.numero}]
        statut, categorie = lu["parStatut"]
        assert statut["valeurs"] == [{"code": "A_TRAITER", "nombre": 26}]
        assert categorie["axe"] == "CATEGORIE"
        (jours,) = lu["parJour"]
        assert jours["valeurs"][0] == {"code": "2001-01-08", "libelle": "08/01/2001", "nombre": 2}
        assert len(jours["valeurs"]) == 20
        assert jours["autres"] == 26 - 2 - 19

    async def test_of_nothing(self, client: Client, make: Make) -> None:
        """
        A search that finds nothing has facets without values.
        """
        par = await make.role(Role.ANALYSTE, await make.lieu())
        reply = await client.execute(
            """{ synthese(espace: RECUES) {
                 facettes(axes: [STATUT]) { axe valeurs { code } autres } } }""",
            par=par,
        )
        vide = {"axe": "STATUT", "valeurs": [], "autres": 0}
        assert reply.data["synthese"] == {"facettes": [vide]}


@pytest.mark.parametrize("axe", [A.JOUR, A.SEMAINE, A.MOIS])
async def test_the_days_are_those_of_paris(client: Client, axe: AxeStatistiques) -> None:
    """
    Days, weeks and months begin at midnight in Paris, in winter and in summer.
    """
    debut: Statement[Any] = Statement(
        sa.select(Debut(sa.bindparam("instant", type_=Instant), axe)), str
    )
    heures = [datetime(2019, 1, 1, tzinfo=UTC) + timedelta(hours=h) for h in range(9 * 8766)]
    bascules = [
        b
        for a, b in pairwise(heures)
        if a.astimezone(PARIS).utcoffset() != b.astimezone(PARIS).utcoffset()
    ]
    minuits = [datetime(2019, mois, 1, tzinfo=PARIS).astimezone(UTC) for mois in range(1, 13)]
    for pivot in (*bascules, *minuits, datetime(2024, 12, 29, 23, tzinfo=UTC)):
        for ecart in (-7200, -3601, -3600, -1, 0, 3599, 3600, 7200):
            instant = pivot + timedelta(seconds=ecart)
            jour = instant.astimezone(PARIS).date()
            attendu = {
                A.JOUR: jour,
                A.SEMAINE: jour - timedelta(days=jour.weekday()),
                A.MOIS: jour.replace(day=1),
            }
            assert await read(client.db, debut, instant=instant) == [str(attendu[axe])]
