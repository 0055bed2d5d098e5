"""
What Python's gql made of a query, a mutation, its refusal and errors, as JSON.

python scenario.py FOLDER URL TOKEN ID, where FOLDER holds the documented client.
"""

import importlib
import json
import sys
from types import ModuleType
from typing import Any

from gql import GraphQLRequest
from gql.transport.exceptions import TransportQueryError

FOLDER, URL, TOKEN, ID = sys.argv[1:]
LIRE = """query($espace: Espace!, $first: Int) {
  synthese(espace: $espace, first: $first) { totalCount nodes { id numero version } }
}"""
CHERCHER = """query($filtre: FiltreSollicitations!) {
  sollicitations(espace: RECUES, filtre: $filtre) { totalCount }
}"""
TRAITER = """mutation($input: TraiterInput!) { traiter(input: $input) {
  __typename
  ... on ActionPriseEnCompte { sollicitation { id version statut } }
  ... on Refus { code message }
  ... on ConflitDeVersion { versionActuelle }
} }"""
INPUT = {
    "id": ID,
    "statut": "RESOLUE",
    "miseAJour": "Le virement est parti.",
    "versionAttendue": 1,
}


def faire(client: Any, document: str, **variables: Any) -> dict[str, Any]:
    """Ask, and give the data and the codes."""
    demande = GraphQLRequest(document, variable_values=variables)
    try:
        data = client.execute(demande)
    except TransportQueryError as error:
        codes = [e["extensions"]["code"] for e in error.errors or []]
        return {"data": error.data, "codes": codes}
    return {"data": data, "codes": []}


sys.path.insert(0, FOLDER)
session: Any = ModuleType("session")
session.url, session.jeton = URL, lambda: TOKEN
sys.modules["session"] = session
client = importlib.import_module("gql_client").client
dit = {
    "requete": faire(client, LIRE, espace="RECUES", first=1),
    "action": faire(client, TRAITER, input=INPUT),
    "refus": faire(client, TRAITER, input=INPUT),
    "erreur": faire(client, CHERCHER, filtre={}),
    "invalide": faire(client, "query { rien }"),
}
client.transport.kwargs["headers"] = {"Authorization": "Bearer faux"}
dit["anonyme"] = faire(client, "query { moi { id } }")
sys.stdout.write(json.dumps(dit))
