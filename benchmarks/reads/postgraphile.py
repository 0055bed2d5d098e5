"""The documents of PostGraphile, whose names come from the tables; aliases give them ours."""

from collections.abc import Mapping
from typing import Any

CARD = """
id: rowId numero version statutLibelle: libelle{espace} motif dateDepot dateMiseAJour description
categorie: categorieByCategorieId {{ libelle }}
sousCategorie: sousCategorieBySousCategorieId {{ libelle }}
structureEmettrice: structureByStructureEmettriceId {{ designation }}
serviceDestinataire: serviceByServiceDestinataireId {{ code libelle }}
"""
PAGE = "pageInfo { hasNextPage endCursor }"
RECUES = CARD.format(espace="Recues")
DOCUMENTS: Mapping[str, str] = {
    "W1": f"""
query Synthese($structure: BigInt!) {{
  synthese: allSollicitations(
    condition: {{ structureDestinataireId: $structure, aPrendre: true }}
    orderBy: [DATE_DEPOT_ASC, ROW_ID_ASC], first: 50
  ) {{ nodes {{ {RECUES} }} {PAGE} }}
}}""",
    "W2": f"""
query Dossier($numero: String!) {{
  sollicitation: sollicitationByNumero(numero: $numero) {{
    {RECUES}
    historique: historiquesBySollicitationId(orderBy: SEQ_DESC, first: 10) {{
      nodes {{
        seq date ancienStatut nouveauStatut
        _: historiqueTexteBySollicitationIdAndSeq {{
          auteur_nom: auteurNom auteur_prenom: auteurPrenom commentaire: texte
        }}
      }}
    }}
    piecesJointes: pieceJointesBySollicitationId(orderBy: ROW_ID_ASC) {{
      nodes {{ id: rowId nomFichier typeMime taille dateAjout etat }}
    }}
  }}
}}""",
    "W3": f"""
query Recherche(
  $structure: BigInt!, $statuts: [String!]!, $categorie: String!, $du: String!, $au: String!
) {{
  sollicitations: allSollicitations(
    condition: {{
      structureDestinataireId: $structure, statuts: $statuts, codeCategorie: $categorie
      deposeeDu: $du, deposeeAu: $au
    }}
    orderBy: [DATE_DEPOT_DESC, ROW_ID_DESC], first: 20
  ) {{ totalCount nodes {{ {RECUES} }} {PAGE} }}
}}""",
    "W4": """
mutation Traiter($input: PeersTraiterInput!) {
  traiter: peersTraiter(input: $input) {
    confirmation sollicitation: result { id: rowId version statut }
  }
}""",
    "W5": f"""
query Longue($after: Cursor) {{
  sollicitations: allSollicitations(
    condition: {{ passeAuSupport: true, deposeeDu: "2000-01-01" }}
    orderBy: [DATE_DEPOT_DESC, ROW_ID_DESC], first: 20, after: $after
  ) {{ nodes {{ {CARD.format(espace="Support")} }} {PAGE} }}
}}""",
}
CURSOR = """
query Place($offset: Int!) {
  allSollicitations(
    condition: { passeAuSupport: true, deposeeDu: "2000-01-01" }
    orderBy: [DATE_DEPOT_DESC, ROW_ID_DESC], first: 1, offset: $offset
  ) { edges { cursor } }
}"""


def variables(workload: str, ours: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """Turn our variables into its own; told holds what our token says."""
    structure = {"structure": str(told["structure"])}
    if workload == "W1":
        return structure
    if workload == "W3":
        f = ours["filtre"]
        dates = {"du": f["deposeeDu"], "au": f["deposeeAu"]}
        return {**structure, "statuts": f["statut"], "categorie": f["categorie"], **dates}
    if workload == "W4":
        entree = ours["input"]
        given = {"id": entree["id"], "version": entree["versionAttendue"]}
        words = {"statut": entree["statut"], "texte": entree["miseAJour"]}
        return {"input": {**given, **words, "agent": str(told["agent"][0])}}
    return {"numero": ours["numero"]} if workload == "W2" else {"after": ours.get("after")}
