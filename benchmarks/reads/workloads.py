"""The five workloads: what is asked, by whom, and what makes two answers the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from solli_graphql.domain.numeros import gid, lire_gid

CARD = """
id numero version statutLibelle motif dateDepot dateMiseAJour description
categorie { libelle } sousCategorie { libelle }
structureEmettrice { designation } serviceDestinataire { code libelle }
"""
SEARCH = f"""
query Recherche(
  $espace: Espace!, $filtre: FiltreSollicitations!, $tri: TriSollicitations, $after: String
) {{
  sollicitations(espace: $espace, filtre: $filtre, tri: $tri, first: 20, after: $after) {{
    %s nodes {{ {CARD} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}"""
DOCUMENTS: Mapping[str, str] = {
    "W1": f"""
query Synthese {{
  synthese(espace: RECUES, first: 50) {{
    nodes {{ {CARD} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}""",
    "W2": f"""
query Dossier($numero: String!) {{
  sollicitation(numero: $numero) {{
    {CARD}
    historique(first: 10) {{
      seq date auteur {{ nom prenom }} ancienStatut nouveauStatut commentaire
    }}
    piecesJointes {{ id nomFichier typeMime taille dateAjout etat }}
  }}
}}""",
    "W3": SEARCH % "totalCount",
    "W4": """
mutation Traiter($input: TraiterInput!) {
  traiter(input: $input) {
    __typename
    ... on ActionPriseEnCompte { confirmation sollicitation { id version statut } }
  }
}""",
    "W5": SEARCH % "",
}
DOCUMENTS = {**DOCUMENTS, "W5p1": DOCUMENTS["W5"]}
READS = ("W1", "W2", "W3", "W5p1", "W5")
NAMES: Mapping[str, str] = {
    "W1": "Synthèse, 50 rows × 12 fields",
    "W2": "one by its number, 10 history lines, 3 attachments",
    "W3": "search: 4 filters, order, first 20, totalCount",
    "W4": "traiter, with its version and its key",
    "W5p1": "a long list, page 1",
    "W5": "the same list, page 1000",
}
CALLERS: Mapping[str, str] = {
    "W1": "recepteur@demo.example",
    "W2": "recepteur@demo.example",
    "W3": "recepteur@demo.example",
    "W4": "autre-recepteur@demo.example",
    "W5p1": "support@demo.example",
    "W5": "support@demo.example",
}
TEXTE = "Nous avons bien reçu votre question ; la réponse se prépare."
DATES = ("date", "dateDepot", "dateMiseAJour", "dateAjout")


@dataclass(frozen=True)
class Facts:
    """What is asked of one data set: found once, when it is built."""

    rows: int
    numero: str  # of W2
    filtre: Mapping[str, Any]  # of W3
    page: int  # of W5: 1000, or the last one of a small data set
    after: tuple[str, int]  # the row before that page: its date, its id
    subjects: list[int]  # of W4
    structure: int  # of the caller of W1–W3: peers have no identity, they are told

    def variables(self, workload: str, after: str) -> dict[str, Any]:
        """Give the variables of a read; after is a contender's own cursor."""
        long = {"espace": "SUPPORT", "filtre": {"deposeeDu": "2000-01-01"}, "tri": None}
        all_: dict[str, dict[str, Any]] = {
            "W1": {},
            "W2": {"numero": self.numero},
            "W3": {"espace": "RECUES", "filtre": self.filtre, "tri": "DATE_DEPOT_DESC"},
            "W5p1": long,
            "W5": {**long, "after": after},
        }
        return all_[workload]


def traiter(id_: int, version: int | None, key: str, *, raw: bool) -> dict[str, Any]:
    """Give the variables of W4; raw writes the id as peers without global ids know it."""
    entree = {
        "id": str(id_) if raw else gid("Sollicitation", id_),
        "statut": "EN_COURS",
        "miseAJour": TEXTE,
        "versionAttendue": version,
        "cleIdempotence": key,
    }
    return {"input": entree}


def same(answer: Any) -> Any:
    """
    Reduce an answer to what must be equal between contenders.

    Ids lose their form, instants their writing, cursors all but their presence; `{nodes}` alone is
    its list; a nested object is flattened, `_` adding nothing to its path.
    """
    if isinstance(answer, list):
        return [same(x) for x in answer]
    if not isinstance(answer, dict):
        return answer
    if list(answer) == ["nodes"]:
        return same(answer["nodes"])
    flat: dict[str, Any] = {}
    for key, value in answer.items():
        found = _leaf(key, same(value))
        if isinstance(found, dict):
            flat |= {k if key == "_" else f"{key}_{k}": v for k, v in found.items()}
        else:
            flat[key] = found
    return flat


def _leaf(key: str, value: Any) -> Any:
    if key == "id":
        read = lire_gid(str(value))
        return str(read[1] if read else value)
    if key in DATES:
        return datetime.fromisoformat(value).astimezone(UTC)
    if key == "endCursor":
        return bool(value)
    return int(value) if key == "totalCount" else value
