"""Exports by their links: what each person gets, from one state, and how they are refused."""

import csv
import re
from contextlib import aclosing
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import orjson
import pytest

from client import Client, Compte
from conftest import servir
from exportations import TOUS, immobile, preparer, telecharger
from fabrique import Affaire, Make
from liens import retirer
from solli_graphql.db.plan.reader import Reader
from solli_graphql.domain.acteur import Acteur, Espace, Habilitation, Role
from solli_graphql.domain.objets import FormatExport
from solli_graphql.graphql import lignes as lignes_
from solli_graphql.graphql.flux import Flux
from solli_graphql.graphql.lignes import Lignes
from solli_graphql.graphql.schema import readable
from solli_graphql.services.exports import Demande
from solli_graphql.services.liens import CHEMIN, Genre, Liens
from solli_graphql.services.retention import purger
from solli_graphql.settings import Settings

CHAMPS = re.sub(r"pageInfo \{ endCursor \}", "", lignes_.LIRE).split("nodes {", 1)[1]
CORPS, _, FRAGMENT = CHAMPS.partition("  } }\n}\n")
PAGE = (
    "query($espace: Espace!, $filtre: FiltreSollicitations!, $after: String) "
    "{ sollicitations(espace: $espace, filtre: $filtre, first: 3, after: $after) "
    f"{{ totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {CORPS} }} }} }} {FRAGMENT}"
)
BROUILLON = "Un brouillon."


@pytest.fixture(scope="module")
async def affaire(make: Make) -> Affaire:
    """
    Seven sollicitations between two structures, one of them with a draft.
    """
    a = await make.affaire()
    for n in range(6):
        autre = await make.autre(a, description=f"=1+{n}")
    await make.geste(autre, "EN_COURS", BROUILLON)
    return a


async def lister(client: Client, par: Compte, espace: str) -> list[Any]:
    """Read a whole list by its pages."""
    trouves: list[Any] = []
    after = None
    while True:
        reply = await client.execute(PAGE, par, espace=espace, filtre=TOUS, after=after)
        page = reply.data["sollicitations"]
        trouves += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            assert len(trouves) == page["totalCount"]
            return trouves
        after = page["pageInfo"]["endCursor"]


async def lecteur(make: Make, a: Affaire, role: str) -> tuple[Compte, str]:
    """Find who reads, and where."""
    match role:
        case "EMETTEUR":
            return a.emetteur, "EMISES"
        case "RECEPTEUR":
            return a.recepteur, "RECUES"
        case "SUPPORT":
            await make.geste(await make.autre(a), "MAUVAISE_AFFECTATION")
            return a.support, "SUPPORT"
        case "ANALYSTE":
            return await make.role(Role.ANALYSTE, a.destinataire), "RECUES"
    assert a.destinataire
    deux = [
        Habilitation(Role.EMETTEUR, a.emettrice.id),
        Habilitation(Role.ANALYSTE, a.destinataire.id),
    ]
    return await make.compte(*deux), "EMISES"


class TestExport:
    @pytest.mark.parametrize("role", ["EMETTEUR", "RECEPTEUR", "SUPPORT", "ANALYSTE", "DEUX"])
    async def test_equals_the_list(
        self, client: Client, make: Make, role: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        An export holds, row for row and field for field, what the pages show to that person (X2).
        """
        monkeypatch.setattr(lignes_, "LOT", 3)
        a = await make.affaire()
        for _ in range(6):
            autre = await make.autre(a)
        brouillon = f"Brouillon de {a.id}."  # the support reads those of other tests, too
        await make.geste(autre, "EN_COURS", brouillon)
        qui, espace = await lecteur(make, a, role)

        prepare = await preparer(client, qui, espace=espace, filtre=TOUS)
        lu = (await client.http.get(prepare["url"])).content
        liste = await lister(client, qui, espace)

        assert [orjson.loads(x) for x in lu.splitlines()] == liste
        assert prepare["nombre"] == len(liste) > 0
        assert (brouillon.encode() in lu) is (role == "RECEPTEUR")

    async def test_of_a_synthese(self, client: Client, affaire: Affaire) -> None:
        """
        A work list is exported in its own order.
        """
        lu = await telecharger(client, affaire.recepteur, espace="RECUES", synthese=True)

        numeros = [orjson.loads(x)["numero"] for x in lu.splitlines()]
        assert len(numeros) == 7
        assert numeros == sorted(numeros)

    async def test_as_csv(self, client: Client, affaire: Affaire) -> None:
        """
        A CSV has its mark, semicolons, French headers, and no cell that is a formula.
        """
        demande = {"espace": "RECUES", "filtre": TOUS, "format": "CSV"}
        texte = (await telecharger(client, affaire.recepteur, **demande)).decode()

        assert texte.startswith('\ufeff"Numéro";"Statut";')
        lues = list(csv.DictReader(StringIO(texte[1:]), delimiter=";"))
        assert len(lues) == 7
        assert {x["Description"] for x in lues} >= {f"'=1+{n}" for n in range(6)}
        assert [x["Brouillon"] for x in lues if x["Brouillon"]] == [BROUILLON]

    async def test_as_xlsx(self, client: Client, affaire: Affaire) -> None:
        """
        A workbook has texts as they are, dates as dates, and no formula.
        """
        demande = {"espace": "EMISES", "filtre": TOUS, "format": "XLSX"}
        lu = await telecharger(client, affaire.emetteur, **demande)

        feuille: Any = openpyxl.load_workbook(BytesIO(lu)).active
        titres, *lignes = feuille.iter_rows()
        noms = [c.value for c in titres]
        assert len(lignes) == 7
        assert "Brouillon" not in noms
        assert all(c.data_type != "f" for ligne in lignes for c in ligne)
        assert {x[noms.index("Description")].value for x in lignes} >= {"=1+0", "=1+5"}
        assert all(x[noms.index("Date de dépôt")].is_date for x in lignes)

    async def test_has_safe_headers(self, client: Client, affaire: Affaire) -> None:
        """
        An export is kept, never shown, nor kept by a cache.
        """
        fait = await preparer(client, affaire.emetteur, espace="EMISES", filtre=TOUS)
        r = await client.http.get(fait["url"])

        assert dict(r.headers) | {
            "content-disposition": 'attachment; filename="sollicitations.jsonl"',
            "x-content-type-options": "nosniff",
            "content-security-policy": "default-src 'none'; sandbox",
            "cache-control": "private, no-store",
        } == dict(r.headers)


REFUS: dict[str, tuple[dict[str, Any], str, str]] = {
    "neither": ({}, "filtre", "CHAMP_INVALIDE"),
    "empty filter": ({"filtre": {}}, "filtre", "CHAMP_INVALIDE"),
    "blank filter": ({"filtre": {"numero": " "}}, "filtre", "CHAMP_INVALIDE"),
    "both": ({"filtre": TOUS, "synthese": True}, "synthese", "CHAMP_INVALIDE"),
    "order": ({"synthese": True, "tri": "DATE_DEPOT_DESC"}, "tri", "CHAMP_INVALIDE"),
    "short text": ({"filtre": {"texte": "a"}}, "filtre", "CHAMP_INVALIDE"),
    "NUL": ({"filtre": {"numeroObjet": "a\0"}}, "filtre", "CHAMP_INVALIDE"),
    "espace": ({"espace": "SUPPORT", "synthese": True}, "", "ACCES_REFUSE"),
}


class TestRefus:
    @pytest.mark.parametrize("cas", REFUS)
    async def test_of_an_input(self, client: Client, affaire: Affaire, cas: str) -> None:
        """
        What no list would take is refused as data.
        """
        entree, champ, code = REFUS[cas]

        membre = await preparer(client, affaire.recepteur, **{"espace": "RECUES", **entree})

        assert (membre["code"], membre.get("champ", "")) == (code, champ)

    async def test_when_rights_are_gone(self, client: Client, make: Make) -> None:
        """
        Rights are read again when the link is used.
        """
        a = await make.affaire()
        fait = await preparer(client, a.recepteur, espace="RECUES", filtre=TOUS)
        await client.db.write(retirer, a.recepteur.id)

        assert (await client.http.get(fait["url"])).status_code == 404

    async def test_of_somebody_else_s(
        self, client: Client, affaire: Affaire, secret: bytes
    ) -> None:
        """
        The id of another's export, an unknown one, and another's bearer open nothing.
        """
        fait = await preparer(client, affaire.emetteur, espace="EMISES", filtre=TOUS)
        lien = Liens(secret).lire(fait["url"].removeprefix(CHEMIN))
        assert lien is not None
        signe = Liens(secret).pour(affaire.recepteur.id)
        entetes = {"authorization": f"Bearer {client.jeton(affaire.recepteur.courriel)}"}

        for url in (signe(Genre.EXPORT, lien.objet_id), signe(Genre.EXPORT, 10**15)):
            assert (await client.http.get(url)).status_code == 404
        assert (await client.http.get(fait["url"], headers=entetes)).status_code == 404

    async def test_when_there_is_no_place(self, settings: Settings, affaire: Affaire) -> None:
        """
        Beyond so many at once it is a 503 that says when, until somebody goes away.
        """
        async with servir(settings.model_copy(update={"exports": 1})) as autre:
            fait = await preparer(autre, affaire.emetteur, espace="EMISES", filtre=TOUS)
            async with immobile(autre, fait["url"]):
                refuse = await autre.http.get(fait["url"])
            servi = await autre.http.get(fait["url"])

        assert (refuse.status_code, refuse.headers["retry-after"]) == (503, "1")
        assert servi.status_code == 200

    async def test_is_not_forgotten_too_soon(self, client: Client, affaire: Affaire) -> None:
        """
        What was asked is not deleted while its link lives.
        """
        fait = await preparer(client, affaire.emetteur, espace="EMISES", filtre=TOUS)
        await client.db.write(purger)

        assert (await client.http.get(fait["url"])).status_code == 200


async def flux(client: Client, places: int = 1) -> Flux:
    """Give what streams, on the database of a client."""
    reader = Reader(client.db, readable(), secret=b"k", links=Liens(b"k").pour)
    return Flux(client.db, Lignes(reader), places)


def qui(a: Affaire) -> Acteur:
    """Give the emitter of a sollicitation as an acteur."""
    return Acteur(a.emetteur.id, "", "", (Habilitation(Role.EMETTEUR, a.emettrice.id),))


DEMANDE = Demande(Espace.EMISES, FormatExport.JSONL, {"numero": None, "texte": "facture"})


class TestFlux:
    @pytest.fixture(autouse=True)
    def lots(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        Read two rows at a time.
        """
        monkeypatch.setattr(lignes_, "LOT", 2)

    async def test_is_one_state(self, client: Client, make: Make) -> None:
        """
        Rows added or changed while an export is under way are not in it.
        """
        a = await make.affaire()
        b = [await make.autre(a) for _ in range(4)]
        f = await flux(client)

        async with aclosing(await f.ouvrir(qui(a), DEMANDE)) as octets:
            lu = await anext(octets)
            await make.geste(b[0], "DEMANDE_INFORMATION")
            await make.autre(a)
            lu += b"".join([x async for x in octets])

        lignes = [orjson.loads(x) for x in lu.splitlines()]
        assert len(lignes) == 5
        assert {x["statut"] for x in lignes} == {"A_TRAITER"}

    async def test_holds_one_batch(self, client: Client, make: Make) -> None:
        """
        No more than one batch is read ahead of whoever takes the bytes.
        """
        a = await make.affaire()
        for _ in range(4):
            await make.autre(a)
        lus: list[int] = []
        f = await flux(client)

        async with aclosing(f.octets(qui(a), DEMANDE, lus.append)) as octets:
            async for morceau in octets:
                assert len(morceau.splitlines()) <= 2
                assert len(lus) <= 3
        assert sum(lus) == 5

    @pytest.mark.parametrize("format_", FormatExport)
    async def test_that_is_left_frees_everything(
        self, client: Client, make: Make, format_: FormatExport
    ) -> None:
        """
        Whoever goes away after the first bytes leaves the place to another.
        """
        a = await make.affaire()
        for _ in range(4):
            await make.autre(a)
        f = await flux(client)
        demande = Demande(Espace.EMISES, format_, {"texte": "facture"})

        octets = await f.ouvrir(qui(a), demande)
        assert f.en_cours == 1
        await anext(octets)
        await octets.aclose()

        assert f.en_cours == 0
