"""The history as evidence: folded, it must equal the row; its chain must hold (S2, S3, D22)."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.ecriture import SOUMETTRE, dit_au_depot, engagement, maillon, origine
from solli_graphql.domain.mesures import mesurer
from solli_graphql.domain.workflow import (
    TRANSITIONS,
    Action,
    DestinataireActuel,
    MotifATraiter,
    Routage,
    StatutSollicitation,
    Transition,
    a_l_origine,
    destination,
)

Ligne = Mapping[str, Any]
EFFACE = "[effacé]"  # what stands where a person was erased


def fautes(row: Ligne, lignes: Sequence[Ligne]) -> list[str]:
    """
    List what is wrong with one sollicitation, in French; nothing if all holds.

    lignes: its history in order, each with its texts; `sel` is None once a person was erased.
    """
    if not lignes:
        return ["aucune ligne d'historique"]
    trouvees = [*_rangs(lignes), *_chaine(row, lignes), *_etapes(row, lignes)]
    if not trouvees:
        attendu = replier_historique(row, lignes)
        trouvees = [
            f"{nom} vaut {row[nom]!r}, l'historique dit {valeur!r}"
            for nom, valeur in attendu.items()
            if row[nom] != valeur
        ]
    return trouvees


def _rangs(lignes: Sequence[Ligne]) -> Iterator[str]:
    """Check that both numberings are gapless."""
    if [x["seq"] for x in lignes] != list(range(1, len(lignes) + 1)):
        yield "seq a un trou"
    visibles = [x["seq_emetteur"] for x in lignes if x["seq_emetteur"] is not None]
    if visibles != list(range(1, len(visibles) + 1)):
        yield "seq_emetteur a un trou"


def _chaine(row: Ligne, lignes: Sequence[Ligne]) -> Iterator[str]:
    """Check each link, and each commitment whose salt is still there."""
    tete = origine(row)
    for x in lignes:
        tete = maillon(tete, x)
        if tete != x["tete"]:
            suite = "" if x["seq"] > 1 else ", ou ce que disait le dépôt a changé"
            yield f"la ligne {x['seq']} ne suit pas la chaîne{suite}"
            return
        if not (_effacee(row, x) if x["sel"] is None else _engagement(row, x) == x["engagement"]):
            yield f"le texte ou l'auteur de la ligne {x['seq']} a changé"
    if tete != row["tete"]:
        yield "la tête de la chaîne n'est pas la dernière ligne"


def _effacee(row: Ligne, x: Ligne) -> bool:
    """Tell whether a line without a salt says nothing of anybody any more."""
    depot = dit_au_depot(row).strip("\0") if x["seq"] == 1 else None
    textes = (depot, x["texte"], x["texte_interne"])
    noms = x["auteur_nom"] == x["auteur_prenom"] == EFFACE
    return noms and x["auteur_id"] is None and all(t in (None, EFFACE) for t in textes)


def _engagement(row: Ligne, x: Ligne) -> bytes:
    texte = dit_au_depot(row) if x["seq"] == 1 else x["texte"] or x["texte_interne"]
    auteur = Acteur(x["auteur_id"], x["auteur_nom"], x["auteur_prenom"])
    return engagement(x["sel"], auteur, texte)


def _etapes(row: Ligne, lignes: Sequence[Ligne]) -> Iterator[str]:
    """Check that each line starts where the one before it ended, and is in the table."""
    routage = Routage(row["routage"])
    premiere = lignes[0]
    debut = (SOUMETTRE, StatutSollicitation.A_TRAITER, a_l_origine(routage))
    if (premiere["action"], premiere["nouveau_statut"], premiere["destinataire"]) != debut:
        yield "la première ligne n'est pas un dépôt"
    if (premiere["texte"], premiere["texte_interne"]) != (None, None):
        yield "la première ligne porte un texte, qui n'est pas la description"
    for avant, x in pairwise(lignes):
        quitte = (avant["nouveau_statut"], avant["destinataire"])
        if (x["ancien_statut"], x["ancien_destinataire"]) != quitte:
            yield f"la ligne {x['seq']} ne part pas de l'état précédent"
        elif (t := transition(x, routage)) is None:
            yield f"la ligne {x['seq']} n'est pas dans la table des transitions"
        elif x["texte_interne" if t.publique else "texte"] is not None:
            yield f"le texte de la ligne {x['seq']} n'est pas là où ses lecteurs le cherchent"


def transition(x: Ligne, routage: Routage) -> Transition | None:
    """Find the transition that a history line made, or None."""
    chez = DestinataireActuel(x["ancien_destinataire"])
    for t in TRANSITIONS:
        if (
            t.action == x["action"]
            and t.statut == x["nouveau_statut"]
            and x["ancien_statut"] in t.depuis
            and destination(t, chez, routage) == x["destinataire"]
            and t.visible is (x["seq_emetteur"] is not None)
        ):
            return t
    return None


def replier_historique(row: Ligne, lignes: Sequence[Ligne]) -> dict[str, Any]:
    """Fold a history into the row that it must give."""
    routage = Routage(row["routage"])
    derniere = lignes[-1]
    visibles = [x for x in lignes if x["seq_emetteur"] is not None]
    suite = [t for x in lignes[1:] if (t := transition(x, routage))]
    en_cours = derniere["nouveau_statut"] == StatutSollicitation.EN_COURS
    preneur = derniere["auteur_id"] if en_cours else None
    transferts = [t.motif is MotifATraiter.TRANSFEREE for t in suite]
    rouvertes = [t.action is Action.ROUVRIR for t in suite]
    boucle = any(r and any(transferts[:i]) for i, r in enumerate(rouvertes))
    attendu = {} if en_cours and derniere["sel"] is None else {"prise_en_charge_par_id": preneur}
    return attendu | {
        "statut": derniere["nouveau_statut"],
        "destinataire_actuel": derniere["destinataire"],
        "version": derniere["seq"],
        "date_depot": lignes[0]["date"],
        "date_mise_a_jour": derniere["date"],
        "statut_emetteur": visibles[-1]["nouveau_statut"],
        "version_emetteur": visibles[-1]["seq_emetteur"],
        "date_mise_a_jour_emetteur": visibles[-1]["date"],
        "brouillon": derniere["texte_interne"] if en_cours else None,
        "motif": _motif(suite),
        "transferts": sum(transferts),
        "reouvertures": sum(rouvertes),
        "allers_retours": boucle and routage is Routage.METIER,
        "passe_support": any(x["destinataire"] == DestinataireActuel.SUPPORT for x in lignes),
        **mesurer(lignes),
    }


def _motif(suite: Sequence[Transition]) -> MotifATraiter | None:
    motif: MotifATraiter | None = MotifATraiter.NOUVELLE
    for t in suite:
        if t.visible:
            motif = t.motif
    return motif
