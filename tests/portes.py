"""Every door at which a token can be shown, open to one person."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from client import Client, Compte
from documents import REPONDRE
from fabrique import Make
from fichiers import PDF, preparer, televerser
from requetes import MOI
from solli_graphql.domain.workflow import StatutSollicitation

EXPORTER = """mutation($input: ExporterInput!) { exporter(input: $input) {
  ... on ExportPrepare { url } } }"""
LIENS = """query($id: ID!) { node(id: $id) { ... on Sollicitation {
  pdfUrl piecesJointes { url } } } }"""
ENTETE = b"authorization"


@dataclass(frozen=True)
class Portes:
    """The good links of somebody, which need no token, beside the GraphQL door, which does."""

    liens: Mapping[str, tuple[str, str]]
    a: Compte

    async def essayer(self, http: httpx.AsyncClient, *portes: bytes) -> dict[str, httpx.Response]:
        """Show these Authorization headers at every door."""
        headers = [(ENTETE, valeur) for valeur in portes]
        reponses = {
            nom: await http.request(
                methode, url, headers=headers, content=PDF if methode == "PUT" else None
            )
            for nom, (methode, url) in self.liens.items()
        }
        for query in (MOI, "{ __typename }"):
            corps = {"query": query}
            reponses |= {
                f"POST {query}": await http.post("/graphql", json=corps, headers=headers),
                f"GET {query}": await http.get("/graphql", params=corps, headers=headers),
            }
        return reponses


async def ouvrir(client: Client, make: Make) -> Portes:
    """Make somebody with a sollicitation, a file, an export, and a file announced."""
    a = await make.affaire(StatutSollicitation.EN_ATTENTE_INFORMATIONS)
    piece = await televerser(client, a.emetteur)
    entree = {"id": a.gid, "reponse": "Voici.", "piecesJointes": [piece]}
    assert (await client.execute(REPONDRE, a.emetteur, input=entree)).codes == []
    lue = (await client.execute(LIENS, a.emetteur, id=a.gid)).data["node"]
    export = {"espace": "EMISES", "format": "CSV", "filtre": {"numero": a.numero}}
    exporte = (await client.execute(EXPORTER, a.emetteur, input=export)).data["exporter"]
    envoi = await preparer(client, a.emetteur)
    return Portes(
        {
            "PDF": ("GET", lue["pdfUrl"]),
            "attachment": ("GET", lue["piecesJointes"][0]["url"]),
            "export": ("GET", exporte["url"]),
            "upload": ("PUT", envoi["televersement"]["url"]),
        },
        a.emetteur,
    )
