"""All the rows of a list, by the product's own read path: what an export holds."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import cached_property, partial
from typing import Any

from solli_graphql.db.database import Snapshot
from solli_graphql.db.plan.reader import Reader
from solli_graphql.db.plan.reads import Root as Prepared
from solli_graphql.domain.acteur import Acteur
from solli_graphql.graphql.documents import Document
from solli_graphql.graphql.limits import Limits
from solli_graphql.graphql.schema import core, schema
from solli_graphql.services.exports import Demande

LOT = 200  # rows at a time: what is in memory, and what others wait for
COMPTER = "{ synthese(espace: RECUES) { totalCount } }"
LIRE = """{
  synthese(espace: RECUES) { nodes {
    id numero version statut statutLibelle motif destinataireActuel
    categorie { code libelle }
    sousCategorie { code libelle }
    typeObjet numeroObjet dateDepot dateMiseAJour
    structureEmettrice { ...structure }
    serviceEmetteur { code libelle }
    contact { courriel telephone }
    structureDestinataire { ...structure }
    serviceDestinataire { code libelle }
    priseEnChargePar { id nom prenom }
    description brouillon transferts reouvertures allersRetours
  } }
}
fragment structure on Structure { designation raisonSociale identifiant { type valeur } }
"""


class Lignes:
    """Reads the rows of lists; the documents above only say which fields, never which rows."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    @cached_property
    def _compte(self) -> Prepared:
        return self._preparer(COMPTER)

    @cached_property
    def _lues(self) -> Prepared:
        return self._preparer(LIRE)

    def _preparer(self, texte: str) -> Prepared:
        (root,) = Document(schema, core(), Limits(), texte).operation(None).roots({})
        selection = root.selected.on["SollicitationConnection"]
        return Prepared(self._reader.schema, "Sollicitation", selection, connection=True)

    async def compter(self, acteur: Acteur, demande: Demande) -> int:
        """Count the rows of now. Raises ChampInvalide, AccesRefuse or LimiteDepassee."""
        found = await self._reader.connection(self._compte, demande.read(acteur), {})
        nombre: int = found["totalCount"]
        return nombre

    async def lire(
        self, acteur: Acteur, demande: Demande, source: Snapshot
    ) -> AsyncGenerator[Callable[[], list[dict[str, Any]]], None]:
        """Read all rows from one source, some at a time; each lot is built by whoever calls it."""
        root = await asyncio.to_thread(getattr, self, "_lues")  # the first time it is prepared
        lots = self._reader.stream(root, demande.read(acteur), source, LOT)
        async with aclosing(lots):
            async for lot in lots:
                yield partial(_lignes, lot)


def _lignes(lot: Callable[[], dict[str, Any]]) -> list[dict[str, Any]]:
    """Build the rows of a lot."""
    lignes: list[dict[str, Any]] = lot()["nodes"]
    return lignes
