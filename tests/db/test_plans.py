"""What no statement does: read a big table row by row, or skip rows."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from conftest import new_database
from plans import Plans
from solli_graphql.db.cursors import cursor
from solli_graphql.db.migrate import migrate
from solli_graphql.db.opening import connect_to
from solli_graphql.demo.chargement import charger, preparer
from solli_graphql.domain.acteur import Acteur, Habilitation, Role
from solli_graphql.domain.numeros import gid
from solli_graphql.graphql.schema import core
from solli_graphql.storage import Storage

NOMBRE, SCHEMA = 8000, core()
SYNTHESE = """query($espace: Espace!, $after: String) {
  synthese(espace: $espace, first: 20, after: $after) {
    nodes { numero historique(first: 2) { seq commentaire } commentairesEmetteur { texte } }
    pageInfo { endCursor } } }"""
CHERCHER = """query($espace: Espace!, $filtre: FiltreSollicitations!, $tri: TriSollicitations) {
  sollicitations(espace: $espace, filtre: $filtre, tri: $tri, first: 20) {
    nodes { numero statut structureEmettrice { designation } } pageInfo { endCursor } } }"""
TRIS = ("DATE_DEPOT_DESC", "DATE_MISE_A_JOUR_ASC")  # the others read the same indexes backwards
# Each criterion, where they differ with a value that many have and one that few or none have.
FILTRES: tuple[Mapping[str, Any], ...] = (
    {"numero": "S-2025-00004000"},
    {"categorie": "FACTURE"},
    {"sousCategorie": "SUIVI"},
    {"statut": ["CLOTUREE"]},
    {"statut": ["EN_COURS"]},
    {"statut": ["A_TRAITER", "EN_ATTENTE_INFORMATIONS"]},
    {"deposeeDu": "2026-10-01"},
    {"deposeeAu": "2026-01-31", "deposeeDu": "2026-01-01"},
    {"identifiantEmetteur": "35600000000048"},
    {"serviceDestinataire": "COMPTA"},
    {"typeObjet": "FACTURE"},
    {"numeroObjet": "F2026-00001"},
    {"texte": "fac"},
    {"texte": "f2026-00001"},
    {"texte": "fac", "statut": ["EN_COURS"]},
    {"priseEnChargePar": gid("Utilisateur", 3)},
    {"destinataireActuel": "SUPPORT"},
)
E, R, S, A = Role.EMETTEUR, Role.RECEPTEUR, Role.SUPPORT, Role.ANALYSTE
DEUX = frozenset({1, 2})
APPELANTS = {
    "emetteur": (("EMISES",), (Habilitation(E, 60),)),
    "emetteur_de_services": (("EMISES",), (Habilitation(E, 60, DEUX),)),
    "recepteur": (("RECUES",), (Habilitation(R, 1),)),
    "recepteur_d_un_service": (("RECUES",), (Habilitation(R, 1, frozenset({1})),)),
    "recepteur_de_deux": (("RECUES",), (Habilitation(R, 1), Habilitation(R, 2, DEUX))),
    "support": (("SUPPORT",), (Habilitation(S),)),
    "analyste": (("RECUES",), (Habilitation(A),)),
    "analyste_d_une_structure": (("RECUES",), (Habilitation(A, 1),)),
    "des_deux_cotes": (("EMISES", "RECUES"), (Habilitation(E, 60), Habilitation(R, 1))),
}


@pytest.fixture(scope="module")
async def plans(
    engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Plans]:
    """
    The demonstration, of a size at which no engine should choose to read all of it.
    """
    url = f"sqlite:///{Path(tmp_path_factory.mktemp('plans')) / 'demo.db'}"
    if engine == "postgresql":
        url = await new_database(request.getfixturevalue("postgres"))
    await migrate(url)
    db = connect_to(url, pool=1)
    await db.open()
    storage = Storage(f"file://{tmp_path_factory.mktemp('pieces')}")
    await charger(url, await preparer(db), NOMBRE, lambda _: None, storage=storage)
    yield Plans(db)
    await db.close()


class TestPlans:
    @pytest.mark.parametrize("nom", APPELANTS)
    async def test_of_each_criterion_and_order(self, plans: Plans, nom: str) -> None:
        """
        Whoever searches, by whatever criterion and order, no big table is read through.
        """
        espaces, habilitations = APPELANTS[nom]
        acteur = Acteur(3, "Nom", "Prénom", habilitations)
        found = [
            (espace, tri, filtre, faults)
            for espace in espaces
            for tri in TRIS
            for filtre in FILTRES
            if (
                faults := await plans.faults(
                    acteur, CHERCHER, espace=espace, filtre=filtre, tri=tri
                )
            )
        ]
        assert found == []

    @pytest.mark.parametrize("nom", APPELANTS)
    async def test_of_each_work_list(self, plans: Plans, nom: str) -> None:
        """
        A Synthèse, its first page and a later one, reads no big table through.
        """
        espaces, habilitations = APPELANTS[nom]
        acteur = Acteur(3, "Nom", "Prénom", habilitations)
        for espace in espaces:
            assert await plans.faults(acteur, SYNTHESE, espace=espace) == []
            after = cursor("DATE_DEPOT_ASC", datetime(2026, 1, 1, tzinfo=UTC), 1)
            assert await plans.faults(acteur, SYNTHESE, espace=espace, after=after) == []

    @pytest.mark.parametrize(
        "query",
        [
            '{ sollicitation(numero: "S-2025-00000001") { id historique { seq } } }',
            "{ structures(first: 5) { nodes { services { code } } } categories { code } }",
            f'{{ node(id: "{gid("Sollicitation", 7)}") {{ id }} moi {{ id }} }}',
            f'{{ nodes(ids: ["{gid("Sollicitation", 7)}", "{gid("Structure", 8)}"]) {{ id }} }}',
        ],
    )
    async def test_of_the_other_roots(self, plans: Plans, query: str) -> None:
        """
        What reads one object, or reference data, reads no big table through either.
        """
        acteur = Acteur(3, "Nom", "Prénom", (Habilitation(E, 60), Habilitation(R, 1)))
        assert await plans.faults(acteur, query) == []

    def test_no_criterion_is_forgotten(self) -> None:
        """
        Every criterion of the schema is among those whose plans are looked at.
        """
        criteres: Any = SCHEMA.type_map["FiltreSollicitations"]
        assert {nom for filtre in FILTRES for nom in filtre} == set(criteres.fields)
