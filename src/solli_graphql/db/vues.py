"""The one place that says how each view reads each column: the declared policy of every field."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from solli_graphql.db.plan.sources import Columns, Computed
from solli_graphql.domain.acteur import Vue
from solli_graphql.domain.mesures import AU_DEPOT
from solli_graphql.domain.pseudonymes import contact, nom, structure, utilisateur


def literal(value: int | str) -> sa.ColumnElement[Any]:
    """Write a constant of ours into the SQL: partial indexes match only literals."""
    if isinstance(value, str):
        return sa.cast(sa.literal_column(f"'{value}'"), sa.Text)
    return sa.literal_column(str(int(value)), sa.Integer)


Read = sa.ColumnElement[Any] | Computed | None
Instead = str | None | Computed | Callable[[Columns], sa.ColumnElement[Any]]


def _tout_le_texte(c: Columns) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(c["texte"], c["texte_interne"])


def _sans_brouillon(c: Columns) -> sa.ColumnElement[Any]:
    interne = sa.case((c["nouveau_statut"] != literal("EN_COURS"), c["texte_interne"]))
    return sa.func.coalesce(c["texte"], interne)


def _telechargeable(c: Columns) -> sa.ColumnElement[Any]:
    """Give 1 where the caller may fetch the bytes: before a verdict, who sent them alone (F5)."""
    a_moi = c["auteur_id"] == sa.bindparam("acteur", type_=sa.BigInteger)
    return sa.case(
        (c["etat"] == literal("DISPONIBLE"), literal(1)),
        (sa.and_(c["etat"] == literal("EN_ANALYSE"), a_moi), literal(1)),
        else_=literal(0),
    )


_AUTEUR: Mapping[str, Instead] = {
    "auteur_nom": Computed(nom, ("auteur_id", "cle")),
    "auteur_prenom": Computed(lambda: "", ()),
}
# What every view reads as it is. A column that is named neither here nor below cannot be read.
EN_CLAIR: Mapping[str, frozenset[str]] = {
    "sollicitation": frozenset(
        (
            *("id", "numero", "statut", "version", "motif", "destinataire_actuel", "routage"),
            *("categorie_id", "sous_categorie_id", "type_objet", "numero_objet", "description"),
            *("structure_emettrice_id", "service_emetteur_id", "contact_courriel"),
            *("contact_telephone", "structure_destinataire_id", "service_destinataire_id"),
            *("date_depot", "date_mise_a_jour", "brouillon", "prise_en_charge_par_id"),
            *("transferts", "reouvertures", "allers_retours", *AU_DEPOT),
        )
    ),
    "historique": frozenset(
        (
            *("seq", "date", "ancien_statut", "nouveau_statut", "ancien_destinataire"),
            *("destinataire", "auteur_nom", "auteur_prenom", "texte"),
        )
    ),
    "piece_jointe": frozenset(
        (
            *("id", "nom_fichier", "type_mime", "taille", "sha256", "date_ajout", "etat"),
            *("auteur_nom", "auteur_prenom"),
        )
    ),
    "structure": frozenset(
        (
            *("id", "designation", "raison_sociale", "identifiant_type", "identifiant_valeur"),
            "publique",
        )
    ),
    "service": frozenset(("code", "libelle")),
    "categorie": frozenset(("id", "code", "libelle", "ordre")),
    "sous_categorie": frozenset(
        ("code", "libelle", "routage", "numero_objet_requis", "modele", "ordre")
    ),
    "utilisateur": frozenset(("id", "nom", "prenom")),
    # An account, which its administrators alone read.
    "compte": frozenset(("id", "courriel", "nom", "prenom", "actif", "sujet", "client")),
    "habilitation": frozenset(("id", "role", "structure_id")),
}
# What a view reads instead of a column.
VUES: Mapping[Vue, Mapping[str, Mapping[str, Instead]]] = {
    Vue.EMETTEUR: {
        "sollicitation": {
            "statut": "statut_emetteur",
            "version": "version_emetteur",
            "date_mise_a_jour": "date_mise_a_jour_emetteur",
            "brouillon": None,
            "prise_en_charge_par_id": None,
        },
        "historique": {
            "seq": "seq_emetteur",
            "ancien_statut": "ancien_statut_emetteur",
            "commentaire": "texte",
        },
        "piece_jointe": {"telechargeable": _telechargeable},
    },
    Vue.TRAITANT: {
        "historique": {"commentaire": _tout_le_texte},
        "piece_jointe": {"telechargeable": _telechargeable},
    },
    Vue.ANALYSTE: {
        "sollicitation": {
            "brouillon": None,
            "contact_courriel": Computed(contact, ("contact_courriel", "cle")),
            "contact_telephone": None,
        },
        "historique": {"commentaire": _sans_brouillon, **_AUTEUR},
        "piece_jointe": {**_AUTEUR, "telechargeable": None},  # a file may name anybody
        "structure": {
            n: Computed(structure, ("identifiant_type", n, "cle"))
            for n in ("designation", "raison_sociale", "identifiant_valeur")
        },
        "utilisateur": {
            "id": Computed(utilisateur, ("id", "cle")),
            "nom": Computed(nom, ("id", "cle")),
            "prenom": Computed(lambda: "", ()),
        },
    },
}
# A row whose column is null in a view does not exist in it.
INEXISTANT_SANS = {"historique": "seq"}


class Lecture(StrEnum):
    """How a view reads a column: as it is, its own value, a pseudonym, or nothing."""

    CLAIR = "CLAIR"
    PROPRE = "PROPRE"
    MASQUE = "MASQUE"
    PSEUDONYME = "PSEUDONYME"


def au_lieu(relation: str, name: str, v: Vue) -> Instead:
    """Give what a view reads for a column. Raises TypeError where no policy is declared."""
    if name in (instead := VUES[v].get(relation, {})):
        return instead[name]
    if name in EN_CLAIR.get(relation, ()):
        return name
    message = f"no policy is declared for {relation}.{name}"
    raise TypeError(message)


def lecture(relation: str, name: str, v: Vue) -> Lecture:
    """Say how a view reads a column. Raises TypeError where no policy is declared."""
    match au_lieu(relation, name, v):
        case None:
            return Lecture.MASQUE
        case Computed():
            return Lecture.PSEUDONYME
        case instead:
            return Lecture.CLAIR if instead == name else Lecture.PROPRE


_DU_COMPTE = {"courriel", "nom", "prenom", "sujet"}


def personnelle(relation: str, name: str) -> bool:
    """Tell whether a column is of a person: no analyst reads it, as none reads an account."""
    if relation == "compte":
        return name in _DU_COMPTE
    return lecture(relation, name, Vue.ANALYSTE) in (Lecture.MASQUE, Lecture.PSEUDONYME)
