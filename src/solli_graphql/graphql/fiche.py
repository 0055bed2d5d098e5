"""All that a reader sees of one sollicitation, by the product's own read path: what a PDF shows."""

from typing import Any

from solli_graphql.db.plan.reader import Reader
from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.errors import Occupe
from solli_graphql.domain.numeros import gid
from solli_graphql.graphql.executor import Executor, Request
from solli_graphql.graphql.limits import Limits

LIGNES, LIGNES_MAXIMUM = 100, 1000
HISTORIQUE = """
    historique(first: $first, avantSeq: $avantSeq) {
      seq date auteur { nom prenom } ancienStatutLibelle nouveauStatutLibelle commentaire
    }"""
SUITE = (
    "query Suite($id: ID!, $first: Int, $avantSeq: Int) { node(id: $id) { ... on Sollicitation {"
    + HISTORIQUE
    + "} } }"
)
FICHE = (
    """
query Fiche($id: ID!, $first: Int, $avantSeq: Int) {
  node(id: $id) { ... on Sollicitation {
    numero statutLibelle typeObjet numeroObjet dateDepot dateMiseAJour description brouillon
    categorie { libelle }
    sousCategorie { libelle }
    structureEmettrice { ...structure }
    serviceEmetteur { code libelle }
    contact { courriel telephone }
    structureDestinataire { ...structure }
    serviceDestinataire { code libelle }
    priseEnChargePar { nom prenom }
    commentairesEmetteur { date auteur { nom prenom } texte }
    piecesJointes {
      nomFichier typeMime taille sha256 dateAjout ajouteePar { nom prenom } etat
    }"""
    + HISTORIQUE
    + """
  } }
}
fragment structure on Structure { designation raisonSociale identifiant { type valeur } }
"""
)


class Fiches:
    """Reads fiches; the limits that an operator sets are for documents of others."""

    def __init__(self, reader: Reader) -> None:
        self._executor = Executor(reader, None, limits=Limits(), open_introspection=False)

    async def lire(self, acteur: Acteur, id_: int) -> dict[str, Any] | None:
        """Read a sollicitation with the rights of an acteur; None if they may not see it."""
        fiche = await self._lire(FICHE, acteur, id_)
        if fiche is None:
            return None
        lignes = fiche["historique"]
        while len(lignes) % LIGNES == 0 and 0 < len(lignes) < LIGNES_MAXIMUM:
            suite = await self._lire(SUITE, acteur, id_, lignes[-1]["seq"])
            if suite is None or not suite["historique"]:
                break
            lignes += suite["historique"]
        return {**fiche, "historiqueOmis": lignes[-1]["seq"] - 1 if lignes else 0}

    async def _lire(
        self, document: str, acteur: Acteur, id_: int, avant: int | None = None
    ) -> dict[str, Any] | None:
        variables = {"id": gid("Sollicitation", id_), "first": LIGNES, "avantSeq": avant}
        reply = await self._executor.execute(acteur, Request(document, variables))
        if reply.code == Occupe.code:
            raise Occupe
        if reply.code is not None:
            message = f"a fiche could not be read: {reply.code}"
            raise RuntimeError(message)
        found: dict[str, Any] | None = reply.body["data"]["node"]
        return found
