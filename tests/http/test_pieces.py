"""The door of downloads, for attachments: names, headers, ranges, rights read again."""

from typing import Any

import pytest

from client import Client, Compte
from conftest import servir
from fabrique import Affaire, Make
from fichiers import PDF, lues, televerser
from solli_graphql.db import pieces as p
from solli_graphql.db.database import Tx
from solli_graphql.domain.numeros import identifiant
from solli_graphql.services.identite import PSEUDONYMES, cle
from solli_graphql.services.liens import ENVOIS, Genre, Liens
from solli_graphql.services.pieces import vider
from solli_graphql.settings import Settings

NOM = "Détail « été » 文書 n° 7.pdf"


@pytest.fixture(scope="module")
async def affaire(client: Client, make: Make) -> Affaire:
    """
    A sollicitation with one attachment.
    """
    a = await make.affaire()
    gid = await televerser(client, a.recepteur, nom=NOM)
    await make.tenter(a, "RESOLUE", a.recepteur, piecesJointes=[gid])
    return a


async def url(client: Client, a: Affaire, par: Compte) -> str:
    """
    Ask for the link of the attachment, as somebody.
    """
    (piece,) = await lues(client, par, a.gid)
    return str(piece["url"])


class TestDownload:
    async def test_is_kept_never_shown(self, client: Client, affaire: Affaire) -> None:
        """
        The bytes come as they were sent, under their name in two writings, with safe headers.
        """
        r = await client.http.get(await url(client, affaire, affaire.emetteur))

        assert (r.status_code, r.content) == (200, PDF)
        assert dict(r.headers) | {
            "content-type": "application/pdf",
            "content-length": str(len(PDF)),
            "content-disposition": 'attachment; filename="D_tail _ _t_ _ __ n_ 7.pdf"; '
            "filename*=UTF-8''D%C3%A9tail%20%C2%AB%20%C3%A9t%C3%A9%20%C2%BB%20%E6%96%87%E6%9B%B8"
            "%20n%C2%B0%207.pdf",
            "x-content-type-options": "nosniff",
            "content-security-policy": "default-src 'none'; sandbox",
            "cache-control": "private, no-store",
            "accept-ranges": "bytes",
        } == dict(r.headers)

    async def test_by_head(self, client: Client, affaire: Affaire) -> None:
        """
        HEAD gives the same headers, and no body.
        """
        lien = await url(client, affaire, affaire.emetteur)
        tete, corps = await client.http.head(lien), await client.http.get(lien)
        assert (tete.status_code, tete.content) == (200, b"")
        assert dict(tete.headers) == dict(corps.headers)

    @pytest.mark.parametrize(
        ("plage", "debut", "fin"),
        [
            ("bytes=0-0", 0, 1),
            ("bytes=2-5", 2, 6),
            ("bytes=5-", 5, len(PDF)),
            ("bytes=-4", len(PDF) - 4, len(PDF)),
            ("bytes=3-99999", 3, len(PDF)),
            ("Bytes=1-1", 1, 2),
        ],
    )
    async def test_in_part(
        self, client: Client, affaire: Affaire, plage: str, debut: int, fin: int
    ) -> None:
        """
        A single range is 206 with just those bytes.
        """
        lien = await url(client, affaire, affaire.emetteur)
        r = await client.http.get(lien, headers={"range": plage})
        assert (r.status_code, r.content) == (206, PDF[debut:fin])
        assert r.headers["content-range"] == f"bytes {debut}-{fin - 1}/{len(PDF)}"

    @pytest.mark.parametrize(
        "plage",
        ["bytes=0-1,3-4", "bytes=5-2", "bytes=-", "octets=0-1", "bytes=a-b", "", "bytes=-99"],
    )
    async def test_whole_for_other_ranges(
        self, client: Client, affaire: Affaire, plage: str
    ) -> None:
        """
        Several ranges, or what is none, give the whole file.
        """
        lien = await url(client, affaire, affaire.emetteur)
        r = await client.http.get(lien, headers={"range": plage})
        assert (r.status_code, r.content) == (200, PDF)

    @pytest.mark.parametrize("plage", [f"bytes={len(PDF)}-", "bytes=999-1000", "bytes=-0"])
    async def test_beyond_the_end(self, client: Client, affaire: Affaire, plage: str) -> None:
        """
        A range that begins after the end is 416, which tells the size.
        """
        lien = await url(client, affaire, affaire.emetteur)
        r = await client.http.get(lien, headers={"range": plage})
        assert (r.status_code, r.content) == (416, b"")
        assert r.headers["content-range"] == f"bytes */{len(PDF)}"

    async def test_goes_on_if_it_is_the_same(self, client: Client, affaire: Affaire) -> None:
        """
        If-Range with the file's tag gives the part, with another one the whole.
        """
        lien = await url(client, affaire, affaire.emetteur)
        tag = (await client.http.head(lien)).headers["etag"]
        for valeur, statut in ((tag, 206), ('"autre"', 200)):
            entetes = {"range": "bytes=1-2", "if-range": valeur}
            assert (await client.http.get(lien, headers=entetes)).status_code == statut


class TestRights:
    async def test_are_read_again(self, client: Client, make: Make, affaire: Affaire) -> None:
        """
        Signed for who may not see it, for an analyst, or for nothing: one and the same 404.
        """
        secret = await cle(client.db, PSEUDONYMES)
        assert secret
        (piece,) = await lues(client, affaire.emetteur, affaire.gid)
        id_ = identifiant(piece["id"], "PieceJointe")
        assert id_
        autre = await make.affaire()
        liens = Liens(secret)
        urls = [
            liens.pour(autre.emetteur.id)(Genre.PIECE, id_),
            liens.pour(affaire.emetteur.id)(Genre.PIECE, 10**15),
            liens.pour(affaire.emetteur.id)(Genre.TELEVERSEMENT, id_),
            liens.envoi(affaire.emetteur.id, id_).replace(ENVOIS, "/telechargements/"),
        ]
        replies = [await client.http.get(u) for u in urls]
        assert {r.status_code for r in replies} == {404}
        assert len({r.content for r in replies}) == 1

    async def test_somebody_elses_bearer_closes_it(self, client: Client, affaire: Affaire) -> None:
        """
        With the bearer of the other side the link is a 404.
        """
        lien = await url(client, affaire, affaire.emetteur)
        entetes = {"authorization": f"Bearer {client.jeton(affaire.recepteur.courriel)}"}
        assert (await client.http.get(lien, headers=entetes)).status_code == 404

    async def test_end_with_the_bytes(self, client: Client, make: Make) -> None:
        """
        A refused attachment is downloaded by nobody, not even by who sent it (F5).
        """
        a = await make.affaire()
        gid = await televerser(client, a.recepteur)
        await make.tenter(a, "RESOLUE", a.recepteur, piecesJointes=[gid])
        lien = await url(client, a, a.recepteur)
        (piece,) = await lues(client, a.recepteur, a.gid)

        async def refuser(tx: Tx, id_: int) -> None:
            await vider(tx, *await tx.one(p.RETENUE, cible=id_))  # type: ignore[misc]

        await client.db.write(refuser, identifiant(piece["id"], "PieceJointe") or 0)
        assert (await client.http.get(lien)).status_code == 404
        (apres,) = await lues(client, a.recepteur, a.gid)
        assert (apres["etat"], apres["url"]) == ("REFUSEE", None)

    async def test_are_paid_with_points(self, settings: Settings, make: Make) -> None:
        """
        A download takes 5 points of its reader's.
        """
        compte: Any = {"cout_capacite": 60, "cout_recharge": 0.001}
        a = await make.affaire()
        async with servir(settings.model_copy(update=compte)) as client:
            ici = Make(client)
            ici.rangs = make.rangs
            gid = await televerser(client, a.recepteur)
            await ici.tenter(a, "RESOLUE", a.recepteur, piecesJointes=[gid])
            lien = await url(client, a, a.emetteur)
            statuts = [(await client.http.get(lien)).status_code for _ in range(13)]
        assert statuts[0] == 200
        assert statuts[-1] == 429
