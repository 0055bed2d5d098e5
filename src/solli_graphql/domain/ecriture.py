"""All that one transition writes: the row, its history line, its texts, its link in the chain."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.mesures import AU_DEPOT, suivre
from solli_graphql.domain.workflow import (
    Action,
    DestinataireActuel,
    Etat,
    Geste,
    MotifATraiter,
    Routage,
    StatutSollicitation,
    Transition,
    a_l_origine,
)

SOUMETTRE = "SOUMETTRE"
Valeurs = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trace:
    """What to write, each part a table's row by column name."""

    row: Valeurs
    ligne: Valeurs
    texte: Valeurs

    @property
    def evenement(self) -> Valeurs:
        """What subscribers are to be told: where to look, never what is there."""
        return {n: self.ligne[n] for n in ("sollicitation_id", "seq", "seq_emetteur", "date")}


def soumettre(
    depot: Valeurs, acteur: Acteur, *, id_: int, routage: Routage, date: datetime, sel: bytes
) -> Trace:
    """
    Write the first state of a sollicitation: A_TRAITER, NOUVELLE, at whoever the routing says.

    depot holds the number and the columns that the emitter gave: line 1 answers for them.
    """
    chez = a_l_origine(routage)
    depot = depot | {"id": id_, "routage": routage}
    ligne = {
        "sollicitation_id": id_,
        "seq": 1,
        "seq_emetteur": 1,
        "date": date,
        "action": SOUMETTRE,
        "ancien_statut": None,
        "ancien_statut_emetteur": None,
        "ancien_destinataire": None,
        "nouveau_statut": StatutSollicitation.A_TRAITER,
        "destinataire": chez,
        "engagement": engagement(sel, acteur, dit_au_depot(depot)),
    }
    ligne["tete"] = maillon(origine(depot), ligne)
    etat = _etat(StatutSollicitation.A_TRAITER, chez, MotifATraiter.NOUVELLE, 1, date, ligne)
    row = depot | etat | _vu_par_l_emetteur(StatutSollicitation.A_TRAITER, 1, date)
    row |= {"date_depot": date, "transferts": 0, "reouvertures": 0, "allers_retours": False}
    row |= AU_DEPOT
    row["passe_support"] = chez is DestinataireActuel.SUPPORT
    return Trace(row, ligne, _texte(id_, 1, acteur, sel))


def ecrire(
    etat: Etat,
    transition: Transition,
    chez: DestinataireActuel,
    geste: Geste,
    acteur: Acteur,
    *,
    date: datetime,
    sel: bytes,
) -> Trace:
    """Write one transition; the emitter's columns only where the emitter may know of it (D14)."""
    seq, t = etat.version + 1, transition
    seq_emetteur = etat.version_emetteur + 1 if t.visible else None
    ligne = {
        "sollicitation_id": etat.id,
        "seq": seq,
        "seq_emetteur": seq_emetteur,
        "date": date,
        "action": t.action,
        "ancien_statut": etat.statut,
        "ancien_statut_emetteur": etat.statut_emetteur if t.visible else None,
        "ancien_destinataire": etat.destinataire_actuel,
        "nouveau_statut": t.statut,
        "destinataire": chez,
        "engagement": engagement(sel, acteur, geste.texte),
    }
    ligne["tete"] = maillon(etat.tete, ligne)
    motif = t.motif if t.visible else etat.motif
    row = _etat(t.statut, chez, motif, seq, date, ligne)
    if t.visible:
        row |= _vu_par_l_emetteur(t.statut, etat.version_emetteur + 1, date)
        row |= _compteurs(etat, t, chez)
        row |= _mesures(etat, t, date)
    else:
        row |= {"brouillon": geste.texte, "prise_en_charge_par_id": acteur.id}
    return Trace(row, ligne, _texte(etat.id, seq, acteur, sel, geste.texte, publique=t.publique))


def _etat(
    statut: StatutSollicitation,
    chez: DestinataireActuel,
    motif: MotifATraiter | None,
    seq: int,
    date: datetime,
    ligne: Valeurs,
) -> Valeurs:
    return {
        "statut": statut,
        "destinataire_actuel": chez,
        "motif": motif,
        "version": seq,
        "date_mise_a_jour": date,
        "brouillon": None,
        "prise_en_charge_par_id": None,
        "tete": ligne["tete"],
    }


def _vu_par_l_emetteur(statut: StatutSollicitation, version: int, date: datetime) -> Valeurs:
    return {
        "statut_emetteur": statut,
        "version_emetteur": version,
        "date_mise_a_jour_emetteur": date,
    }


def _compteurs(etat: Etat, t: Transition, chez: DestinataireActuel) -> Valeurs:
    """Count transfers and reopenings, and see the structure ↔ support loop (D18)."""
    rouverte = t.action is Action.ROUVRIR
    boucle = rouverte and etat.transferts > 0 and etat.routage is Routage.METIER
    return {
        "transferts": etat.transferts + (t.motif is MotifATraiter.TRANSFEREE),
        "reouvertures": etat.reouvertures + rouverte,
        "allers_retours": etat.allers_retours or boucle,
        "passe_support": etat.passe_support or chez is DestinataireActuel.SUPPORT,
    }


def _mesures(etat: Etat, t: Transition, date: datetime) -> Valeurs:
    return suivre(
        {nom: getattr(etat, nom) for nom in AU_DEPOT},
        (etat.statut_emetteur, etat.destinataire_actuel),
        t.statut,
        depot=etat.date_depot,
        depuis=etat.date_mise_a_jour_emetteur,
        date=date,
    )


def _texte(
    id_: int,
    seq: int,
    acteur: Acteur,
    sel: bytes,
    texte: str | None = None,
    *,
    publique: bool = True,
) -> Valeurs:
    return {
        "sollicitation_id": id_,
        "seq": seq,
        "auteur_id": acteur.id,
        "auteur_nom": acteur.nom,
        "auteur_prenom": acteur.prenom,
        "sel": sel,
        "texte": texte if publique else None,
        "texte_interne": None if publique else texte,
    }


def engagement(sel: bytes, acteur: Acteur, texte: str | None) -> bytes:
    """Commit to an author and a text with a salt, so that both can be erased later (S3)."""
    auteur = f"{acteur.id}\0{acteur.nom}\0{acteur.prenom}\0"
    return sha256(sel + auteur.encode() + (texte or "").encode()).digest()


def dit_au_depot(row: Mapping[str, Any]) -> str:
    """Join what a deposit says of a person, or in their words: line 1 commits to it."""
    return "\0".join(row[n] or "" for n in ("description", "contact_courriel", "contact_telephone"))


DEPOT = (
    *("numero", "routage", "categorie_id", "sous_categorie_id", "type_objet", "numero_objet"),
    *("structure_emettrice_id", "service_emetteur_id"),
    *("structure_destinataire_id", "service_destinataire_id"),
)
CHAINE = (
    *("sollicitation_id", "seq", "seq_emetteur", "date", "action", "ancien_statut"),
    *("ancien_statut_emetteur", "ancien_destinataire", "nouveau_statut", "destinataire"),
)


def origine(row: Mapping[str, Any]) -> bytes:
    """Give what a chain starts from: SHA-256 over what only the deposit says, and nobody erases."""
    return sha256(_COMPACT.encode([row[nom] for nom in DEPOT]).encode()).digest()


_COMPACT = json.JSONEncoder(separators=(",", ":"))


def maillon(precedent: bytes, ligne: Mapping[str, Any]) -> bytes:
    """Chain a history line to the one before it: SHA-256 over both, dates in ISO 8601 UTC."""
    valeurs = [ligne[nom] for nom in CHAINE]
    valeurs[3] = ligne["date"].isoformat()
    corps = _COMPACT.encode([*valeurs, ligne["engagement"].hex()])
    return sha256(precedent + corps.encode()).digest()
