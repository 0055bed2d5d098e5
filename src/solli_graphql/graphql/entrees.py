"""The policy of each argument and input field: a reviewed table, checked at start, in the SDL."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

import strawberry
from strawberry.schema_directive import Location

from graphql import GraphQLSchema, get_named_type, is_input_object_type, is_object_type
from solli_graphql.graphql.fields import BACKREF, enumeration


class Regle(StrEnum):
    """What a value that a client gives is held to."""

    HABILITATION = "HABILITATION"
    VISIBILITE = "VISIBILITE"
    VUE = "VUE"
    TRANSITION = "TRANSITION"
    PROPRE = "PROPRE"
    REFERENTIEL = "REFERENTIEL"
    CONTENU = "CONTENU"
    FORME = "FORME"


enumeration(
    Regle,
    "Ce à quoi une entrée est tenue.",
    {
        "HABILITATION": "L'appelant doit en tenir le droit ; sinon, ACCES_REFUSE.",
        "VISIBILITE": "Désigne ce que l'appelant voit ; le reste est comme absent.",
        "VUE": "Compare ou range ce que l'appelant voit, tel qu'il le voit.",
        "TRANSITION": "La table des transitions dit si c'est permis.",
        "PROPRE": "N'est cherché que parmi ce qui est à l'appelant.",
        "REFERENTIEL": "Désigne ce que tous voient : référentiel ou annuaire.",
        "CONTENU": "Vérifié, puis conservé.",
        "FORME": "Forme de la réponse : ne montre et n'écrit rien de plus.",
    },
)
HABILITATION, VISIBILITE, VUE, TRANSITION, PROPRE, REFERENTIEL, CONTENU, FORME = Regle


@strawberry.schema_directive(
    locations=[Location.ARGUMENT_DEFINITION, Location.INPUT_FIELD_DEFINITION],
    name="entree",
    description="Ce à quoi cette entrée est tenue.",
)
class Entree:
    """What an argument or an input field is held to."""

    regle: Regle = strawberry.field(description="Règle.")


PAGE = {"first": FORME, "after": VUE, "last": FORME, "before": VUE}
CLE = {"cleIdempotence": PROPRE}
COMMANDE = CLE | {"versionAttendue": VUE, "simulation": FORME}
PIECES = {"piecesJointes": PROPRE}
# An argument that holds an input type is held to what the fields of that type are.
ENTREES: Mapping[str, Mapping[str, Regle]] = {
    "Query.node": {"id": VISIBILITE},
    "Query.nodes": {"ids": VISIBILITE},
    "Query.sollicitation": {"numero": VISIBILITE},
    "Query.synthese": {"espace": HABILITATION, **PAGE},
    "Query.sollicitations": {"espace": HABILITATION, "tri": VUE, **PAGE},
    "Query.statistiques": {"espace": HABILITATION, "grouperPar": VUE},
    "Query.structures": PAGE,
    "Query.structure": {"identifiant": VISIBILITE},
    "Query.utilisateurs": PAGE,
    "Mutation.jouerAutrePartie": {"id": VISIBILITE, "geste": TRANSITION},
    "SollicitationConnection.facettes": {"axes": VUE},
    "Sollicitation.historique": {"first": FORME, "avantSeq": VUE},
    "FiltreSollicitations": {
        **dict.fromkeys(("numero", "categorie", "sousCategorie", "statut"), VUE),
        **dict.fromkeys(("deposeeDu", "deposeeAu", "identifiantEmetteur"), VUE),
        **dict.fromkeys(("serviceDestinataire", "typeObjet", "numeroObjet", "texte"), VUE),
        **dict.fromkeys(("priseEnChargePar", "destinataireActuel"), VUE),
    },
    "FiltreStructures": dict.fromkeys(("texte", "identifiant", "type", "publique"), VUE),
    "FiltreUtilisateurs": dict.fromkeys(("courriel", "role", "structure", "actif"), VUE),
    "SoumettreSollicitationInput": {
        **dict.fromkeys(("structureEmettrice", "serviceEmetteur"), HABILITATION),
        **dict.fromkeys(("categorie", "sousCategorie"), REFERENTIEL),
        **dict.fromkeys(("structureDestinataire", "serviceDestinataire"), REFERENTIEL),
        **dict.fromkeys(("typeObjet", "numeroObjet"), CONTENU),
        **dict.fromkeys(("courriel", "telephone", "description"), CONTENU),
        "simulation": FORME,
        **CLE,
        **PIECES,
    },
    "TraiterInput": {
        "id": VISIBILITE,
        "statut": TRANSITION,
        "miseAJour": CONTENU,
        **COMMANDE,
        **PIECES,
    },
    "RepondreComplementInput": {"id": VISIBILITE, "reponse": CONTENU, **COMMANDE, **PIECES},
    "RouvrirInput": {"id": VISIBILITE, "commentaire": CONTENU, **COMMANDE, **PIECES},
    "CloturerInput": {"id": VISIBILITE, "commentaire": CONTENU, **COMMANDE},
    "PreparerTeleversementInput": dict.fromkeys(
        ("nomFichier", "typeMime", "taille", "sha256"), CONTENU
    ),
    "ExporterInput": {"espace": HABILITATION, "synthese": FORME, "tri": VUE, "format": FORME},
    "CreerUtilisateurInput": {
        **dict.fromkeys(("courriel", "nom", "prenom"), CONTENU),
        **dict.fromkeys(("sujet", "client"), HABILITATION),
        **CLE,
    },
    "HabilitationInput": {
        **dict.fromkeys(("role", "structure"), HABILITATION),
        "services": REFERENTIEL,
    },
    "LierUtilisateurInput": {
        "utilisateur": VISIBILITE,
        **dict.fromkeys(("sujet", "client"), HABILITATION),
        **CLE,
    },
    "AccorderHabilitationInput": {"utilisateur": VISIBILITE, **CLE},
    "RetirerHabilitationInput": {
        "utilisateur": VISIBILITE,
        **dict.fromkeys(("role", "structure"), HABILITATION),
        **CLE,
    },
    "CompteInput": {"utilisateur": VISIBILITE, **CLE},
}


def declare(schema: GraphQLSchema, table: Mapping[str, Mapping[str, Regle]] = ENTREES) -> None:
    """Give every input its rule. Raises TypeError for one without, and for a rule of none."""
    regles = {(ou, nom): r for ou, noms in table.items() for nom, r in noms.items()}
    entrees = {(ou, nom): entree for ou, nom, entree in _entrees(schema)}
    if regles.keys() != entrees.keys():
        sans, de_trop = entrees.keys() - regles.keys(), regles.keys() - entrees.keys()
        message = (
            f"ENTREES has no rule for {sorted(sans)}, and rules for no input {sorted(de_trop)}"
        )
        raise TypeError(message)
    for place, entree in entrees.items():
        entree.extensions[BACKREF].directives = [Entree(regle=regles[place])]


def _entrees(schema: GraphQLSchema) -> Iterator[tuple[str, str, Any]]:
    """List what a client can give: arguments and input fields, but those of an input type."""
    declares = ((n, t) for n, t in schema.type_map.items() if not n.startswith("__"))
    for nom, type_ in declares:
        places: dict[str, Mapping[str, Any]] = {}
        if is_input_object_type(type_):
            places = {nom: type_.fields}
        elif is_object_type(type_):
            places = {f"{nom}.{n}": f.args for n, f in type_.fields.items()}
        for ou, entrees in places.items():
            for n, entree in entrees.items():
                if not is_input_object_type(get_named_type(entree.type)):
                    yield ou, n, entree
