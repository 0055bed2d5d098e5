"""What the model says that each one reads: the fiche, the labels (D21), the texts (S5)."""

from collections.abc import Iterator
from typing import Any

from machine.modele import (
    A_TRAITER,
    ANALYSTE,
    CHOIX,
    CLOTUREE,
    EMETTEUR,
    EN_ATTENTE,
    EN_COURS,
    RECEPTEUR,
    REPONDUE,
    STRUCTURE,
    SUPPORT,
    TABLE,
    TRAITANT,
    Dossier,
    Ligne,
    Qui,
)

# The table of D21: receiver, emitter, support.
MOTS = {
    (A_TRAITER, STRUCTURE): ("A traiter", "Transmise", "Chez la structure"),
    (EN_COURS, STRUCTURE): ("En cours", "?", "Chez la structure"),
    (EN_ATTENTE, STRUCTURE): (
        "En attente d'informations",
        "Informations complémentaires requises",
        "Chez la structure",
    ),
    (A_TRAITER, SUPPORT): ("Transférée au support", "Transmise au support", "A traiter"),
    (EN_COURS, SUPPORT): ("Transférée au support", "?", "En cours"),
    (EN_ATTENTE, SUPPORT): (
        "Transférée au support",
        "Informations complémentaires requises",
        "En attente d'informations",
    ),
}
ESPACES = {EMETTEUR: "EMISES", RECEPTEUR: "RECUES", ANALYSTE: "RECUES", SUPPORT: "SUPPORT"}


def mots(statut: str | None, chez: str | None, cote: str) -> str | None:
    """Give a side's words for a state."""
    if statut is None or chez is None:
        return None
    if statut in (REPONDUE, CLOTUREE):
        return "Réponse apportée" if statut == REPONDUE else "Clôturée"
    return MOTS[statut, chez][(RECEPTEUR, EMETTEUR, SUPPORT).index(cote)]


def cote(d: Dossier, qui: Qui) -> str:
    """Tell whose words somebody reads; an analyst, the receiver's. Nobody here treats twice."""
    roles = d.roles(qui)
    if SUPPORT in roles:
        return SUPPORT
    return RECEPTEUR if roles & {RECEPTEUR, ANALYSTE} else EMETTEUR


def lisible(ligne: Ligne, vue: str) -> str | None:
    """Give the text of a line, if it is for this view."""
    lecteurs = {
        "TOUS": {EMETTEUR, ANALYSTE, TRAITANT},
        "TRAITANTS": {ANALYSTE, TRAITANT},
        "BROUILLON": {TRAITANT},
    }
    return ligne.texte if vue in lecteurs[ligne.pour] else None


def etapes(d: Dossier, qui: Qui, depuis: int = 0) -> list[dict[str, Any]]:
    """Write the history as somebody reads it, newest first, after a seq of their view."""
    vue, words = d.vue(qui), cote(d, qui)
    assert vue is not None
    lignes = d.vues(vue)
    ecrites: list[dict[str, Any]] = []
    for i, x in enumerate(lignes):
        ancien = lignes[i - 1].nouveau if i else None
        etape = {
            "seq": i + 1,
            "ancienStatut": ancien,
            "nouveauStatut": x.nouveau,
            "ancienStatutLibelle": mots(ancien, x.chez_avant, words),
            "nouveauStatutLibelle": mots(x.nouveau, x.chez, words),
            "commentaire": lisible(x, vue),
            "auteur": "?" if vue == ANALYSTE else x.auteur,
        }
        ecrites.append(etape)
    return [e for e in ecrites[::-1] if e["seq"] > depuis]


def resume(d: Dossier, qui: Qui) -> dict[str, Any]:
    """Write what a list shows of it."""
    vue = d.vue(qui)
    assert vue is not None
    statut = d.statut_vu(vue)
    return {
        "version": len(d.vues(vue)),
        "statut": statut,
        "statutLibelle": mots(statut, d.chez, cote(d, qui)),
        "motif": d.motif,
        "destinataireActuel": d.chez,
    }


def fiche(d: Dossier, qui: Qui) -> dict[str, Any] | None:
    """Write all that somebody reads of it, or None if it does not exist for them."""
    vue = d.vue(qui)
    if vue is None:
        return None
    return resume(d, qui) | {
        "description": d.description,
        "brouillon": d.brouillon if vue == TRAITANT else None,
        "priseEnChargePar": preneur(d, vue),
        "transferts": d.transferts,
        "reouvertures": d.reouvertures,
        "allersRetours": d.allers_retours,
        "historique": etapes(d, qui),
        "commentairesEmetteur": [
            x.texte for x in d.lignes if x.geste in ("REPONDRE_COMPLEMENT", "ROUVRIR")
        ],
        "actionsPossibles": actions(d, qui),
    }


def preneur(d: Dossier, vue: str) -> str | None:
    """Tell who has taken it: nobody to the emitter, somebody to the analyst."""
    if d.preneur is None or vue == EMETTEUR:
        return None
    return "?" if vue == ANALYSTE else d.preneur


def actions(d: Dossier, qui: Qui) -> dict[str, Any]:
    """Tell each action: the choices with their statut, or the code of the refusal (D23)."""
    offertes: dict[str, Any] = {}
    roles = d.roles(qui)
    choix = {c: TABLE[c].vers for c in CHOIX if d.ouvert(qui, c)}
    refus = "TRANSITION_INTERDITE" if roles & {RECEPTEUR, SUPPORT} else "ACCES_REFUSE"
    offertes["TRAITER"] = choix or refus
    refus = "TRANSITION_INTERDITE" if EMETTEUR in roles else "ACCES_REFUSE"
    for geste in ("REPONDRE_COMPLEMENT", "ROUVRIR", "CLOTURER"):
        offertes[geste] = {} if d.ouvert(qui, geste) else refus
    return offertes


def simulation(avant: Dossier | None, apres: Dossier) -> dict[str, Any]:
    """Say what a simulated command would do, in the words of each side."""
    quitte, entre = avant.liste if avant else None, apres.liste
    bouge = quitte != entre
    traitant = RECEPTEUR if apres.chez == STRUCTURE else SUPPORT
    return {
        "statut": apres.statut,
        "libelleEmetteur": mots(apres.statut_vu(EMETTEUR), apres.chez, EMETTEUR),
        "libelleTraitant": mots(apres.statut, apres.chez, traitant),
        "quitte": quitte if bouge else None,
        "entre": entre if bouge else None,
    }


def textes(d: Dossier, qui: Qui) -> Iterator[str]:
    """List every text of it that somebody may read."""
    if (vue := d.vue(qui)) is not None:
        yield d.description
        yield from (t for x in d.vues(vue) if (t := lisible(x, vue)))


def cherchables(d: Dossier) -> Iterator[str]:
    """List every text by which it is found: the emitter's alone (D9)."""
    yield d.description
    yield from (x.texte for x in d.lignes if TABLE_EMETTEUR.get(x.geste) and x.texte)


TABLE_EMETTEUR = {geste: regle.par == EMETTEUR for geste, regle in TABLE.items()}


def espaces(qui: Qui) -> list[str]:
    """List the espaces that somebody's roles open."""
    return sorted({ESPACES[r] for r in qui.roles})


def dans(d: Dossier, qui: Qui, espace: str) -> bool:
    """Tell whether it is among what somebody finds in an espace."""
    return any(ESPACES[r] == espace for r in d.roles(qui))
