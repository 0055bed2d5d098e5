"""Files are joined by the command that names them: whose they are, how many, and who reads them."""

import asyncio
from typing import Any

import pytest

from client import Client
from conftest import servir
from documents import REPONDRE, SOUMETTRE
from fabrique import Make, depot, permise
from fichiers import BONS, PDF, lues, preparer, televerser
from solli_graphql.domain.acteur import Role
from solli_graphql.domain.workflow import DestinataireActuel, StatutSollicitation
from solli_graphql.settings import Settings

GESTES = [
    *("DEMANDE_INFORMATION", "RESOLUE", "MAUVAISE_AFFECTATION", "REPONDRE_COMPLEMENT", "ROUVRIR"),
]
QUESTION, COMPLEMENT = "DEMANDE_INFORMATION", "REPONDRE_COMPLEMENT"
A_TRAITER = StatutSollicitation.A_TRAITER
INCONNU = [("piecesJointes", "INCONNU")]


def erreurs(membre: Any) -> list[tuple[str, str]]:
    """
    List the fields in fault with their codes.
    """
    return [(e["champ"], e["code"]) for e in membre["erreurs"]]


class TestJoindre:
    @pytest.mark.parametrize("geste", GESTES)
    async def test_with_each_geste(self, client: Client, make: Make, geste: str) -> None:
        """
        A file sent beforehand is joined by the geste that names it, and everybody there reads it.
        """
        a, par = await permise(make, geste)
        gid = await televerser(client, par, nom="../Été\u202e.pdf")

        membre = await make.tenter(a, geste, par, piecesJointes=[gid])

        assert membre["__typename"] == "ActionPriseEnCompte", membre
        (piece,) = await lues(client, a.emetteur, a.gid)
        assert piece["nomFichier"] == "Été.pdf"
        assert piece["etat"] == "DISPONIBLE"
        assert piece["ajouteePar"] == {"nom": par.nom}
        assert (piece["typeMime"], piece["taille"]) == ("application/pdf", len(PDF))
        assert (await client.http.get(piece["url"])).content == PDF

    async def test_with_a_submission(self, client: Client, make: Make) -> None:
        """
        Several files come with a submission; once joined, they can be joined to nothing else.
        """
        a = await make.affaire()
        gids = [await televerser(client, a.emetteur) for _ in range(3)]
        entree = depot(a.emettrice, a.destinataire, piecesJointes=gids)

        reply = await client.execute(SOUMETTRE, par=a.emetteur, input=entree)

        fait = reply.data["soumettreSollicitation"]["sollicitation"]
        assert len(await lues(client, a.recepteur, fait["id"])) == 3
        encore = await client.execute(SOUMETTRE, par=a.emetteur, input=entree)
        assert erreurs(encore.data["soumettreSollicitation"]) == INCONNU

    async def test_never_with_a_draft(self, client: Client, make: Make) -> None:
        """
        A draft takes no file, by which the emitter would see that there is one (D7, S5).
        """
        a = await make.affaire()
        gid = await televerser(client, a.recepteur)
        membre = await make.tenter(a, "EN_COURS", a.recepteur, piecesJointes=[gid])
        assert erreurs(membre) == [("piecesJointes", "INTERDIT")]

    async def test_only_ones_own_that_came(self, client: Client, make: Make) -> None:
        """
        Another's upload, one that has not come, and what is no upload are all unknown.
        """
        a = await make.affaire()
        autrui = await televerser(client, a.emetteur)
        attendu = (await preparer(client, a.recepteur))["televersement"]["id"]
        for gid in (autrui, attendu, a.gid, "x", ""):
            membre = await make.tenter(a, "RESOLUE", a.recepteur, piecesJointes=[gid])
            assert erreurs(membre) == INCONNU
        assert (await make.tenter(a, "RESOLUE", a.emetteur, piecesJointes=[autrui]))["code"] == (
            "ACCES_REFUSE"
        )
        assert await lues(client, a.emetteur, a.gid) == []

    async def test_simulated_joins_nothing(self, client: Client, make: Make) -> None:
        """
        A simulation tells what is wrong with files, and leaves them to be joined.
        """
        a = await make.affaire()
        gid = await televerser(client, a.recepteur)
        options: dict[str, Any] = {"piecesJointes": [gid], "simulation": True}

        membre = await make.tenter(a, "RESOLUE", a.recepteur, **options)

        assert membre["simulation"]["statut"] == "REPONSE_APPORTEE"
        assert await lues(client, a.emetteur, a.gid) == []
        await make.tenter(a, "RESOLUE", a.recepteur, piecesJointes=[gid])
        assert len(await lues(client, a.emetteur, a.gid)) == 1

    async def test_again_with_a_key(self, client: Client, make: Make) -> None:
        """
        A replay answers the same although its files are joined; other files are another input.
        """
        a = await make.affaire()
        gids = [await televerser(client, a.recepteur) for _ in range(2)]
        options: dict[str, Any] = {"piecesJointes": gids[:1], "cleIdempotence": "k" * 20}

        membres = [await make.tenter(a, "RESOLUE", a.recepteur, **options) for _ in range(2)]

        assert [m["rejoue"] for m in membres] == [False, True]
        autre = await make.tenter(a, "RESOLUE", a.recepteur, **options | {"piecesJointes": gids})
        assert autre["code"] == "CLE_IDEMPOTENCE_REUTILISEE"

    async def test_refused_leaves_files_free(self, client: Client, make: Make) -> None:
        """
        A refused geste joins nothing.
        """
        a = await make.affaire()
        gid = await televerser(client, a.recepteur)
        membre = await make.tenter(
            a, "RESOLUE", a.recepteur, piecesJointes=[gid], versionAttendue=9
        )
        assert membre["code"] == "CONFLIT_DE_VERSION"
        await make.tenter(a, "RESOLUE", a.recepteur, piecesJointes=[gid])
        assert len(await lues(client, a.emetteur, a.gid)) == 1


class TestQuotas:
    async def test_of_a_sollicitation(self, settings: Settings, make: Make) -> None:
        """
        A sollicitation has so many files and so many bytes at most, whoever joins them.
        """
        quotas = {"pieces_nombre": 2, "pieces_octets": 2 * len(PDF)}
        async with servir(settings.model_copy(update=quotas)) as client:
            ici = Make(client)
            ici.rangs = make.rangs
            a = await ici.affaire()
            trois = [await televerser(client, a.recepteur) for _ in range(3)]
            membre = await ici.tenter(a, "RESOLUE", a.recepteur, piecesJointes=trois)
            assert erreurs(membre) == [("piecesJointes", "TROP_LONG")] * 2
            await ici.tenter(a, QUESTION, a.recepteur, piecesJointes=trois[:1])
            gros, juste = [await televerser(client, a.emetteur, PDF + x) for x in (b"\n", b"")]
            membre = await ici.tenter(a, COMPLEMENT, a.emetteur, piecesJointes=[gros])
            assert erreurs(membre) == [("piecesJointes", "TROP_LONG")]
            membre = await ici.tenter(a, COMPLEMENT, a.emetteur, piecesJointes=[juste])
            assert membre["__typename"] == "ActionPriseEnCompte"

    async def test_of_ten(self, client: Client, make: Make) -> None:
        """
        By default ten files can be joined, and not one more.
        """
        a = await make.affaire()
        gids = [await televerser(client, a.recepteur) for _ in range(11)]
        membre = await make.tenter(a, QUESTION, a.recepteur, piecesJointes=gids)
        assert erreurs(membre) == [("piecesJointes", "TROP_LONG")]
        await make.tenter(a, QUESTION, a.recepteur, piecesJointes=gids[:10])
        autre = await televerser(client, a.emetteur)
        membre = await make.tenter(a, COMPLEMENT, a.emetteur, piecesJointes=[autre])
        assert erreurs(membre) == [("piecesJointes", "TROP_LONG")]
        assert len(await lues(client, a.emetteur, a.gid)) == 10

    async def test_hold_under_races(self, client: Client, make: Make) -> None:
        """
        Of several compléments at once on a sollicitation of nine files, one joins the tenth (F6).
        """
        a = await make.affaire()
        neuf = [await televerser(client, a.recepteur) for _ in range(9)]
        await make.tenter(a, QUESTION, a.recepteur, piecesJointes=neuf)
        gids = [await televerser(client, a.emetteur) for _ in range(8)]

        membres = await asyncio.gather(
            *(make.tenter(a, COMPLEMENT, a.emetteur, piecesJointes=[g]) for g in gids)
        )

        assert sum(m["__typename"] == "ActionPriseEnCompte" for m in membres) == 1
        assert len(await lues(client, a.emetteur, a.gid)) == 10

    async def test_of_a_person_hold_under_races(self, client: Client, make: Make) -> None:
        """
        Of 60 files announced at once, one person has 50 that wait (F6).
        """
        qui = await make.role(Role.SUPPORT)
        membres = await asyncio.gather(*(preparer(client, qui) for _ in range(60)))
        assert sum("televersement" in m for m in membres) == 50

    async def test_one_file_raced_for(self, client: Client, make: Make) -> None:
        """
        One file that two sollicitations want at once is joined to one of them.
        """
        a = await make.affaire()
        b = await make.autre(a)
        gid = await televerser(client, a.recepteur)

        membres = await asyncio.gather(
            *(make.tenter(s, QUESTION, a.recepteur, piecesJointes=[gid]) for s in (a, b) * 3)
        )

        assert sum(m["__typename"] == "ActionPriseEnCompte" for m in membres) == 1
        ici, la = [await lues(client, a.emetteur, s.gid) for s in (a, b)]
        assert len(ici) + len(la) == 1


class TestUrl:
    async def test_is_nobodys_for_the_analyst(self, client: Client, make: Make) -> None:
        """
        The analyst, who reads pseudonyms, may fetch no file: it could name anybody.
        """
        a = await make.affaire()
        gid = await televerser(client, a.recepteur)
        await make.tenter(a, "RESOLUE", a.recepteur, piecesJointes=[gid])
        for par, vue in ((a.emetteur, True), (await make.role(Role.ANALYSTE), False)):
            (piece,) = await lues(client, par, a.gid)
            assert (piece["url"] is not None) == vue

    async def test_before_the_verdict(self, settings: Settings, make: Make) -> None:
        """
        Where an antivirus must speak first, only who sent a file can fetch it until then (F5).
        """
        ailleurs = settings.model_copy(update={"clamd_url": "tcp://127.0.0.1:1"})
        async with servir(ailleurs) as client:
            ici = Make(client)
            ici.rangs = make.rangs
            a = await ici.affaire(A_TRAITER, DestinataireActuel.STRUCTURE)
            mime, octets = BONS["png"]
            gid = await televerser(client, a.recepteur, octets, "x.png", typeMime=mime)
            await ici.tenter(a, "RESOLUE", a.recepteur, piecesJointes=[gid])
            (sienne,) = await lues(client, a.recepteur, a.gid)
            (vue,) = await lues(client, a.emetteur, a.gid)
            assert (sienne["etat"], vue["url"]) == ("EN_ANALYSE", None)
            assert (await client.http.get(sienne["url"])).content == octets


async def test_a_reply_carries_files(client: Client, make: Make) -> None:
    """
    An emitter's complément joins files, of a type each.
    """
    a = await make.affaire(StatutSollicitation.EN_ATTENTE_INFORMATIONS)
    gids = [
        await televerser(client, a.emetteur, octets, f"x.{e}", typeMime=mime)
        for e, (mime, octets) in [*BONS.items()][:10]
    ]
    entree = {"id": a.gid, "reponse": "Voici.", "piecesJointes": gids}
    reply = await client.execute(REPONDRE, par=a.emetteur, input=entree)
    assert reply.codes == []
    assert len(await lues(client, a.recepteur, a.gid)) == 10
