"""What tests read with: searches, pages, and all that somebody can see."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from client import Client, Compte
from documents import FICHE
from fabrique import Affaire, Make

MIDI = datetime(2024, 3, 1, 12, tzinfo=UTC)
CHERCHER = """
query($espace: Espace!, $filtre: FiltreSollicitations!, $tri: TriSollicitations) {
  sollicitations(espace: $espace, filtre: $filtre, tri: $tri) { totalCount nodes { id } }
}
"""
PAR_NUMERO = FICHE + "query($numero: String!) { sollicitation(numero: $numero) { ...Fiche } }"
PAGES = """
fragment Page on SollicitationConnection {
  totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  edges { cursor node { id version statut statutLibelle motif dateMiseAJour
    historique(first: 2, avantSeq: 3) { seq nouveauStatut } } }
}
query($espace: Espace!, $filtre: FiltreSollicitations!) {
  synthese(espace: $espace) { ...Page }
  depot: sollicitations(espace: $espace, filtre: $filtre) { ...Page }
  ancien: sollicitations(espace: $espace, filtre: $filtre, tri: DATE_DEPOT_ASC) { ...Page }
  recent: sollicitations(espace: $espace, filtre: $filtre, tri: DATE_MISE_A_JOUR_DESC) { ...Page }
  vieux: sollicitations(espace: $espace, filtre: $filtre, tri: DATE_MISE_A_JOUR_ASC, first: 1) {
    ...Page }
}
"""
TROUVER = """
query($espace: Espace!, $filtre: FiltreSollicitations!, $tri: TriSollicitations) {
  sollicitations(espace: $espace, filtre: $filtre, tri: $tri) {
    totalCount nodes { id statut statutLibelle brouillon priseEnChargePar { id } }
  }
}
"""
NODES = """query($ids: [ID!]!) { nodes(ids: $ids) {
  __typename id ... on Sollicitation { numero } ... on Structure { designation }
  ... on Utilisateur { nom } } }"""


async def chercher(client: Client, par: Compte, espace: str = "RECUES", **filtre: Any) -> list[str]:
    """Search, and give the ids found."""
    tri = filtre.pop("tri", None)
    reply = await client.execute(CHERCHER, par, espace=espace, filtre=filtre, tri=tri)
    found = reply.data["sollicitations"]
    assert found["totalCount"] == len(found["nodes"])
    return [n["id"] for n in found["nodes"]]


async def tout(client: Client, a: Affaire, par: Compte, espace: str) -> str:
    """Read all that somebody can of a sollicitation and of the lists that hold it, as text."""
    filtre = {"categorie": "FACTURE" if a.destinataire else "PORTAIL"}
    lus = [
        await client.execute(FICHE + "query($i: ID!) { node(id: $i) { ...Fiche } }", par, i=a.gid),
        await client.execute(PAR_NUMERO, par, numero=a.numero),
        await client.execute(PAGES, par, espace=espace, filtre=filtre),
    ]
    assert all(reply.codes == [] for reply in lus)
    return "\n".join(json.dumps(reply.body, ensure_ascii=False) for reply in lus)


async def trouver(
    client: Client, par: Compte, espace: str, *, tri: str | None = None, **filtre: Any
) -> list[Any]:
    """Search, and give the rows."""
    reply = await client.execute(TROUVER, par, espace=espace, filtre=filtre, tri=tri)
    found = reply.data["sollicitations"]
    assert found["totalCount"] == len(found["nodes"])
    nodes: list[Any] = found["nodes"]
    return nodes


def ids(found: Any) -> list[str]:
    """List the ids of a page."""
    return [n["id"] for n in found["nodes"]]


async def plusieurs(make: Make, nombre: int, dates: Sequence[datetime] = ()) -> list[Affaire]:
    """Make several between the same people, in the order of their deposits."""
    faites = [await make.affaire()]
    faites += [await make.autre(faites[0]) for _ in range(nombre - 1)]
    for affaire, date in zip(faites, dates, strict=False):
        await make.dater(affaire, date)
    return faites
