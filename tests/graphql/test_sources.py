"""What a start refuses: a source that is not there, or that may be null where the schema is not."""

from typing import Any

import pytest
import strawberry

from graphql import GraphQLSchema
from solli_graphql.db import relations as r
from solli_graphql.db.plan.sources import Column, Embedded, One
from solli_graphql.graphql.fields import catalogue, champ, lu, objet


@objet
class Personne:
    """Personne."""

    nom: str = champ("Nom.")
    id: str = champ("Identifiant.")


def schema(relation: Any, annotation: Any, source: Any) -> GraphQLSchema:
    """
    Declare a type with one field.
    """
    fields = {"__annotations__": {"essai": annotation}, "essai": champ("Essai.", source)}
    type_: Any = lu(relation)(type("Essai", (), {"__doc__": "Essai.", **fields}))
    query = type("Query", (), {"__annotations__": {"un": type_}, "un": champ("Un.")})
    return strawberry.Schema(objet(query))._schema


@pytest.mark.parametrize(
    ("relation", "annotation", "source", "said"),
    [
        (r.STRUCTURE, str, Column("inconnue"), "has no column inconnue"),
        (r.SOLLICITATION, str, Column("numero_objet"), "may be, as EMETTEUR"),
        (r.SOLLICITATION, str, Column("brouillon"), "brouillon may be"),
        (r.HISTORIQUE, str, Column("ancien_statut"), "ancien_statut may be"),
        (r.PIECE_JOINTE, int, Column("auteur_id"), "auteur_id may be"),
        (r.SOLLICITATION, Personne, One("prise_en_charge_par_id"), "prise_en_charge_par_id may be"),
        (r.HISTORIQUE, Personne, Embedded("auteur_"), "auteur_id may be"),
        (r.HISTORIQUE, Personne, Embedded("auteur_", present="auteur_id"), "auteur_id may be"),
    ],
)
def test_refused_at_the_start(relation: Any, annotation: Any, source: Any, said: str) -> None:
    """
    A field that cannot be null needs a source that is not, in each view.
    """
    with pytest.raises(TypeError, match=said):
        catalogue(schema(relation, annotation, source))


@pytest.mark.parametrize(
    ("relation", "annotation", "source"),
    [
        (r.SOLLICITATION, str | None, Column("numero_objet")),
        (r.SOLLICITATION, str, Column("numero_objet", never_null="a reason")),
        (r.SOLLICITATION, int, Column("version")),
        (r.HISTORIQUE, int, Column("seq")),
        (r.HISTORIQUE, Personne | None, Embedded("auteur_", present="auteur_id")),
    ],
)
def test_accepted(relation: Any, annotation: Any, source: Any) -> None:
    """
    What may be null in the schema may be so in a view, and a line without a rank does not exist.
    """
    assert catalogue(schema(relation, annotation, source))["Essai"]
