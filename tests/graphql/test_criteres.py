"""The criteria of a search."""

from datetime import UTC, datetime
from typing import Any

import pytest

from client import Client
from fabrique import Make
from lectures import CHERCHER, MIDI, chercher
from solli_graphql.domain.acteur import Role
from solli_graphql.domain.workflow import StatutSollicitation

S = StatutSollicitation
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
PAS_TROUVES = [
    "100*",
    "p?yée",
    "pay[ée]e",
    '"payée"',
    "100%%",
    "payée%eleonore",
    "p_yée",
    "100_",
    "introuvable",
    "\\%\\",
    "%%%",
    "___",
]


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
