"""The PDF that each reader gets of one sollicitation."""

import pytest

from client import Client, Compte
from documents import TRAITER
from fabrique import Affaire, Make
from papier import lire
from solli_graphql.domain.acteur import Role
from solli_graphql.graphql import fiche

LIEN = "query($id: ID!) { node(id: $id) { ... on Sollicitation { pdfUrl } } }"
BROUILLON = "Attendre la réponse du comptable."


async def pdf(client: Client, a: Affaire, par: Compte) -> str:
    """Read the PDF of somebody, by the link that they are given."""
    reply = await client.execute(LIEN, par, id=a.gid)
    r = await client.http.get(reply.data["node"]["pdfUrl"])
    assert r.status_code == 200
    return lire(r.content)


@pytest.fixture(scope="module")
async def affaire(client: Client, make: Make) -> Affaire:
    """
    A sollicitation that its receiver is drafting the answer of.
    """
    a = await make.affaire()
    entree = {"id": a.gid, "statut": "EN_COURS", "miseAJour": BROUILLON}
    await client.execute(TRAITER, a.recepteur, input=entree)
    return a


class TestPdf:
    async def test_of_the_receiver_has_the_draft(self, client: Client, affaire: Affaire) -> None:
        """
        Who treats reads the draft, who wrote it, and the statut of that side.
        """
        texte = await pdf(client, affaire, affaire.recepteur)

        assert texte.count(BROUILLON) == 2
        assert texte.count(f"{affaire.recepteur.prenom} {affaire.recepteur.nom}") == 3
        assert "En cours" in texte

    async def test_of_the_emitter_knows_no_draft(self, client: Client, affaire: Affaire) -> None:
        """
        The emitter's PDF holds neither the draft, nor its author, nor its statut.
        """
        texte = await pdf(client, affaire, affaire.emetteur)

        assert affaire.numero in texte
        assert "Transmise" in texte
        for cache in (BROUILLON, "Brouillon", "En cours", "charge", affaire.recepteur.nom):
            assert cache not in texte

    async def test_of_the_analyst_has_pseudonyms(
        self, client: Client, make: Make, affaire: Affaire
    ) -> None:
        """
        The analyst's PDF holds no draft, and no name but the analyst's own.
        """
        analyste = await make.role(Role.ANALYSTE)

        texte = await pdf(client, affaire, analyste)

        assert f"pour {analyste.prenom} {analyste.nom}" in texte
        assert "Personne " in texte
        for cache in (BROUILLON, "Brouillon", affaire.emetteur.nom, affaire.recepteur.nom):
            assert cache not in texte

    async def test_reads_a_long_history_by_pages(
        self, client: Client, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        A history is read to its first line, or to a bound, past which lines are counted.
        """
        a = await make.affaire()
        for geste in ("DEMANDE_INFORMATION", "REPONDRE_COMPLEMENT", "RESOLUE", "ROUVRIR"):
            await make.geste(a, geste, f"Texte de {geste}")

        monkeypatch.setattr(fiche, "LIGNES", 2)
        entier = await pdf(client, a, a.emetteur)
        monkeypatch.setattr(fiche, "LIGNES_MAXIMUM", 2)
        borne = await pdf(client, a, a.emetteur)

        assert "Texte de DEMANDE_INFORMATION" in entier
        assert "imprimée" not in entier
        assert "Texte de DEMANDE_INFORMATION" not in borne
        assert "3 lignes plus anciennes ne sont pas imprimées." in borne
