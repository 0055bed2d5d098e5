"""Statistics, naively: the whole history of each visible row, group by group."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from oracle.champs import SECRET
from oracle.pages import Args, Liste, invalide
from oracle.racines import PARIS, criteres, ouvrir
from oracle.vues import MOTS, Appelant, Base, Ligne, Vie, Vue
from solli_graphql.domain import pseudonymes

STATUTS = ("A_TRAITER", "EN_COURS", "EN_ATTENTE_INFORMATIONS", "REPONSE_APPORTEE", "CLOTUREE")
COLONNES = {"EMISES": (1, "STRUCTURE"), "RECUES": (0, "STRUCTURE"), "SUPPORT": (2, "SUPPORT")}
MOIS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
PARTIES: Mapping[str | None, str] = {"STRUCTURE": "La structure", "SUPPORT": "Le support"}
OBJETS: Mapping[str | None, str] = {
    "FACTURE": "Facture",
    "FACTURE_TRAVAUX": "Facture de travaux",
    "MEMOIRE_FRAIS_JUSTICE": "Mémoire de frais de justice",
    "DEMANDE_REMBOURSEMENT": "Demande de remboursement",
    "ENGAGEMENT_JURIDIQUE": "Engagement juridique",
    "STRUCTURE": "Structure",
    "UTILISATEUR": "Utilisateur",
    "RACCORDEMENT": "Raccordement technique",
    "AUTRE": "Autre objet",
    None: "Sans objet",
}
# What a group is made of, its place among the others, its code and its name.
Cle = tuple[Any, tuple[Any, ...], str | None, str]


def mesurer(lignes: Sequence[Ligne]) -> dict[str, Any]:
    """Measure in the plainest way: who is waited for, at each line of the treating side."""
    temps = {"EMETTEUR": 0, "STRUCTURE": 0, "SUPPORT": 0}
    premiere = derniere = None
    secondes = [int(x["date"].timestamp()) for x in lignes]
    derniere_visible = max(i for i, x in enumerate(lignes) if x["nouveau_statut"] != "EN_COURS")
    for i, x in enumerate(lignes):
        attendu = {"A_TRAITER": x["destinataire"], "EN_COURS": x["destinataire"]}
        attendu["EN_ATTENTE_INFORMATIONS"] = "EMETTEUR"
        qui = attendu.get(x["nouveau_statut"])
        if qui and i < derniere_visible:
            temps[qui] += secondes[i + 1] - secondes[i]
        repond = x["nouveau_statut"] in ("EN_ATTENTE_INFORMATIONS", "REPONSE_APPORTEE")
        if repond and premiere is None:
            premiere = secondes[i] - secondes[0]
        if x["nouveau_statut"] == "REPONSE_APPORTEE":
            derniere = secondes[i] - secondes[0]
    close = lignes[-1]["nouveau_statut"] in ("REPONSE_APPORTEE", "CLOTUREE")
    return {
        "delai_premiere_reponse": premiere,
        "delai_resolution": derniere if close else None,
        **{f"temps_{qui.lower()}": t for qui, t in temps.items()},
        "demandes_information": sum(
            x["nouveau_statut"] == "EN_ATTENTE_INFORMATIONS" for x in lignes
        ),
    }


def statistiques(qui: Appelant, args: Args) -> dict[str, Any]:
    """Group what a search finds, and measure each group. Raises GraphQLError."""
    espace = args["espace"]
    ouvrir(qui, espace)
    axes = [*dict.fromkeys(args.get("grouperPar") or ())]
    if len(axes) > 3:
        raise invalide("Un découpage a au plus 3 axes.")
    tests = criteres(qui.base, args.get("filtre") or {}, requis=False)
    vues = [v for v in qui.voit(espace) if all(test(v) for test in tests)]
    groupes: dict[tuple[Any, ...], list[Vue]] = {} if axes else {(): []}
    cles: dict[tuple[Any, ...], list[Cle]] = {(): []}
    for v in vues:
        lues = [AXES[axe](qui.base, v, axe) for axe in axes]
        groupe = tuple(cle[0] for cle in lues)
        cles[groupe] = lues
        groupes.setdefault(groupe, []).append(v)
    ordre = sorted(groupes, key=lambda g: [c[1] for c in cles[g]])
    return {
        "total": len(vues),
        "groupes": [
            {
                "cles": [
                    {"axe": axe, "code": code, "libelle": libelle}
                    for axe, (_, _, code, libelle) in zip(axes, cles[g], strict=True)
                ],
                **_mesurer([v.vie for v in groupes[g]]),
            }
            for g in ordre
        ],
    }


def facettes(base: Base, liste: Liste, args: Args) -> list[dict[str, Any]]:
    """Count the values of each axis among all the rows of a list."""
    trouvees = []
    axes = args.get("axes")
    for axe in dict.fromkeys(("STATUT", "CATEGORIE") if axes is None else axes):
        cles = [AXES[axe](base, o.vue, axe) for o in liste.toutes if o.vue]
        nombres = Counter(cle[0] for cle in cles)
        distinctes = {cle[0]: cle for cle in cles}.values()
        ordre = sorted(distinctes, key=lambda c: (-nombres[c[0]], c[1]))
        valeurs: list[dict[str, Any]] = [
            {"code": code, "libelle": libelle, "nombre": nombres[quoi]}
            for quoi, _, code, libelle in ordre[:20]
        ]
        autres = len(cles) - sum(v["nombre"] for v in valeurs)
        trouvees.append({"axe": axe, "valeurs": valeurs, "autres": autres})
    return trouvees


def _mesurer(vies: Sequence[Vie]) -> dict[str, Any]:
    mesures, nombre = [mesurer(v.lignes) for v in vies], len(vies)

    def delai(nom: str) -> dict[str, Any]:
        tries = sorted(m[nom] for m in mesures if m[nom] is not None)
        rangs = {"mediane": (len(tries) + 1) // 2, "centile90": -(-9 * len(tries) // 10)}
        centiles = {n: tries[r - 1] if tries else None for n, r in rangs.items()}
        return {"nombre": len(tries), **centiles}

    def part(test: Callable[[Vie, Mapping[str, Any]], Any]) -> dict[str, Any]:
        combien = sum(bool(test(v, m)) for v, m in zip(vies, mesures, strict=True))
        return {"nombre": combien, "taux": combien / nombre if nombre else None}

    return {
        "nombre": nombre,
        "premiereReponse": delai("delai_premiere_reponse"),
        "resolution": delai("delai_resolution"),
        "temps": {
            p: sum(m[f"temps_{p}"] for m in mesures) // nombre if nombre else None
            for p in ("emetteur", "structure", "support")
        },
        "reouvertures": part(lambda v, _: v.reouvertures),
        "mauvaisesAffectations": part(lambda v, _: v.transferts),
        "demandesInformation": part(lambda _, m: m["demandes_information"]),
    }


def _statut(_: Base, v: Vue, __: str) -> Cle:
    s = v.statut
    fixes = {"REPONSE_APPORTEE": "Réponse apportée", "CLOTUREE": "Clôturée"}
    colonne, chez = COLONNES[str(v.espace)]
    mots = MOTS.get((s, chez), ("", "", ""))
    return s, (STATUTS.index(s),), s, fixes.get(s) or mots[colonne] or mots[0]


def _categorie(base: Base, v: Vue, _: str) -> Cle:
    c = base.par_id["categorie"][v.row["categorie_id"]]
    return c["id"], (c["ordre"], c["code"]), c["code"], c["libelle"]


def _sous_categorie(base: Base, v: Vue, _: str) -> Cle:
    s = base.par_id["sous_categorie"][v.row["sous_categorie_id"]]
    c = base.par_id["categorie"][v.row["categorie_id"]]
    return s["id"], (c["ordre"], s["ordre"], s["code"]), s["code"], s["libelle"]


def _structure(base: Base, v: Vue, axe: str) -> Cle:
    s = base.un("structure", v.row[f"{axe.lower()}_id"])
    if s is None:
        return None, (True,), None, "Sans structure"
    noms = [s["designation"], s["identifiant_valeur"]]
    masque = v.analyste and s["identifiant_type"] == "PARTICULIER"
    if masque:
        noms = [pseudonymes.structure(s["identifiant_type"], n, SECRET) for n in noms]
    return (s["id"], masque), (False, *noms, s["id"]), noms[1], noms[0]


def _service(base: Base, v: Vue, _: str) -> Cle:
    s = base.un("service", v.row["service_destinataire_id"])
    if s is None:
        return None, (True,), None, "Sans service"
    structure = base.par_id["structure"][s["structure_id"]]["designation"]
    libelle = f"{s['libelle']} ({structure})"
    return s["id"], (False, structure, s["code"], s["id"]), s["code"], libelle


def _colonne(mots: Mapping[str | None, str], nom: str) -> Callable[[Base, Vue, str], Cle]:
    def lire(_: Base, v: Vue, __: str) -> Cle:
        code = v.row[nom]
        return code, (code is None, code or ""), code, mots[code]

    return lire


def _periode(_: Base, v: Vue, axe: str) -> Cle:
    jour = v.row["date_depot"].astimezone(PARIS).date()
    lundi = jour - timedelta(days=jour.weekday())
    annee, semaine, _jour = jour.isocalendar()
    code, libelle = {
        "JOUR": (jour.isoformat(), jour.strftime("%d/%m/%Y")),
        "SEMAINE": (f"{annee}-W{semaine:02d}", f"semaine du {lundi.strftime('%d/%m/%Y')}"),
        "MOIS": (jour.isoformat()[:7], f"{MOIS.split()[jour.month - 1]} {jour.year}"),
    }[axe]
    return code, (code,), code, libelle


AXES: Mapping[str, Callable[[Base, Vue, str], Cle]] = {
    "STATUT": _statut,
    "CATEGORIE": _categorie,
    "SOUS_CATEGORIE": _sous_categorie,
    "STRUCTURE_EMETTRICE": _structure,
    "STRUCTURE_DESTINATAIRE": _structure,
    "SERVICE": _service,
    "TYPE_OBJET": _colonne(OBJETS, "type_objet"),
    "DESTINATAIRE_ACTUEL": _colonne(PARTIES, "destinataire_actuel"),
    **dict.fromkeys(("JOUR", "SEMAINE", "MOIS"), _periode),
}
