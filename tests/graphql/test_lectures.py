"""What is read: work lists, searches, pages, the directory, and the shape of answers."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from fabrique import CHEMINS, FICHE, Affaire, Client, Compte, Make
from solli_graphql.domain.acteur import Espace, Role
from solli_graphql.domain.numeros import gid
from solli_graphql.domain.workflow import DestinataireActuel, Routage, StatutSollicitation
from solli_graphql.services import identite

S, D = StatutSollicitation, DestinataireActuel
MIDI = datetime(2024, 3, 1, 12, tzinfo=UTC)
CHERCHER = """
query($espace: Espace!, $filtre: FiltreSollicitations!, $tri: TriSollicitations) {
  sollicitations(espace: $espace, filtre: $filtre, tri: $tri) { totalCount nodes { id } }
}
"""
SYNTHESE = """
query($espace: Espace!, $last: Int) {
  synthese(espace: $espace, last: $last) { totalCount nodes { id dateDepot } }
}
"""


async def chercher(client: Client, par: Compte, espace: str = "RECUES", **filtre: Any) -> list[str]:
    """Search, and give the ids found."""
    tri = filtre.pop("tri", None)
    reply = await client.execute(CHERCHER, par, espace=espace, filtre=filtre, tri=tri)
    found = reply.data["sollicitations"]
    assert found["totalCount"] == len(found["nodes"])
    return [n["id"] for n in found["nodes"]]


async def synthese(client: Client, par: Compte, espace: str) -> list[str]:
    """Give the ids of the end of a work list."""
    reply = await client.execute(SYNTHESE, par, espace=espace, last=100)
    return [n["id"] for n in reply.data["synthese"]["nodes"]]


async def plusieurs(make: Make, nombre: int, dates: Sequence[datetime] = ()) -> list[Affaire]:
    """Make several between the same people, in the order of their deposits."""
    faites = [await make.affaire()]
    faites += [await make.autre(faites[0]) for _ in range(nombre - 1)]
    for affaire, date in zip(faites, dates, strict=False):
        await make.dater(affaire, date)
    return faites


class TestSynthese:
    @pytest.mark.parametrize("routage", Routage)
    @pytest.mark.parametrize(("statut", "chez"), CHEMINS)
    async def test_every_open_one_is_in_exactly_one(
        self,
        client: Client,
        make: Make,
        routage: Routage,
        statut: StatutSollicitation,
        chez: DestinataireActuel,
    ) -> None:
        """
        An open sollicitation is in the work list of who owes an action, any other in none.
        """
        chez = D.SUPPORT if routage is Routage.SUPPORT else chez
        a = await make.affaire(statut, chez, routage=routage)
        cotes = {"EMISES": a.emetteur, "SUPPORT": a.support}
        cotes |= {"RECUES": a.recepteur} if routage is Routage.METIER else {}

        lists = [e for e, par in cotes.items() if a.gid in await synthese(client, par, e)]

        a_prendre = ["RECUES" if chez is D.STRUCTURE else "SUPPORT"]
        attendu = {S.A_TRAITER: a_prendre, S.EN_COURS: a_prendre}
        assert lists == attendu.get(
            statut, ["EMISES"] if statut is S.EN_ATTENTE_INFORMATIONS else []
        )

    @pytest.mark.parametrize(
        ("espace", "gestes"),
        [("RECUES", ()), ("EMISES", ("DEMANDE_INFORMATION",)), ("SUPPORT", ("EN_COURS",))],
    )
    async def test_the_oldest_deposit_comes_first(
        self, client: Client, make: Make, espace: str, gestes: tuple[str, ...]
    ) -> None:
        """
        A work list is ordered by deposit, the oldest first, whatever happened since.
        """
        affaires = await plusieurs(make, 3)
        for a in affaires[::-1]:
            for geste in (*(["MAUVAISE_AFFECTATION"] if espace == "SUPPORT" else []), *gestes):
                await make.geste(a, geste)
        par = {"RECUES": "recepteur", "EMISES": "emetteur", "SUPPORT": "support"}[espace]

        found = await synthese(client, getattr(affaires[0], par), espace)

        assert found[-3:] == [a.gid for a in affaires]

    async def test_follows_each_transition(self, client: Client, make: Make) -> None:
        """
        Each transition moves a sollicitation to the work list of who must act next.
        """
        a = await make.affaire()
        cotes = {"EMISES": a.emetteur, "RECUES": a.recepteur, "SUPPORT": a.support}
        seen = []

        for geste in (
            *("EN_COURS", "DEMANDE_INFORMATION", "REPONDRE_COMPLEMENT", "MAUVAISE_AFFECTATION"),
            *("DEMANDE_INFORMATION", "REPONDRE_COMPLEMENT", "MAUVAISE_AFFECTATION", "RESOLUE"),
            *("ROUVRIR", "RESOLUE", "CLOTURER", "ROUVRIR"),
        ):
            await make.geste(a, geste)
            seen.append([e for e, par in cotes.items() if a.gid in await synthese(client, par, e)])

        assert [" ".join(lists) for lists in seen] == [
            *("RECUES", "EMISES", "RECUES", "SUPPORT"),
            *("EMISES", "SUPPORT", "RECUES", ""),
            *("RECUES", "", "", "RECUES"),
        ]

    @pytest.mark.parametrize("espace", Espace)
    @pytest.mark.parametrize("role", Role)
    async def test_needs_a_role(
        self, client: Client, make: Make, role: Role, espace: Espace
    ) -> None:
        """
        An espace where the caller holds no role is refused, in lists and in searches.
        """
        lieu = None if role is Role.SUPPORT else await make.lieu()
        par = await make.role(role, lieu)
        admis = {
            *((Role.EMETTEUR, Espace.EMISES), (Role.RECEPTEUR, Espace.RECUES)),
            *((Role.ANALYSTE, Espace.RECUES), (Role.SUPPORT, Espace.SUPPORT)),
        }

        replies = [
            await client.execute(SYNTHESE, par, espace=espace),
            await client.execute(CHERCHER, par, espace=espace, filtre={"numero": "S-2020-1"}),
        ]

        codes = [] if (role, espace) in admis else ["ACCES_REFUSE"]
        assert [r.codes for r in replies] == [codes, codes]
        assert [r.body["data"] is None for r in replies] == [bool(codes)] * 2


# --- criteria --------------------------------------------------------------------------------

OUI_NON: list[tuple[str, Any, Any]] = [
    ("categorie", "FACTURE", "PORTAIL"),
    ("sousCategorie", "SUIVI", "REJET"),
    ("statut", ["A_TRAITER"], ["CLOTUREE"]),
    ("statut", ["CLOTUREE", "A_TRAITER"], ["CLOTUREE", "REPONSE_APPORTEE"]),
    ("serviceDestinataire", "S1", "S2"),
    ("typeObjet", "FACTURE", "AUTRE"),
    ("numeroObjet", "F-2018_042%", "F-2018"),
    ("destinataireActuel", "STRUCTURE", "SUPPORT"),
    ("deposeeDu", "2024-03-01", "2024-03-02"),
    ("deposeeAu", "2024-03-01", "2024-02-29"),
    ("deposeeDu", "0001-01-01", "9999-12-31"),
    ("deposeeAu", "9999-12-31", "0001-01-01"),
]
TROUVES = [
    *("éléonore", "ELEONORE", "Eléonore", "eleonore", "100% payée_", "100 % de", "où en\nest"),
    *("  payée  ", "F-2018_042%", "f-2018", "complément", "ne va pas", "œuvre"),
]
PAS_TROUVES = ["100%%", "payée%eleonore", "p_yée", "100_", "introuvable", "\\%\\", "%%%", "___"]


class TestCriteria:
    @pytest.mark.parametrize(("critere", "oui", "non"), OUI_NON)
    async def test_each_alone(
        self, client: Client, make: Make, critere: str, oui: Any, non: Any
    ) -> None:
        """
        One criterion alone is enough: it finds what it says, and only that, from both sides.
        """
        a = await make.affaire(
            typeObjet="FACTURE", numeroObjet="F-2018_042%", serviceDestinataire="S1"
        )
        await make.dater(a, MIDI)

        for par, espace in ((a.recepteur, "RECUES"), (a.emetteur, "EMISES")):
            assert await chercher(client, par, espace, **{critere: oui}) == [a.gid]
            assert await chercher(client, par, espace, **{critere: non}) == []

    async def test_numero(self, client: Client, make: Make) -> None:
        """
        A number is found whole, in any case, with spaces around, and nothing else is.
        """
        a = await make.affaire()
        autre = await make.autre(a)

        for texte in (a.numero, a.numero.lower(), f" {a.numero}\n"):
            assert await chercher(client, a.recepteur, numero=texte) == [a.gid]
        for texte in (autre.numero + "1", a.numero[:-1], "%", "S-____-________"):
            assert await chercher(client, a.recepteur, numero=texte) == []

    async def test_identifiant_emetteur(self, client: Client, make: Make) -> None:
        """
        The emitter's identifier is found with and without its spaces.
        """
        a = await make.affaire()
        v = a.emettrice.valeur

        for texte in (v, f" {v} ", f"{v[:3]} {v[3:6]} {v[6:9]} {v[9:]}", f"{v[:9]}\u00a0{v[9:]}"):
            assert await chercher(client, a.recepteur, identifiantEmetteur=texte) == [a.gid]
        assert a.destinataire
        for texte in (v[:-1], a.destinataire.valeur):
            assert await chercher(client, a.recepteur, identifiantEmetteur=texte) == []

    async def test_identifiant_of_a_person(self, client: Client, make: Make) -> None:
        """
        An identifier that is a name is found with its spaces, in any case.
        """
        personne = await make.lieu(publique=False, particulier=True)
        a = await make.soumise(personne, await make.lieu())

        found = await chercher(client, a.recepteur, identifiantEmetteur=personne.valeur.lower())

        assert found == [a.gid]

    @pytest.mark.parametrize(
        ("instant", "jour"),
        [
            (datetime(2024, 1, 14, 23, 0, tzinfo=UTC), "2024-01-15"),
            (datetime(2024, 1, 15, 22, 59, 59, 999999, tzinfo=UTC), "2024-01-15"),
            (datetime(2024, 7, 14, 22, 0, tzinfo=UTC), "2024-07-15"),
            (datetime(2024, 7, 15, 21, 59, 59, 999999, tzinfo=UTC), "2024-07-15"),
            (datetime(2024, 3, 31, 21, 59, 59, tzinfo=UTC), "2024-03-31"),
            (datetime(2024, 10, 27, 22, 59, 59, tzinfo=UTC), "2024-10-27"),
        ],
    )
    async def test_days_are_those_of_paris(
        self, client: Client, make: Make, instant: datetime, jour: str
    ) -> None:
        """
        Both days of a period are included, and begin at midnight in Paris, summer and winter.
        """
        a = await make.affaire()
        await make.dater(a, instant)
        n = int(jour[-2:])
        veille, lendemain = (f"{jour[:-2]}{n + i:02d}" for i in (-1, 1))
        lendemain = lendemain.replace("2024-03-32", "2024-04-01")

        assert await chercher(client, a.recepteur, deposeeDu=jour, deposeeAu=jour) == [a.gid]
        assert await chercher(client, a.recepteur, deposeeAu=veille) == []
        assert await chercher(client, a.recepteur, deposeeDu=lendemain) == []
        assert await chercher(client, a.recepteur, deposeeDu=lendemain, deposeeAu=veille) == []

    async def test_texte(self, client: Client, make: Make) -> None:
        """
        A text is found without case or accents, `%` and `_` are taken literally.
        """
        a = await make.affaire(
            description="Où en\nest la facture d'ÉLÉONORE, 100% payée_ ? 100 % de l'œuvre.",
            numeroObjet="F-2018_042%",
        )
        await make.geste(a, "DEMANDE_INFORMATION", "Introuvable.")
        await make.geste(a, "REPONDRE_COMPLEMENT", "Un COMPLÉMENT.")
        await make.geste(a, "RESOLUE", "Introuvable.")
        await make.geste(a, "ROUVRIR", "Cela ne va pas.")

        for par, espace in ((a.recepteur, "RECUES"), (a.emetteur, "EMISES")):
            for texte in TROUVES:
                assert await chercher(client, par, espace, texte=texte) == [a.gid], texte
            for texte in PAS_TROUVES:
                assert await chercher(client, par, espace, texte=texte) == [], texte

    @pytest.mark.parametrize("texte", ["ab", " ab ", "a", "é\u0301b", "%_"])
    async def test_texte_is_not_too_short(self, client: Client, make: Make, texte: str) -> None:
        """
        A text of fewer than three characters is malformed.
        """
        par = await make.role(Role.RECEPTEUR, await make.lieu())

        reply = await client.execute(CHERCHER, par, espace="RECUES", filtre={"texte": texte})

        assert reply.codes == ["BAD_USER_INPUT"]

    async def test_prise_en_charge_par(self, client: Client, make: Make) -> None:
        """
        Those who treat find what somebody has taken, not what was once taken.
        """
        a = await make.affaire(S.EN_COURS)
        collegue = await make.role(Role.RECEPTEUR, a.destinataire)

        found = [
            await chercher(client, collegue, priseEnChargePar=x)
            for x in (a.recepteur.gid, collegue.gid, "x", a.gid)
        ]
        await make.geste(a, "RESOLUE")

        assert found == [[a.gid], [], [], []]
        assert await chercher(client, collegue, priseEnChargePar=a.recepteur.gid) == []

    async def test_together(self, client: Client, make: Make) -> None:
        """
        Several criteria must all hold; those that are blank do not count.
        """
        a = await make.affaire(numeroObjet="F-1")
        b = await make.autre(a, numeroObjet="F-2")

        tous = await chercher(client, a.recepteur, categorie="FACTURE", texte=" ", statut=[])
        un = await chercher(client, a.recepteur, categorie="FACTURE", numeroObjet="F-1")
        aucun = await chercher(client, a.recepteur, numero=b.numero, numeroObjet="F-1")

        assert (tous, un, aucun) == ([b.gid, a.gid], [a.gid], [])

    @pytest.mark.parametrize(
        "filtre",
        [
            *({}, {"statut": []}, {"numero": None, "statut": None, "deposeeDu": None}),
            *({"numero": ""}, {"texte": "  \n"}, {"categorie": "\u200b", "numeroObjet": "\u2800"}),
            *({"priseEnChargePar": ""}, {"typeObjet": None}),
        ],
    )
    async def test_one_is_required(
        self, client: Client, make: Make, filtre: dict[str, Any]
    ) -> None:
        """
        A search whose every criterion is absent, null, blank or an empty list is refused.
        """
        par = await make.role(Role.RECEPTEUR, await make.lieu())

        reply = await client.execute(CHERCHER, par, espace="RECUES", filtre=filtre)

        assert (reply.codes, reply.body["data"]) == (["CRITERE_REQUIS"], None)

    @pytest.mark.parametrize(
        "filtre",
        [
            *({"numero": "a\0"}, {"texte": "abc\0"}, {"deposeeDu": "2024-02-30"}),
            *({"deposeeDu": "20240201"}, {"deposeeDu": 5}, {"statut": ["INCONNU"]}, {"x": 1}),
        ],
    )
    async def test_malformed_ones(self, client: Client, make: Make, filtre: dict[str, Any]) -> None:
        """
        A criterion that cannot be read is the caller's mistake.
        """
        par = await make.role(Role.RECEPTEUR, await make.lieu())

        reply = await client.execute(CHERCHER, par, espace="RECUES", filtre=filtre)

        assert reply.codes == ["BAD_USER_INPUT"]


# --- orders and pages ------------------------------------------------------------------------

PAGE = """
query($espace: Espace!, $tri: TriSollicitations!, $first: Int, $after: String, $last: Int,
      $before: String) {
  sollicitations(espace: $espace, filtre: {categorie: "FACTURE"}, tri: $tri,
      first: $first, after: $after, last: $last, before: $before) {
    totalCount edges { cursor node { id } } nodes { id }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
TRIS = ("DATE_DEPOT_DESC", "DATE_DEPOT_ASC", "DATE_MISE_A_JOUR_DESC", "DATE_MISE_A_JOUR_ASC")
DATES = {
    "as they were": (),
    "all the same": (MIDI,) * 7,
    "by twos": tuple(MIDI.replace(day=1 + i // 2) for i in range(7)),
}


async def page(client: Client, par: Compte, tri: str, espace: str = "RECUES", **b: Any) -> Any:
    """Read a page, and check that it is consistent with itself."""
    reply = await client.execute(PAGE, par, espace=espace, tri=tri, **b)
    found = reply.data["sollicitations"]
    edges, info = found["edges"], found["pageInfo"]
    assert [e["node"] for e in edges] == found["nodes"]
    ends = (edges[0]["cursor"], edges[-1]["cursor"]) if edges else (None, None)
    assert (info["startCursor"], info["endCursor"]) == ends
    return found


def ids(found: Any) -> list[str]:
    """List the ids of a page."""
    return [n["id"] for n in found["nodes"]]


class TestOrders:
    @pytest.mark.parametrize("espace", ["RECUES", "EMISES"])
    async def test_the_four(self, client: Client, make: Make, espace: str) -> None:
        """
        Deposits and updates are sorted both ways; the newest deposit first by default.
        """
        a, b, c = await plusieurs(make, 3)
        await make.geste(a, "DEMANDE_INFORMATION")
        par = a.recepteur if espace == "RECUES" else a.emetteur

        found = {t: ids(await page(client, par, t, espace)) for t in TRIS}

        assert found == {
            "DATE_DEPOT_DESC": [c.gid, b.gid, a.gid],
            "DATE_DEPOT_ASC": [a.gid, b.gid, c.gid],
            "DATE_MISE_A_JOUR_DESC": [a.gid, c.gid, b.gid],
            "DATE_MISE_A_JOUR_ASC": [b.gid, c.gid, a.gid],
        }
        assert await chercher(client, par, espace, categorie="FACTURE") == found["DATE_DEPOT_DESC"]


class TestPages:
    @pytest.mark.parametrize("dates", DATES)
    @pytest.mark.parametrize("tri", TRIS)
    async def test_forward_and_backward(
        self, client: Client, make: Make, tri: str, dates: str
    ) -> None:
        """
        Pages of three cover seven rows once each, in order, from either end, ties included.
        """
        affaires = await plusieurs(make, 7, DATES[dates])
        par = affaires[0].recepteur
        entire = ids(await page(client, par, tri))
        assert sorted(entire) == sorted(a.gid for a in affaires)

        for sens, curseur, info in (
            ("first", "after", ("endCursor", "hasNextPage", "hasPreviousPage")),
            ("last", "before", ("startCursor", "hasPreviousPage", "hasNextPage")),
        ):
            read: list[str] = []
            bornes: dict[str, Any] = {sens: 3}
            for taille in (3, 3, 1):
                p = await page(client, par, tri, **bornes)
                assert (len(p["nodes"]), p["totalCount"]) == (taille, 7)
                assert p["pageInfo"][info[1]] == (taille == 3)
                assert p["pageInfo"][info[2]] == bool(read)
                read = read + ids(p) if sens == "first" else ids(p) + read
                bornes[curseur] = p["pageInfo"][info[0]]
            assert read == entire

    async def test_a_full_last_page(self, client: Client, make: Make) -> None:
        """
        A page that ends with the list has none after it, and the next one is empty.
        """
        (a, *_) = await plusieurs(make, 3)

        p = await page(client, a.recepteur, TRIS[0], first=3)
        vide = await page(client, a.recepteur, TRIS[0], first=3, after=p["pageInfo"]["endCursor"])

        assert p["pageInfo"]["hasNextPage"] is False
        assert (vide["nodes"], vide["totalCount"]) == ([], 3)
        assert vide["pageInfo"]["hasNextPage"] is False

    async def test_of_no_row(self, client: Client, make: Make) -> None:
        """
        A page of size zero has no row and the whole count.
        """
        (a, *_) = await plusieurs(make, 2)

        pages = [
            await page(client, a.recepteur, TRIS[0], first=0),
            await page(client, a.recepteur, TRIS[0], last=0),
        ]

        assert [(p["nodes"], p["totalCount"]) for p in pages] == [([], 2), ([], 2)]

    async def test_of_an_empty_list(self, client: Client, make: Make) -> None:
        """
        An empty list has no page before or after.
        """
        par = await make.role(Role.RECEPTEUR, await make.lieu())

        assert await page(client, par, TRIS[0]) == {
            "totalCount": 0,
            "edges": [],
            "nodes": [],
            "pageInfo": {
                "hasNextPage": False,
                "hasPreviousPage": False,
                "startCursor": None,
                "endCursor": None,
            },
        }

    async def test_have_twenty_rows_by_default(self, client: Client, make: Make) -> None:
        """
        A page has twenty rows where no size is given.
        """
        (a, *_) = await plusieurs(make, 21)

        p = await page(client, a.recepteur, TRIS[0])

        assert (len(p["nodes"]), p["totalCount"]) == (20, 21)
        assert len(ids(await page(client, a.recepteur, TRIS[0], first=100))) == 21

    async def test_of_the_synthese(self, client: Client, make: Make) -> None:
        """
        A cursor of a Synthèse continues it.
        """
        a, b, _ = await plusieurs(make, 3)
        query = """query($after: String) { synthese(espace: RECUES, first: 1, after: $after) {
          nodes { id } pageInfo { endCursor } } }"""

        un = (await client.execute(query, a.recepteur)).data["synthese"]
        deux = await client.execute(query, a.recepteur, after=un["pageInfo"]["endCursor"])

        assert (ids(un), ids(deux.data["synthese"])) == ([a.gid], [b.gid])


def curseur(*parts: Any) -> str:
    """Forge a cursor."""
    return urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


DATE = "2024-03-01T12:00:00+00:00"
CURSEURS = [
    *("", "x", "é", " ", "====", "null", curseur(), curseur("DATE_DEPOT_DESC", DATE)),
    *(curseur("DATE_DEPOT_ASC", DATE, 1), curseur("DESIGNATION", "Structure", 1)),
    *(curseur("DATE_DEPOT_DESC", 5, 1), curseur("DATE_DEPOT_DESC", None, 1)),
    *(curseur("DATE_DEPOT_DESC", DATE, 1.0), curseur("DATE_DEPOT_DESC", DATE, 2**63)),
    *(curseur("DATE_DEPOT_DESC", DATE, -1), curseur("DATE_DEPOT_DESC", DATE, "1")),
    *(curseur("DATE_DEPOT_DESC", "2024-03-01T12:00:00", 1), curseur("DATE_DEPOT_DESC", "", 1)),
    *(curseur("DATE_DEPOT_DESC", DATE + "\0", 1), " " + curseur("DATE_DEPOT_DESC", DATE, 1)),
    curseur("DATE_DEPOT_DESC", "0001-01-01T00:00:00+14:00", 1),
    curseur("DATE_DEPOT_DESC", "9999-12-31T23:59:59-14:00", 1),
]


class TestBounds:
    @pytest.mark.parametrize("racine", ["synthese", "sollicitations", "structures"])
    @pytest.mark.parametrize(
        "bornes",
        [
            *("first: -1", "first: 101", "last: -1", "last: 101", "first: 2, last: 2"),
            *('first: 2, before: "x"', 'last: 2, after: "x"', 'after: "x", before: "x"'),
            *("first: 2147483648", 'first: "2"', "first: 1.5"),
        ],
    )
    async def test_out_of_which_a_page_is_malformed(
        self, client: Client, make: Make, racine: str, bornes: str
    ) -> None:
        """
        A size out of 0–100, or two directions at once, is the caller's mistake.
        """
        par = await make.role(Role.RECEPTEUR, await make.lieu())
        autres = {
            "synthese": "espace: RECUES,",
            "sollicitations": 'espace: RECUES, filtre: {numero: "S"},',
            "structures": "",
        }

        reply = await client.execute(
            f"{{ {racine}({autres[racine]} {bornes}) {{ totalCount }} }}", par
        )

        assert reply.codes == ["BAD_USER_INPUT"]

    @pytest.mark.parametrize("texte", CURSEURS, ids=ascii)
    @pytest.mark.parametrize("sens", ["after", "before"])
    async def test_malformed_and_foreign_cursors(
        self, client: Client, make: Make, sens: str, texte: str
    ) -> None:
        """
        A cursor that is none of this list and order is the caller's mistake.
        """
        par = await make.role(Role.RECEPTEUR, await make.lieu())

        reply = await client.execute(PAGE, par, espace="RECUES", tri=TRIS[0], **{sens: texte})

        assert (reply.codes, reply.body["data"]) == (["BAD_USER_INPUT"], None)


# --- objects by id ---------------------------------------------------------------------------

NODES = """query($ids: [ID!]!) { nodes(ids: $ids) {
  __typename id ... on Sollicitation { numero } ... on Structure { designation }
  ... on Utilisateur { nom } } }"""
MALFORMES = [
    *("", "x", "é", "U29sbGljaXRhdGlvbjow", gid("Sollicitation", 0), gid("Sollicitation", -1)),
    *(gid("Sollicitation", "1 "), gid("Sollicitation", "01"), gid("Inconnu", 1), gid("x" * 99, 1)),
    *(gid("Sollicitation", 10**19), gid("Categorie", 1), gid("Sollicitation", 10**15) + "="),
]


class TestNodes:
    async def test_keep_their_order(self, client: Client, make: Make) -> None:
        """
        Objects come in the order of their ids, again where an id is repeated, null where absent.
        """
        a = await make.affaire()
        b = await make.autre(a)
        moi, lieu = a.recepteur.gid, a.emettrice.gid
        asked = [lieu, b.gid, "x", moi, a.gid, b.gid, gid("Structure", 10**15), lieu]

        nodes = (await client.execute(NODES, a.recepteur, ids=asked)).data["nodes"]

        assert [n and n["id"] for n in nodes] == [
            *(lieu, b.gid, None, moi, a.gid, b.gid, None, lieu)
        ]
        assert (
            nodes[1]
            == nodes[5]
            == {
                "__typename": "Sollicitation",
                "id": b.gid,
                "numero": b.numero,
            }
        )
        assert (nodes[0]["__typename"], list(nodes[3])) == (
            "Structure",
            ["__typename", "id", "nom"],
        )

    async def test_of_no_id(self, client: Client, make: Make) -> None:
        """
        No id gives no object.
        """
        par = await make.compte()

        assert (await client.execute(NODES, par, ids=[])).body == {"data": {"nodes": []}}

    @pytest.mark.parametrize("texte", MALFORMES, ids=ascii)
    async def test_malformed_ids(self, client: Client, make: Make, texte: str) -> None:
        """
        An id that is none of ours finds nothing, and is no error.
        """
        par = await make.role(Role.SUPPORT)

        reply = await client.execute(NODES, par, ids=[texte])

        assert reply.body == {"data": {"nodes": [None]}}

    async def test_are_a_hundred_at_most(self, client: Client, make: Make) -> None:
        """
        More than a hundred ids at once are refused.
        """
        par = await make.compte()

        cent = await client.execute(NODES, par, ids=["x"] * 100)
        trop = await client.execute(NODES, par, ids=["x"] * 101)

        assert cent.body == {"data": {"nodes": [None] * 100}}
        assert trop.codes in (["BAD_USER_INPUT"], ["LIMITE_DEPASSEE"])

    async def test_sollicitation_by_number(self, client: Client, make: Make) -> None:
        """
        A sollicitation is found by its number, in any case and with spaces around it.
        """
        a = await make.affaire()
        query = "query($n: String!) { sollicitation(numero: $n) { id } }"

        found = [
            (await client.execute(query, a.emetteur, n=n)).data["sollicitation"]
            for n in (a.numero, f" {a.numero.lower()} ", a.numero + "0", "")
        ]

        assert found == [{"id": a.gid}, {"id": a.gid}, None, None]


class TestDirectory:
    async def test_finds_structures(self, client: Client, make: Make) -> None:
        """
        The directory is searched by text, identifier and type of identifier.
        """
        lieu = await make.lieu()
        par = await make.compte()
        nom = f"structure {int(lieu.valeur[:9]) - 987000000:05d}"
        query = (
            """query($f: FiltreStructures) { structures(filtre: $f) { totalCount nodes { id } } }"""
        )

        async def trouves(**filtre: Any) -> list[str]:
            reply = await client.execute(query, par, f=filtre)
            return ids(reply.data["structures"])

        assert await trouves(texte=nom) == [lieu.gid]
        assert await trouves(texte=nom, type="SIRET", identifiant=lieu.valeur) == [lieu.gid]
        assert await trouves(identifiant=f" {lieu.valeur[:9]} {lieu.valeur[9:]}") == [lieu.gid]
        assert await trouves(texte=nom, type="RIDET") == []
        assert await trouves(texte="_" + nom[1:]) == []

    async def test_reads_one(self, client: Client, make: Make) -> None:
        """
        A structure is read by its identifier with its services, or is null.
        """
        lieu = await make.lieu(services=("B", "A"))
        query = """query($i: String!) { structure(identifiant: $i) {
          id designation raisonSociale identifiant { type valeur } services { code libelle } } }"""

        found = (await client.execute(query, await make.compte(), i=lieu.valeur)).data["structure"]
        aucune = (await client.execute(query, await make.compte(), i="12345678901234")).data

        assert found["id"] == lieu.gid
        assert found["identifiant"] == {"type": "SIRET", "valeur": lieu.valeur}
        assert found["services"] == [
            {"code": "A", "libelle": "Service A"},
            {"code": "B", "libelle": "Service B"},
        ]
        assert aucune == {"structure": None}

    async def test_is_paged_by_designation(self, client: Client, make: Make) -> None:
        """
        The pages of the directory follow the désignation and cover it once, from either end.
        """
        for _ in range(4):
            await make.lieu()
        par = await make.compte()
        query = """query($first: Int, $after: String, $last: Int, $before: String) {
          structures(filtre: {texte: "structure 0", type: SIRET}, first: $first, after: $after,
            last: $last, before: $before) {
            totalCount nodes { id designation } pageInfo { startCursor endCursor } } }"""

        async def lire(**bornes: Any) -> Any:
            return (await client.execute(query, par, **bornes)).data["structures"]

        un = await lire(first=2)
        deux = await lire(first=2, after=un["pageInfo"]["endCursor"])
        retour = await lire(last=2, before=deux["pageInfo"]["startCursor"])

        entire = (await lire(first=100))["nodes"]
        noms = [n["designation"] for n in entire]
        assert noms == sorted(noms)
        assert un["nodes"] + deux["nodes"] == entire[:4]
        assert retour == un

    async def test_hides_private_persons(self, client: Client, make: Make) -> None:
        """
        A private person does not exist in the directory, but for who acts for them.
        """
        personne = await make.lieu(publique=False, particulier=True)
        query = """query($i: String!, $g: ID!) {
          structure(identifiant: $i) { id } node(id: $g) { id } nodes(ids: [$g]) { id }
          structures(filtre: {identifiant: $i}) { totalCount nodes { id } }
          tous: structures(filtre: {type: PARTICULIER}, first: 100) { nodes { id } } }"""
        rien = {
            "structure": None,
            "node": None,
            "nodes": [None],
            "structures": {"totalCount": 0, "nodes": []},
        }

        for par in (
            *(await make.compte(), await make.role(Role.SUPPORT)),
            *(await make.role(Role.RECEPTEUR, await make.lieu()), await make.role(Role.ANALYSTE)),
        ):
            data = (await client.execute(query, par, i=personne.valeur, g=personne.gid)).data
            assert personne.gid not in ids(data.pop("tous"))
            assert data == rien
        par = await make.role(Role.EMETTEUR, personne)
        data = (await client.execute(query, par, i=personne.valeur, g=personne.gid)).data
        assert (data["structure"], ids(data["tous"])) == ({"id": personne.gid}, [personne.gid])

    async def test_lists_categories(self, client: Client, make: Make) -> None:
        """
        The categories in use come in order, with where each combination sends.
        """
        query = """{ categories { code libelle
          sousCategories { code routage numeroObjetRequis modele } } }"""

        factures, portail = (await client.execute(query, await make.compte())).data["categories"]

        suivi, rejet = factures["sousCategories"]
        assert suivi == {
            "code": "SUIVI",
            "routage": "METIER",
            "numeroObjetRequis": False,
            "modele": None,
        }
        assert (rejet["numeroObjetRequis"], bool(rejet["modele"])) == (True, True)
        assert [s["routage"] for s in portail["sousCategories"]] == ["SUPPORT"]

    @pytest.mark.parametrize("role", Role)
    async def test_knows_who_one_is(self, client: Client, make: Make, role: Role) -> None:
        """
        Everybody reads their own name, an analyst too.
        """
        par = await make.role(role, None if role is Role.SUPPORT else await make.lieu())

        reply = await client.execute("{ moi { id nom prenom } }", par)

        assert reply.data["moi"] == {"id": par.gid, "nom": par.nom, "prenom": par.prenom}

    async def test_shows_colleagues_only(self, client: Client, make: Make) -> None:
        """
        A user is found by those who treat in the same place, and by nobody else.
        """
        a = await make.affaire()
        collegue = await make.role(Role.RECEPTEUR, a.destinataire)
        etranger = await make.role(Role.RECEPTEUR, await make.lieu())

        found = [
            (await client.execute(NODES, par, ids=[a.recepteur.gid])).data["nodes"][0]
            for par in (collegue, etranger, a.emetteur)
        ]

        assert [n and n["nom"] for n in found] == [a.recepteur.nom, None, None]


# --- the shape of answers --------------------------------------------------------------------


class TestSelections:
    async def test_keep_the_order_asked(self, client: Client, make: Make) -> None:
        """
        The fields of an answer come in the order in which they are first met in the document.
        """
        a = await make.affaire()
        query = """query($id: ID!) {
          b: node(id: $id) { ... on Sollicitation { version ...F numero } id }
          __typename moi { prenom nom } a: node(id: $id) { id ...F }
        }
        fragment F on Sollicitation { statut categorie { libelle code } id contact { courriel } }"""

        data = (await client.execute(query, a.recepteur, id=a.gid)).data

        assert list(data) == ["b", "__typename", "moi", "a"]
        assert list(data["b"]) == ["version", "statut", "categorie", "id", "contact", "numero"]
        assert list(data["b"]["categorie"]) == ["libelle", "code"]
        assert list(data["a"]) == ["id", "statut", "categorie", "contact"]
        assert data["__typename"] == "Query"

    async def test_merge(self, client: Client, make: Make) -> None:
        """
        A field asked twice is answered once, with what either asked of it.
        """
        a = await make.affaire()
        query = """{ synthese(espace: RECUES) { nodes { numero structureEmettrice { id } }
            edges { node { id } } totalCount }
          synthese(espace: RECUES) { nodes { structureEmettrice { services { code } id } statut }
            edges { node { numero } cursor } } }"""

        page_ = (await client.execute(query, a.recepteur)).data["synthese"]

        assert list(page_) == ["nodes", "edges", "totalCount"]
        services = [{"code": "S1"}, {"code": "S2"}]
        emettrice = {"id": a.emettrice.gid, "services": services}
        assert page_["nodes"] == [
            {"numero": a.numero, "structureEmettrice": emettrice, "statut": "A_TRAITER"}
        ]
        assert list(page_["edges"][0]) == ["node", "cursor"]
        assert page_["edges"][0]["node"] == {"id": a.gid, "numero": a.numero}

    async def test_aliases(self, client: Client, make: Make) -> None:
        """
        One field under several names is answered under each, with each one's arguments.
        """
        a = await make.affaire(S.CLOTUREE)
        query = """query($id: ID!) { node(id: $id) { ... on Sollicitation {
          un: historique(first: 1) { seq } deux: historique(first: 2, avantSeq: 3) { s: seq }
          tout: historique { seq } aucun: historique(first: 0) { seq }
          moins: historique(first: -5) { seq }
          x: numero y: numero de: structureEmettrice { i: id } a: structureDestinataire { i: id }
        } } }"""

        node = (await client.execute(query, a.recepteur, id=a.gid)).data["node"]

        assert a.destinataire
        assert node == {
            "un": [{"seq": 3}],
            "deux": [{"s": 2}, {"s": 1}],
            "tout": [{"seq": 3}, {"seq": 2}, {"seq": 1}],
            "aucun": [],
            "moins": [],
            "x": a.numero,
            "y": a.numero,
            "de": {"i": a.emettrice.gid},
            "a": {"i": a.destinataire.gid},
        }

    @pytest.mark.parametrize("oui", [True, False])
    async def test_conditions(self, client: Client, make: Make, *, oui: bool) -> None:
        """
        @include and @skip decide by their variables, on fields and fragments, again each time.
        """
        a = await make.affaire()
        query = """query($id: ID!, $oui: Boolean!) { node(id: $id) {
          id @skip(if: $oui)
          ... on Sollicitation @include(if: $oui) { numero }
          ...F @skip(if: $oui)
          ... @include(if: true) { __typename }
        } moi @include(if: $oui) { nom } }
        fragment F on Sollicitation { statut @include(if: true) version @skip(if: true) }"""

        data = (await client.execute(query, a.recepteur, id=a.gid, oui=oui)).data

        present = ["numero", "__typename"] if oui else ["id", "statut", "__typename"]
        assert list(data["node"]) == present
        assert list(data) == (["node", "moi"] if oui else ["node"])

    async def test_typename_everywhere(self, client: Client, make: Make) -> None:
        """
        Every object tells its type.
        """
        a = await make.affaire(S.EN_COURS, typeObjet="FACTURE")
        await make.geste(a, "DEMANDE_INFORMATION")
        await make.geste(a, "REPONDRE_COMPLEMENT")
        await make.geste(a, "EN_COURS")
        query = """{ __typename synthese(espace: RECUES) { __typename pageInfo { __typename }
          edges { __typename node { __typename
            categorie { __typename sousCategories { __typename } } sousCategorie { __typename }
            contact { __typename } priseEnChargePar { __typename }
            structureEmettrice { __typename identifiant { __typename } services { __typename } }
            historique(first: 1) { __typename auteur { __typename } }
            commentairesEmetteur { __typename auteur { __typename } }
            actionsPossibles { __typename statutsProposes { __typename } } } } } }"""

        data = (await client.execute(query, a.recepteur)).data

        text = json.dumps(data)
        for nom in (
            *("Query", "SollicitationConnection", "PageInfo", "SollicitationEdge", "Sollicitation"),
            *("Categorie", "SousCategorie", "Contact", "Utilisateur", "Structure", "Identifiant"),
            *("Service", "LigneHistorique", "Auteur", "CommentaireEmetteur", "ActionPossible"),
            "StatutPropose",
        ):
            assert f'{{"__typename": "{nom}"' in text, nom

    @pytest.mark.parametrize(
        ("arguments", "attendu"),
        [
            *(("", [4, 3, 2, 1]), ("(first: 2)", [4, 3]), ("(avantSeq: 3)", [2, 1])),
            *(("(first: 1, avantSeq: 4)", [3]), ("(avantSeq: 1)", []), ("(avantSeq: -1)", [])),
            *(("(first: 1000)", [4, 3, 2, 1]), ("(first: null, avantSeq: null)", [4, 3, 2, 1])),
        ],
    )
    async def test_history_is_paged(
        self, client: Client, make: Make, arguments: str, attendu: list[int]
    ) -> None:
        """
        The history is read newest first, by pages, in the numbering of the caller's view.
        """
        a = await make.affaire(S.EN_COURS)
        for geste in ("EN_COURS", "RESOLUE", "EN_COURS", "ROUVRIR", "EN_COURS", "RESOLUE"):
            if geste != "EN_COURS" or await self._ouverte(make, a):
                await make.geste(a, geste)
        query = f"""query($n: String!) {{ sollicitation(numero: $n) {{
          historique{arguments} {{ seq }} }} }}"""

        data = (await client.execute(query, a.emetteur, n=a.numero)).data

        assert [h["seq"] for h in data["sollicitation"]["historique"]] == attendu

    @staticmethod
    async def _ouverte(make: Make, a: Affaire) -> bool:
        return (await make.lire(a, a.recepteur))["statut"] in ("A_TRAITER", "EN_COURS")


# --- how much it costs -----------------------------------------------------------------------

NESTED = (
    FICHE
    + """
query Synthese($first: Int, $after: String) {
  synthese(espace: RECUES, first: $first, after: $after) {
    totalCount edges { cursor node { ...Fiche } } pageInfo { hasNextPage endCursor } } }
query Sollicitations($first: Int, $after: String) {
  sollicitations(espace: RECUES, filtre: {categorie: "FACTURE"}, first: $first, after: $after) {
    totalCount edges { cursor node { ...Fiche } } pageInfo { hasNextPage endCursor } } }
query Nodes($ids: [ID!]!) { nodes(ids: $ids) { ...Fiche } }
"""
)


@pytest.fixture
def statements(client: Client, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """
    Gather the statements that reads send, but for finding who calls.
    """
    sent: list[Any] = []
    fetch = client.db.fetch

    async def counting(statement: Any, values: Any) -> Any:
        if statement is not identite._UTILISATEUR:
            sent.append(statement)
        return await fetch(statement, values)

    monkeypatch.setattr(client.db, "fetch", counting)
    return sent


class TestStatements:
    @pytest.mark.parametrize("taille", [2, 50])
    async def test_one_whatever_is_nested(
        self, client: Client, make: Make, statements: list[Any], taille: int
    ) -> None:
        """
        A list with all that is nested in it is one statement, however long it is.
        """
        affaires = await plusieurs(make, 6)
        for a in affaires[:3]:
            await make.geste(a, "EN_COURS")
        par = affaires[0].recepteur

        for nom, variables in (
            *(("Synthese", {"first": taille}), ("Sollicitations", {"first": taille})),
            ("Nodes", {"ids": [a.gid for a in affaires[:taille]]}),
        ):
            statements.clear()
            body = {"query": NESTED, "operationName": nom, "variables": variables}
            reply = await client.post(body, par=par)
            assert reply.codes == []
            assert len(statements) == 1, nom
            assert len(next(iter(reply.data.values()))) > 0

    @pytest.mark.parametrize("nom", ["Synthese", "Sollicitations"])
    async def test_two_at_most_for_an_empty_page(
        self, client: Client, make: Make, statements: list[Any], nom: str
    ) -> None:
        """
        An empty page with its count is two statements at most.
        """
        a = await make.affaire()
        body = {"query": NESTED, "operationName": nom, "variables": {"first": 5}}
        un = next(iter((await client.post(body, par=a.recepteur)).data.values()))
        statements.clear()

        body["variables"] = {"first": 5, "after": un["pageInfo"]["endCursor"]}
        deux = next(iter((await client.post(body, par=a.recepteur)).data.values()))

        assert (deux["edges"], deux["totalCount"]) == ([], 1)
        assert len(statements) <= 2

    @pytest.mark.parametrize(
        "query",
        [
            *("{ moi { id nom } }", "{ categories { code sousCategories { code modele } } }"),
            "{ structures { totalCount nodes { id services { code } identifiant { valeur } } } }",
        ],
    )
    async def test_one_for_the_others(
        self, client: Client, make: Make, statements: list[Any], query: str
    ) -> None:
        """
        The other roots are one statement each.
        """
        await make.lieu()
        par = await make.compte()
        statements.clear()

        reply = await client.execute(query, par)

        assert (reply.codes, len(statements)) == ([], 1)
