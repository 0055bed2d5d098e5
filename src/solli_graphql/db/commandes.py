"""The statements of the write side; the lock is taken through what the caller may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from solli_graphql.db import models as m
from solli_graphql.db.database import Statement, insert
from solli_graphql.db.visibilite import Portee, visible
from solli_graphql.domain.mesures import AU_DEPOT
from solli_graphql.domain.workflow import (
    DestinataireActuel,
    Etat,
    MotifATraiter,
    Routage,
    StatutSollicitation,
)

_ETAT = (
    *("id", "statut", "destinataire_actuel", "motif", "version", "statut_emetteur"),
    *("version_emetteur", "routage", "transferts", "reouvertures", "allers_retours"),
    *("passe_support", "date_depot", "date_mise_a_jour_emetteur", *AU_DEPOT, "tete"),
)


def _etat(droits: int, *valeurs: Any) -> Etat:
    ligne = dict(zip(_ETAT, valeurs, strict=True))
    return Etat(
        **ligne
        | {
            "droits": int(droits),
            "statut": StatutSollicitation(ligne["statut"]),
            "statut_emetteur": StatutSollicitation(ligne["statut_emetteur"]),
            "destinataire_actuel": DestinataireActuel(ligne["destinataire_actuel"]),
            "motif": ligne["motif"] and MotifATraiter(ligne["motif"]),
            "routage": Routage(ligne["routage"]),
        }
    )


@lru_cache(maxsize=256)
def lire(shape: tuple[Portee, ...]) -> Statement[Etat]:
    """Read one sollicitation (bind `id`) for somebody whose rights have this shape."""
    t = m.sollicitation
    condition, regard = visible(shape, None, dict(t.c))
    droits = regard.droits
    if not isinstance(droits, sa.ColumnElement):
        droits = sa.literal_column(str(int(droits)), sa.Integer)
    select = sa.select(droits.label("droits"), *(t.c[n] for n in _ETAT))
    return Statement(
        select.where(t.c.id == sa.bindparam("id", type_=sa.BigInteger), condition), _etat
    )


@lru_cache(maxsize=256)
def verrouiller(shape: tuple[Portee, ...]) -> Statement[Etat]:
    """Read it as `lire` does, and lock it."""
    return Statement(lire(shape).core.with_for_update(key_share=True), _etat)


_VISIBLE_OU_NON = (
    *("statut", "destinataire_actuel", "motif", "version", "date_mise_a_jour", "brouillon"),
    *("prise_en_charge_par_id", "tete"),
)
_VISIBLE = (
    *_VISIBLE_OU_NON,
    *("statut_emetteur", "version_emetteur", "date_mise_a_jour_emetteur", "transferts"),
    *("reouvertures", "allers_retours", "passe_support", *AU_DEPOT),
)


def _mettre_a_jour(colonnes: Sequence[str]) -> Statement[Any]:
    """Set these columns of the row `cible`."""
    t = m.sollicitation
    cible = t.c.id == sa.bindparam("cible", type_=sa.BigInteger)
    return Statement(t.update().where(cible), columns=colonnes)


# By visibility: a transition that the emitter may not know of names none of their columns.
METTRE_A_JOUR = {True: _mettre_a_jour(_VISIBLE), False: _mettre_a_jour(_VISIBLE_OU_NON)}
INSERER = insert(m.sollicitation)
LIGNE = insert(m.historique)
TEXTE = insert(m.historique_texte)
RECHERCHE = insert(m.sollicitation_recherche)
EVENEMENT = insert(m.evenement, ("sollicitation_id", "seq", "seq_emetteur", "date"))
RETENIR = insert(m.idempotence)
COMPLETER_RECHERCHE: Statement[Any] = Statement(
    m.sollicitation_recherche.update()
    .where(
        m.sollicitation_recherche.c.sollicitation_id == sa.bindparam("cible", type_=sa.BigInteger)
    )
    .values(
        texte=m.sollicitation_recherche.c.texte + sa.bindparam("ajout", type_=sa.Text),
    )
)


@dataclass(frozen=True, slots=True)
class Issue:
    """The outcome kept under an idempotency key; version is of the caller's own view."""

    empreinte: bytes
    confirmation: str
    sollicitation_id: int | None
    version: int
    compte_id: int | None  # of an act of administration


_i = m.idempotence.c
DEJA: Statement[Issue] = Statement(
    sa.select(_i.empreinte, _i.confirmation, _i.sollicitation_id, _i.version, _i.compte_id).where(
        _i.utilisateur_id == sa.bindparam("utilisateur", type_=sa.BigInteger),
        _i.cle == sa.bindparam("cle", type_=sa.Text),
    ),
    Issue,
)


@dataclass(frozen=True, slots=True)
class Aiguillage:
    """A pair of catégorie and sous-catégorie in use, and where it sends."""

    categorie_id: int
    sous_categorie_id: int
    routage: str
    numero_objet_requis: bool


_c, _s = m.categorie.c, m.sous_categorie.c
AIGUILLER: Statement[Aiguillage] = Statement(
    sa.select(_c.id, _s.id.label("sous_id"), _s.routage, _s.numero_objet_requis)
    .join_from(m.categorie, m.sous_categorie)
    .where(
        _c.code == sa.bindparam("categorie", type_=sa.Text),
        _s.code == sa.bindparam("sous_categorie", type_=sa.Text),
        _c.actif,
        _s.actif,
    ),
    Aiguillage,
)
PUBLIQUE: Statement[bool] = Statement(
    sa.select(m.structure.c.publique).where(
        m.structure.c.id == sa.bindparam("id", type_=sa.BigInteger),
        m.structure.c.identifiant_type != "PARTICULIER",  # whose existence is nobody's business
    ),
    bool,
)
SERVICE: Statement[int] = Statement(
    sa.select(m.service.c.id).where(
        m.service.c.structure_id == sa.bindparam("structure", type_=sa.BigInteger),
        m.service.c.code == sa.bindparam("code", type_=sa.Text),
        m.service.c.actif,
    ),
    int,
)
