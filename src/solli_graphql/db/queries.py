"""What can be read: the orders and pages of each root, and how its criteria are named."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from solli_graphql.db.cursors import Page, page
from solli_graphql.db.models import OUVERTES
from solli_graphql.db.plan.reads import Order, Read
from solli_graphql.db.plan.sources import Columns
from solli_graphql.db.statistiques import Groupement
from solli_graphql.db.visibilite import (
    PORTAIL,
    Regard,
    Rights,
    administration,
    comptes_administres,
    d_un_tenant,
    rights,
    structures_visibles,
    utilisateurs_visibles,
    visible,
)
from solli_graphql.domain.acteur import Acteur, Espace
from solli_graphql.domain.errors import CritereRequis, EntreeInvalide
from solli_graphql.domain.numeros import identifiant, jour, lire_gid
from solli_graphql.domain.objets import TriSollicitations
from solli_graphql.domain.statistiques import AxeStatistiques
from solli_graphql.domain.textes import COURT, replier, vide
from solli_graphql.domain.workflow import (
    StatutSollicitation,
)

TEXTE_MINIMUM, AXES_MAXIMUM = 3, 3
PREMIER_JOUR, DERNIER_JOUR = date(1900, 1, 1), date(9000, 1, 1)


ORDERS: Mapping[str, Mapping[str, Order]] = {
    "Sollicitation": {
        "ID": Order("id"),
        "DATE_DEPOT_DESC": Order("date_depot", descending=True),
        "DATE_DEPOT_ASC": Order("date_depot"),
        "DATE_MISE_A_JOUR_DESC": Order("date_mise_a_jour", descending=True),
        "DATE_MISE_A_JOUR_ASC": Order("date_mise_a_jour"),
    },
    "Structure": {"ID": Order("id"), "DESIGNATION": Order("designation")},
    "Utilisateur": {"ID": Order("id")},
    "Compte": {"ID": Order("id"), "COURRIEL": Order("courriel")},
    "Categorie": {"ID": Order("id"), "ORDRE": Order("ordre")},
}


def see(read: Read, c: Columns) -> tuple[sa.ColumnElement[bool], Regard]:
    """Give the single gate of every read: which rows of a type the caller may see, and how."""
    match read.type:
        case "Sollicitation":
            return visible(read.rights.shape, read.espace, c)
        case "Structure":
            return structures_visibles(read.rights.shape, c), PORTAIL
        case "Utilisateur":
            return utilisateurs_visibles(c), PORTAIL
        case "Compte":
            return comptes_administres(read.rights.shape, c)
    return sa.true(), PORTAIL


# What the indexes of lists hold besides their rows' date: the criteria that they answer alone.
SUR_LA_DATE = {"synthese", "deposee_du", "deposee_avant"}


def in_order(read: Read) -> bool:
    """Tell whether one index, by date of deposit, holds what the caller reads and nothing else."""
    by_date = read.order.startswith("DATE_DEPOT") and SUR_LA_DATE.issuperset(read.criteria)
    return by_date and d_un_tenant(read.rights.shape)


def contient(texte: str) -> str:
    """
    Fold a text that is to be found anywhere.

    Raises EntreeInvalide past 200 characters: SQLite refuses a pattern of 50,000 bytes.
    """
    if len(texte) > COURT:
        message = f"La recherche de texte prend au plus {COURT} caractères."
        raise EntreeInvalide(message)
    return replier(texte)


def criteres(filtre: Mapping[str, Any]) -> dict[str, Any]:
    """
    Name the criteria that are present (D9), with their values as the database wants them.

    A blank or empty one counts as absent.

    Raises CritereRequis if there is none, EntreeInvalide for a text of fewer than 3 characters.
    """
    if not (nommes := _nommes(filtre)):
        raise CritereRequis
    return nommes


def _nommes(filtre: Mapping[str, Any]) -> dict[str, Any]:
    nommes: dict[str, Any] = {}
    for nom, valeur in filtre.items():
        if valeur is None or _absent(valeur):
            continue
        convert = _CONVERSIONS.get(nom)
        nommes |= convert(valeur) if convert else {nom: _net(valeur)}
    return nommes


def _absent(valeur: object) -> bool:
    return valeur is None or valeur == [] or (isinstance(valeur, str) and vide(valeur))


def _net(valeur: Any) -> Any:
    return valeur.strip() if isinstance(valeur, str) else valeur


@lru_cache(maxsize=256)
def _un_ou_plusieurs(*statuts: StatutSollicitation) -> Mapping[str, Any]:
    valeurs = sorted({str(s) for s in statuts})
    nommes = {"statut": valeurs[0]} if len(valeurs) == 1 else {"statuts": valeurs}
    return nommes | ({"ouvertes": True} if {*valeurs} <= {*OUVERTES} else {})


def _texte_cherche(texte: str) -> dict[str, Any]:
    if len(replier(texte.strip())) < TEXTE_MINIMUM:
        message = f"La recherche de texte demande au moins {TEXTE_MINIMUM} caractères."
        raise EntreeInvalide(message)
    return {"texte": contient(texte.strip())}


def _nommer(texte: str, un: str, plusieurs: str) -> dict[str, Any]:
    """Name an identifier, with and without its spaces: some types keep them, none needs them."""
    formes = sorted({texte.strip().upper(), "".join(texte.split()).upper()})
    return {un: formes[0]} if len(formes) == 1 else {plusieurs: formes}


@lru_cache(maxsize=1024)
def _minuit(jour_: date, *, plus: int = 0) -> datetime:
    """Give the instant at which a day begins, or another one some days later."""
    return jour(min(max(jour_, PREMIER_JOUR), DERNIER_JOUR) + timedelta(days=plus))


_CONVERSIONS: Mapping[str, Any] = {
    "statut": lambda s: _un_ou_plusieurs(*s),
    "texte": _texte_cherche,
    "deposee_du": lambda j: {"deposee_du": _minuit(j)},
    "deposee_au": lambda j: {"deposee_avant": _minuit(j, plus=1)},
    "numero": lambda n: {"numero": n.strip().upper()},
    "identifiant_emetteur": lambda i: _nommer(i, "identifiant_emetteur", "identifiants_emetteur"),
    "prise_en_charge_par": lambda i: {"prise_en_charge_par": identifiant(i, "Utilisateur") or 0},
}


def synthese(acteur: Acteur, espace: Espace, *bornes: Any) -> Read:
    """Read the work list of an espace, oldest deposit first (D22)."""
    order = TriSollicitations.DATE_DEPOT_ASC
    pagination = page(order, *bornes, dated=True)
    return Read("Sollicitation", {"synthese": True}, rights(acteur), espace, str(order), pagination)


def sollicitations(
    acteur: Acteur,
    espace: Espace,
    filtre: Mapping[str, Any],
    tri: TriSollicitations | None,
    *bornes: Any,
) -> Read:
    """Search an espace by at least one criterion (D9), newest deposit first by default."""
    order = tri or TriSollicitations.DATE_DEPOT_DESC
    pagination = page(order, *bornes, dated=True)
    return Read("Sollicitation", criteres(filtre), rights(acteur), espace, str(order), pagination)


def statistiques(
    acteur: Acteur, espace: Espace, filtre: Mapping[str, Any], axes: Sequence[AxeStatistiques]
) -> Groupement:
    """Count and measure what an espace holds, or what a filter finds there, by some axes."""
    distincts = tuple(dict.fromkeys(axes))
    if len(distincts) > AXES_MAXIMUM:
        message = f"Un découpage a au plus {AXES_MAXIMUM} axes."
        raise EntreeInvalide(message)
    return Groupement(Read("Sollicitation", _nommes(filtre), rights(acteur), espace), distincts)


def sollicitation(acteur: Acteur, numero: str) -> Read:
    """Read one by its number."""
    return Read("Sollicitation", {"numero": numero.strip().upper()}, rights(acteur))


def par_id(acteur: Acteur, id_: int) -> Read:
    """Read one by its id."""
    return Read("Sollicitation", {"id": id_}, rights(acteur))


def structures(acteur: Acteur, filtre: Mapping[str, Any], *bornes: Any) -> Read:
    """Search the directory of structures, by désignation."""
    donnes = {n: v for n, v in filtre.items() if not _absent(v)}
    criteria: dict[str, Any] = {}
    for nom, valeur in donnes.items():
        match nom:
            case "texte":
                criteria["texte"] = contient(valeur.strip())
            case "identifiant":
                criteria |= _nommer(valeur, "identifiant", "identifiants")
            case _:
                criteria[nom] = valeur
    pagination: Page = page("DESIGNATION", *bornes, dated=False)
    return Read("Structure", criteria, rights(acteur), None, "DESIGNATION", pagination)


def structure(acteur: Acteur, identifiant_: str) -> Read:
    """Read one by its identifier."""
    return Read("Structure", _nommer(identifiant_, "identifiant", "identifiants"), rights(acteur))


def categories(acteur: Acteur) -> Read:
    """Read the categories in use, in the order of the reference data."""
    return Read("Categorie", {"actif": True}, rights(acteur), None, "ORDRE")


def moi(acteur: Acteur) -> Read:
    """Read the caller."""
    return Read("Utilisateur", {"id": acteur.id}, rights(acteur))


def compte(acteur: Acteur, id_: int) -> Read:
    """Read an account as one of its administrators."""
    return Read("Compte", {"id": id_}, administration(acteur))


def utilisateurs(acteur: Acteur, filtre: Mapping[str, Any], *bornes: Any) -> Read:
    """List the accounts that one administers, by address."""
    criteria = {n: _net(v) for n, v in filtre.items() if not _absent(v)}
    if "courriel" in criteria:
        criteria["courriel"] = criteria["courriel"].lower()
    if "structure" in criteria:
        criteria["structure"] = identifiant(criteria["structure"], "Structure") or 0
    if "role" in criteria and "structure" in criteria:
        ici = {"role_ici": criteria.pop("role"), "ici": criteria.pop("structure")}
        criteria |= ici
    pagination: Page = page("COURRIEL", *bornes, dated=False)
    return Read("Compte", criteria, administration(acteur), None, "COURRIEL", pagination)


class Nodes(NamedTuple):
    """Objects to read by global ids: which object each id is, and one read per type."""

    places: list[tuple[str, int] | None]
    reads: list[Read]


# The types of Node, and what decides which rows of each the caller may see.
NODES: Mapping[str, Callable[[Acteur], Rights]] = {
    "Sollicitation": rights,
    "Structure": rights,
    "Utilisateur": rights,
    "Compte": administration,
}


def nodes(acteur: Acteur, ids: Sequence[str]) -> Nodes:
    """Read objects by global ids; one that is none of ours has no place."""
    places = [lu if (lu := lire_gid(i)) and lu[0] in NODES else None for i in ids]
    wanted: dict[str, set[int]] = {}
    for type_, id_ in filter(None, places):
        wanted.setdefault(type_, set()).add(id_)
    reads = [
        Read(t, {"id": i[0]} if len(i) == 1 else {"ids": i}, NODES[t](acteur))
        for t, i in ((t, sorted(i)) for t, i in wanted.items())
    ]
    return Nodes(places, reads)
