"""Security events: who has read, done or been refused what."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from client import Client, Compte
from documents import TRAITER
from evenements import Evenements
from fabrique import Make
from fichiers import PDF, envoyer, preparer, televerser
from fournisseur import Servir
from liens import retirer
from requetes import MOI
from solli_graphql.db.vues import Lecture
from solli_graphql.domain.acteur import Role
from solli_graphql.graphql.fields import BACKREF
from solli_graphql.graphql.politique import Lu
from solli_graphql.graphql.schema import core, readable
from solli_graphql.services.liens import CHEMIN, ENVOIS

LISTE = """query($e: Espace!) { synthese(espace: $e) {
  nodes { numero contact { courriel telephone } structureEmettrice { designation } } } }"""
UNE = "query($id: ID!) { node(id: $id) { ... on Sollicitation { %s } } }"


class TestReading:
    async def test_tells_who_has_read_which(
        self, client: Client, make: Make, evenements: Evenements
    ) -> None:
        """
        A list with personal data leaves one line: when, who by a pseudonym, and which objects.
        """
        s = await make.affaire()
        evenements = evenements.encore()

        await client.execute(LISTE, par=s.recepteur, e="RECUES")

        (lu,) = await evenements.lus()
        date = datetime.fromisoformat(lu.pop("timestamp"))
        assert date.utcoffset() == timedelta(0)
        assert abs(datetime.now(UTC) - date) < timedelta(minutes=1)
        assert lu == {
            "event": "securite",
            "action": "LIRE",
            "acteur": evenements.qui(s.recepteur),
            "type": "Sollicitation",
            "objets": [s.id],
        }

    @pytest.mark.parametrize(
        ("champs", "personnels"),
        [
            ("numero statut version description", False),
            ("historique(first: 5) { seq date nouveauStatut commentaire }", False),
            ("contact { courriel }", True),
            ("structureEmettrice { designation }", True),
            ("historique(first: 5) { auteur { nom } }", True),
            ("a: historique(first: 5) { auteur { ... on Auteur { p: prenom } } }", True),
        ],
    )
    async def test_of_personal_data_alone(
        self, client: Client, make: Make, evenements: Evenements, champs: str, *, personnels: bool
    ) -> None:
        """
        What tells something of a person leaves a line, however it is asked; the rest leaves none.
        """
        s = await make.affaire()
        reply = await client.execute(UNE % champs, par=s.recepteur, id=s.gid)
        assert reply.codes == []
        lus = [
            e for e in await evenements.lus("LIRE") if e["acteur"] == evenements.qui(s.recepteur)
        ]
        assert [e["objets"] for e in lus] == [[s.id]] * personnels

    async def test_by_an_analyst_leaves_none(
        self, client: Client, make: Make, evenements: Evenements
    ) -> None:
        """
        An analyst, who reads pseudonyms, has read nothing of a person.
        """
        await make.affaire()
        analyste = await make.role(Role.ANALYSTE)
        reply = await client.execute(LISTE, par=analyste, e="RECUES")
        assert reply.codes == []
        assert reply.data["synthese"]["nodes"]
        lus = await evenements.lus("LIRE")
        assert evenements.qui(analyste) not in [e["acteur"] for e in lus]

    async def test_of_people_names_nobody(
        self, client: Client, make: Make, evenements: Evenements
    ) -> None:
        """
        Accounts that are read are pseudonyms too, as is who reads them.
        """
        chef = await make.role(Role.ADMINISTRATEUR)
        query = "{ utilisateurs(first: 2) { nodes { courriel nom } } moi { nom } }"
        reply = await client.execute(query, par=chef)
        assert reply.codes == []
        lus = [e for e in await evenements.lus("LIRE") if e["acteur"] == evenements.qui(chef)]
        assert [(e["type"], len(e["objets"])) for e in lus] == [("Compte", 2), ("Utilisateur", 1)]
        assert lus[1]["objets"] == [evenements.qui(chef)]
        assert all(isinstance(o, str) for e in lus for o in e["objets"])
        assert chef.courriel not in evenements.texte()

    async def test_of_nothing_leaves_none(
        self, client: Client, make: Make, evenements: Evenements
    ) -> None:
        """
        What is absent, or hidden, was not read.
        """
        s, autre = await make.affaire(), await make.role(Role.EMETTEUR, await make.lieu())
        await client.execute(UNE % "contact { courriel }", par=autre, id=s.gid)
        assert [e for e in await evenements.lus() if e["acteur"] == evenements.qui(autre)] == []


class TestRefusals:
    async def test_of_a_token(self, client: Client, evenements: Evenements) -> None:
        """
        A bad token, and none, leave a line without anybody.
        """
        for headers in ({}, {"authorization": "Bearer faux"}):
            await client.post({"query": MOI}, headers=headers)
        refus = await evenements.lus("REFUSER")
        assert [(e["acteur"], e["code"]) for e in refus] == [(None, "NON_AUTHENTIFIE")] * 2
        assert "faux" not in evenements.texte()

    async def test_of_a_right(self, client: Client, make: Make, evenements: Evenements) -> None:
        """
        A query, and a mutation whose refusal is data, that one's rights do not allow leave a line.
        """
        s, autre = await make.affaire(), await make.role(Role.EMETTEUR, await make.lieu())
        await client.execute("{ utilisateurs { totalCount } }", par=autre)
        entree = {"id": s.gid, "statut": "RESOLUE", "miseAJour": "Oui."}
        await client.execute(TRAITER, par=autre, input=entree)
        support = await make.role(Role.RECEPTEUR, await make.lieu())
        await client.execute(TRAITER, par=support, input=entree)

        refus = await evenements.lus("REFUSER")
        assert [(e["acteur"], e["code"], e.get("mutation")) for e in refus] == [
            (evenements.qui(autre), "ACCES_REFUSE", None),
            (evenements.qui(autre), "ACCES_REFUSE", "traiter"),
            (evenements.qui(support), "INTROUVABLE", "traiter"),
        ]

    async def test_of_a_limit(self, client: Client, make: Make, evenements: Evenements) -> None:
        """
        A document or a body over a limit leaves a line; a mere mistake leaves none.
        """
        qui = await make.role(Role.SUPPORT)
        await client.execute("{ moi { " + "id " * 2000 + "} }", par=qui)
        await client.post({"query": MOI, "variables": {"x": "a" * 300_000}}, par=qui)
        await client.execute("{ moi { age } }", par=qui)
        refus = await evenements.lus("REFUSER")
        assert [(e["acteur"], e["code"]) for e in refus] == [
            (evenements.qui(qui), "LIMITE_DEPASSEE")
        ] * 2

    async def test_of_a_link(self, client: Client, make: Make, evenements: Evenements) -> None:
        """
        A link that is forged leaves a line of nobody; one whose right is gone, of its person.
        """
        s = await make.affaire()
        reply = await client.execute(UNE % "pdfUrl", par=s.emetteur, id=s.gid)
        await client.db.write(retirer, s.emetteur.id)
        await client.http.get(reply.data["node"]["pdfUrl"])
        await client.http.get(f"{CHEMIN}forge")
        await envoyer(client, f"{ENVOIS}forge", PDF)
        refus = await evenements.lus("REFUSER")
        assert [(e["acteur"], e["code"], e["lien"]) for e in refus] == [
            (evenements.qui(s.emetteur), "INTROUVABLE", "PDF"),
            (None, "INTROUVABLE", None),
            (None, "INTROUVABLE", "TELEVERSEMENT"),
        ]


class TestFiles:
    async def test_downloads(self, client: Client, make: Make, evenements: Evenements) -> None:
        """
        A PDF that is downloaded leaves one line, and what was read to make it no other.
        """
        s = await make.affaire()
        reply = await client.execute(UNE % "pdfUrl", par=s.emetteur, id=s.gid)
        evenements = evenements.encore()
        assert (await client.http.get(reply.data["node"]["pdfUrl"])).status_code == 200
        (ligne,) = await evenements.lus()
        assert (ligne["action"], ligne["sollicitation"]) == ("TELECHARGER_PDF", s.id)
        assert ligne["acteur"] == evenements.qui(s.emetteur)

    async def test_uploads(self, client: Client, make: Make, evenements: Evenements) -> None:
        """
        An upload that is received leaves a line; one that is not as announced, a refusal.
        """
        qui = await make.role(Role.EMETTEUR, await make.lieu(publique=False))
        await televerser(client, qui)
        autre = await preparer(client, qui)
        await envoyer(client, autre["televersement"]["url"], PDF + b"x")
        lignes = await evenements.lus("TELEVERSER", "REFUSER")
        assert [(e["action"], e["acteur"], e.get("code")) for e in lignes] == [
            ("TELEVERSER", evenements.qui(qui), None),
            ("REFUSER", evenements.qui(qui), "LIMITE_DEPASSEE"),
        ]


class TestTheFile:
    async def test_can_be_moved_away(
        self, client: Client, servir: Servir, agent: Compte, tmp_path: Path
    ) -> None:
        """
        Once the file was moved away, the next events are in a new one.
        """
        path = tmp_path / "securite.jsonl"
        http = await servir(journal_securite=path)
        entetes = {"authorization": f"Bearer {client.jeton(agent.courriel)}"}
        evenements = Evenements(path, b"")

        async def lire() -> list[Any]:
            await http.post("/graphql", json={"query": "{ moi { nom } }"}, headers=entetes)
            return await Evenements(path, b"", depuis=0).lus()

        assert len(await lire()) == 1
        path.rename(tmp_path / "securite.1")
        assert len(await lire()) == 1
        assert evenements.texte() == path.read_text().strip()

    async def test_is_standard_output_by_default(
        self,
        client: Client,
        servir: Servir,
        agent: Compte,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        """
        Without a file events are alone on standard output; what one reads at once is one line.
        """
        http = await servir()
        entetes = {"authorization": f"Bearer {client.jeton(agent.courriel)}"}
        capfd.readouterr()
        for _ in range(3):
            await http.post("/graphql", json={"query": "{ moi { nom } }"}, headers=entetes)
        await Evenements(Path("absent"), b"").lus()
        lignes = [json.loads(x) for x in capfd.readouterr().out.splitlines()]
        assert [(x["action"], len(x["objets"])) for x in lignes] == [("LIRE", 1)]


def test_personal_fields_are_those_of_the_policy() -> None:
    """
    What an analyst reads as a pseudonym or not at all is personal, as the SDL says, and accounts.
    """
    said = {
        (name, field)
        for name, entity in readable().catalogue.items()
        if entity.relation
        for field in entity.fields
        for d in core().type_map[name].fields[field].extensions[BACKREF].directives  # type: ignore[attr-defined]
        if isinstance(d, Lu) and d.analyste in (Lecture.MASQUE, Lecture.PSEUDONYME)
    }
    comptes = {("Compte", n) for n in ("courriel", "nom", "prenom", "sujet")}
    assert ("Utilisateur", "nom") in said
    assert readable().personal == said | comptes
