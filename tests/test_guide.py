"""The public guide, lived through the schema: one long story, and what each side sees of it."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from client import Client, Compte
from documents import TRAITER
from fabrique import Affaire, Make

SUIVI = """
query($id: ID!, $espace: Espace!) {
  synthese(espace: $espace, last: 100) { nodes { id } }
  node(id: $id) {
    ... on Sollicitation {
      statut statutLibelle version motif brouillon allersRetours
      commentairesEmetteur { texte }
      historique(first: 100) { seq commentaire auteur { nom prenom } }
    }
  }
}
"""


class Vu(NamedTuple):
    """What one side sees: the words, the version, and whether an action is awaited from it."""

    libelle: str
    version: int
    synthese: bool = False


class Ligne(NamedTuple):
    """A line of the history, for those who treat; the emitter knows only what is visible."""

    commentaire: str | None
    auteur: Compte
    visible: bool = True
    publique: bool = True


@dataclass
class Histoire:
    """A sollicitation, told step by step."""

    client: Client
    make: Make
    s: Affaire
    lignes: list[Ligne] = field(default_factory=list)
    commentaires: list[str] = field(default_factory=list)

    async def geste(self, geste: str, texte: str) -> None:
        """Play one step, and note what it must leave in the history."""
        par = await self.make.qui(self.s, geste)
        await self.make.geste(self.s, geste, texte)
        visible, publique = geste != "EN_COURS", geste not in ("EN_COURS", "MAUVAISE_AFFECTATION")
        self.lignes.append(Ligne(texte, par, visible, publique))
        if geste in ("REPONDRE_COMPLEMENT", "ROUVRIR"):
            self.commentaires.append(texte)

    async def voient(self, *, emetteur: Vu, recepteur: Vu, support: Vu | None) -> Any:
        """Check what each side sees, and give the receiver's sollicitation."""
        for_emitter = [
            line._replace(commentaire=line.commentaire if line.publique else None)
            for line in self.lignes
            if line.visible
        ]
        await self._voit(self.s.emetteur, "EMISES", emetteur, for_emitter)
        await self._voit(self.s.support, "SUPPORT", support, self.lignes)
        return await self._voit(self.s.recepteur, "RECUES", recepteur, self.lignes)

    async def _voit(self, par: Compte, espace: str, attendu: Vu | None, lignes: list[Ligne]) -> Any:
        reply = await self.client.execute(SUIVI, par=par, id=self.s.gid, espace=espace)
        liste = [n["id"] for n in reply.data["synthese"]["nodes"]]
        node = reply.data["node"]
        if attendu is None:
            assert (node, self.s.gid in liste) == (None, False)
            return None
        vu = Vu(node["statutLibelle"], node["version"], self.s.gid in liste)
        assert vu == attendu, espace
        assert [c["texte"] for c in node["commentairesEmetteur"]] == self.commentaires
        assert node["historique"] == _historique(lignes), espace
        return node


def _historique(lignes: list[Ligne]) -> list[dict[str, Any]]:
    """Write the history as it must be read: newest first, numbered without a gap."""
    numbered = [
        {
            "seq": seq,
            "commentaire": line.commentaire,
            "auteur": {"nom": line.auteur.nom, "prenom": line.auteur.prenom},
        }
        for seq, line in enumerate(lignes, start=1)
    ]
    return numbered[::-1]


async def _submitted(client: Client, make: Make) -> Histoire:
    s = await make.affaire()
    h = Histoire(client, make, s, [Ligne(None, s.emetteur)])
    recue = await h.voient(
        emetteur=Vu("Transmise", 1), recepteur=Vu("A traiter", 1, synthese=True), support=None
    )
    assert recue["motif"] == "NOUVELLE"
    return h


async def _asked_and_completed(h: Histoire) -> None:
    await h.geste("DEMANDE_INFORMATION", "Quel est le numéro de la facture ?")
    await h.voient(
        emetteur=Vu("Informations complémentaires requises", 2, synthese=True),
        recepteur=Vu("En attente d'informations", 2),
        support=None,
    )
    await h.geste("REPONDRE_COMPLEMENT", "Le numéro est F-2018-042.")
    recue = await h.voient(
        emetteur=Vu("Transmise", 3), recepteur=Vu("A traiter", 3, synthese=True), support=None
    )
    assert recue["motif"] == "COMPLEMENT_RECU"


async def _drafted(h: Histoire) -> None:
    await h.geste("EN_COURS", "Brouillon : le mandat est parti ?")
    recue = await h.voient(
        emetteur=Vu("Transmise", 3), recepteur=Vu("En cours", 4, synthese=True), support=None
    )
    assert recue["brouillon"] == "Brouillon : le mandat est parti ?"


async def _transferred_and_answered(h: Histoire, version: int, emetteur: int) -> None:
    await h.geste("MAUVAISE_AFFECTATION", f"Ce n'est pas pour nous (v{version}).")
    await h.voient(
        emetteur=Vu("Transmise au support", emetteur),
        recepteur=Vu("Transférée au support", version),
        support=Vu("A traiter", version, synthese=True),
    )
    await h.geste("RESOLUE", f"Le compte est débloqué (v{version + 1}).")
    await h.voient(
        emetteur=Vu("Réponse apportée", emetteur + 1),
        recepteur=Vu("Réponse apportée", version + 1),
        support=Vu("Réponse apportée", version + 1),
    )


async def _reopened(h: Histoire, version: int, emetteur: int) -> None:
    await h.geste("ROUVRIR", f"Toujours pas (v{version}).")
    recue = await h.voient(
        emetteur=Vu("Transmise", emetteur),
        recepteur=Vu("A traiter", version, synthese=True),
        support=Vu("Chez la structure", version),
    )
    assert (recue["motif"], recue["allersRetours"]) == ("ROUVERTE", True)


async def _closed(h: Histoire, version: int, emetteur: int) -> None:
    await h.geste("CLOTURER", "Merci.")
    await h.voient(
        emetteur=Vu("Clôturée", emetteur),
        recepteur=Vu("Clôturée", version),
        support=Vu("Clôturée", version),
    )


class TestTheGuide:
    async def test_from_the_submission_to_the_last_reopening(
        self, client: Client, make: Make
    ) -> None:
        """
        Each step of the guide shows to each side what the guide says, and nothing more.
        """
        h = await _submitted(client, make)
        await _asked_and_completed(h)
        await _drafted(h)
        await _transferred_and_answered(h, version=5, emetteur=4)
        await _reopened(h, version=7, emetteur=6)
        await _transferred_and_answered(h, version=8, emetteur=7)
        await _closed(h, version=10, emetteur=9)
        await _reopened(h, version=11, emetteur=10)


class TestTraiter:
    async def test_the_statut_is_mandatory(self, client: Client, make: Make) -> None:
        """
        Treating without a statut is an error, and changes nothing.
        """
        s = await make.affaire()
        avant = await make.photo(s)

        reply = await client.execute(
            TRAITER, par=s.recepteur, input={"id": s.gid, "miseAJour": "Oui."}
        )

        assert reply.codes == ["BAD_USER_INPUT"]
        assert await make.photo(s) == avant

    async def test_validating_confirms(self, make: Make) -> None:
        """
        Validating says in French that the action was taken into account.
        """
        s = await make.affaire()

        membre = await make.geste(s, "RESOLUE")

        assert membre["confirmation"] == "Votre réponse a été prise en compte."

    async def test_a_row_of_the_synthese(self, client: Client, make: Make) -> None:
        """
        A row of the Synthèse says date, structure, service, catégorie, numéro and statut.
        """
        s = await make.soumise(
            *(await make.lieu(publique=False), await make.lieu()), serviceEmetteur="S2"
        )
        query = """{ synthese(espace: RECUES) { nodes { dateDepot numero statutLibelle
          structureEmettrice { id } serviceEmetteur { code }
          categorie { libelle } sousCategorie { libelle } } } }"""

        (row,) = (await client.execute(query, par=s.recepteur)).data["synthese"]["nodes"]

        assert row.pop("dateDepot")
        assert row == {
            "numero": s.numero,
            "statutLibelle": "A traiter",
            "structureEmettrice": {"id": s.emettrice.gid},
            "serviceEmetteur": {"code": "S2"},
            "categorie": {"libelle": "Factures"},
            "sousCategorie": {"libelle": "Suivi"},
        }


class TestRoutage:
    async def test_a_support_category_goes_to_the_support(self, client: Client, make: Make) -> None:
        """
        A combination routed to the support is in the support's Synthèse at once.
        """
        s = await make.soumise(await make.lieu(publique=False), None)

        reply = await client.execute(SUIVI, par=s.support, id=s.gid, espace="SUPPORT")

        assert s.gid in [n["id"] for n in reply.data["synthese"]["nodes"]]
        assert reply.data["node"]["statutLibelle"] == "A traiter"
