"""The fields that are not merely a column: each is read in plain Python."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from typing import Any

from oracle.pages import Args, Liste, Objet, gid
from oracle.vues import Base, Ligne, Vue
from solli_graphql.domain import pseudonymes
from solli_graphql.domain.acteur import Droits
from solli_graphql.domain.workflow import actions_possibles

SECRET = b"secret of the tests"
DROITS = {"EMETTEUR": 1, "RECEPTEUR": 2, "SUPPORT": 4, "ANALYSTE": 8}
assert {n: int(Droits[n]) for n in DROITS} == DROITS


LISTE: Mapping[str, Callable[[Liste], Any]] = {
    "nodes": lambda p: p.objets,
    "edges": lambda p: [{"cursor": p.curseur(o), "node": o} for o in p.objets],
    "totalCount": lambda p: p.total,
    "pageInfo": lambda p: {
        "hasNextPage": p.suivante,
        "hasPreviousPage": p.precedente,
        "startCursor": p.curseur(p.objets[0]) if p.objets else None,
        "endCursor": p.curseur(p.objets[-1]) if p.objets else None,
    },
}


def en_usage(type_: str, lignes: Sequence[Ligne], ordre: str) -> list[Objet]:
    return [Objet(type_, x) for x in sorted(lignes, key=lambda x: x[ordre]) if x["actif"]]


def _vue(o: Objet) -> Vue:
    assert o.vue is not None
    return o.vue


def _un(type_: str, table: str, fk: str) -> Any:
    """Follow a foreign key; what is found is seen as the sollicitation is."""

    def champ(base: Base, o: Objet, _: Args) -> Objet | None:
        row = base.un(table, o.row[fk])
        return None if row is None else Objet(type_, row, o.vue)

    return champ


def _nom(o: Objet, texte: str) -> str:
    """Name a structure; an analyst reads a stand-in for a private person's names."""
    if o.vue and o.vue.analyste:
        return pseudonymes.structure(o.row["identifiant_type"], texte, SECRET)
    return texte


def _auteur(_: Base, o: Objet, __: Args) -> dict[str, Any]:
    if o.vue and o.vue.analyste:
        return {"nom": pseudonymes.nom(o.row["auteur_id"], SECRET), "prenom": ""}
    return {"nom": o.row["auteur_nom"], "prenom": o.row["auteur_prenom"]}


def _contact(_: Base, o: Objet, __: Args) -> dict[str, Any] | None:
    courriel, telephone = o.row["contact_courriel"], o.row["contact_telephone"]
    if courriel is None:
        return None
    if _vue(o).analyste:
        return {"courriel": pseudonymes.contact(courriel, SECRET), "telephone": None}
    return {"courriel": courriel, "telephone": telephone}


def _prise(base: Base, o: Objet, _: Args) -> Objet | None:
    prise = _vue(o).prise
    return (
        Objet("Utilisateur", base.par_id["utilisateur"][prise["auteur_id"]], o.vue)
        if prise
        else None
    )


def _utilisateur(champ: str) -> Any:
    def lire(_: Base, o: Objet, __: Args) -> str:
        analyste = o.vue is not None and o.vue.analyste
        id_: Any = o.row["id"]
        if champ == "id":
            return gid("Utilisateur", pseudonymes.utilisateur(id_, SECRET) if analyste else id_)
        if analyste:
            return pseudonymes.nom(id_, SECRET) if champ == "nom" else ""
        return str(o.row[champ])

    return lire


def _historique(_: Base, o: Objet, args: Args) -> list[Objet]:
    vue = _vue(o)
    lignes = [Objet("LigneHistorique", x, vue, i) for i, x in enumerate(vue.lignes, 1)]
    first, avant = args.get("first"), args.get("avantSeq")
    gardees = [x for x in reversed(lignes) if avant is None or x.rang < avant]
    return gardees[: 20 if first is None else min(max(first, 0), 100)]


def _avant(o: Objet) -> Ligne | None:
    """Give the line before, in the same view."""
    return _vue(o).lignes[o.rang - 2] if o.rang > 1 else None


def _ancien_libelle(_: Base, o: Objet, __: Args) -> str | None:
    avant = _avant(o)
    return _vue(o).libelle(avant["nouveau_statut"], avant["destinataire"]) if avant else None


def _commentaires(_: Base, o: Objet, __: Args) -> list[Objet]:
    actions = ("REPONDRE_COMPLEMENT", "ROUVRIR")
    return [
        Objet("CommentaireEmetteur", x, o.vue) for x in _vue(o).lignes if x["action"] in actions
    ]


def _pieces(base: Base, o: Objet, _: Args) -> list[Objet]:
    pieces = sorted(base.tables["piece_jointe"], key=lambda p: int(p["id"]))
    return [Objet("PieceJointe", p, o.vue) for p in pieces if p["sollicitation_id"] == o.row["id"]]


def _services(base: Base, o: Objet, _: Args) -> list[Objet]:
    limites = {
        x["service_id"]
        for x in base.tables["habilitation_service"]
        if x["habilitation_id"] == o.row["id"]
    }
    services = [Objet("Service", base.par_id["service"][s]) for s in limites]
    return sorted(services, key=lambda s: str(s.row["code"]))


def _actions(_: Base, o: Objet, __: Args) -> Any:
    vue = _vue(o)
    droits = sum(DROITS[role] for role in vue.roles)
    return list(actions_possibles(droits, vue.statut, vue.chez, o.row["routage"]))


def _sous(table: str, type_: str, fk: str, ordre: str) -> Any:
    def champ(base: Base, o: Objet, _: Args) -> list[Objet]:
        return en_usage(type_, [x for x in base.tables[table] if x[fk] == o.row["id"]], ordre)

    return champ


S, L = "Sollicitation", "LigneHistorique"
CHAMPS: Mapping[tuple[str, str], Callable[[Base, Any, Args], Any]] = {
    (S, "id"): lambda _, o, __: gid(S, o.row["id"]),
    (S, "version"): lambda _, o, __: _vue(o).version,
    (S, "statut"): lambda _, o, __: _vue(o).statut,
    (S, "statutLibelle"): lambda _, o, __: _vue(o).libelle(_vue(o).statut, _vue(o).chez),
    (S, "motif"): lambda _, o, __: _vue(o).vie.motif,
    (S, "destinataireActuel"): lambda _, o, __: _vue(o).chez,
    (S, "dateMiseAJour"): lambda _, o, __: _vue(o).date_mise_a_jour.astimezone(UTC).isoformat(),
    (S, "categorie"): _un("Categorie", "categorie", "categorie_id"),
    (S, "sousCategorie"): _un("SousCategorie", "sous_categorie", "sous_categorie_id"),
    (S, "structureEmettrice"): _un("Structure", "structure", "structure_emettrice_id"),
    (S, "serviceEmetteur"): _un("Service", "service", "service_emetteur_id"),
    (S, "structureDestinataire"): _un("Structure", "structure", "structure_destinataire_id"),
    (S, "serviceDestinataire"): _un("Service", "service", "service_destinataire_id"),
    (S, "contact"): _contact,
    (S, "priseEnChargePar"): _prise,
    (S, "brouillon"): lambda _, o, __: (
        p["texte_interne"] if (p := _vue(o).prise) and _vue(o).traitant else None
    ),
    (S, "commentairesEmetteur"): _commentaires,
    (S, "historique"): _historique,
    (S, "piecesJointes"): _pieces,
    (S, "actionsPossibles"): _actions,
    (S, "transferts"): lambda _, o, __: _vue(o).vie.transferts,
    (S, "reouvertures"): lambda _, o, __: _vue(o).vie.reouvertures,
    (S, "allersRetours"): lambda _, o, __: _vue(o).vie.allers_retours,
    (L, "seq"): lambda _, o, __: o.rang,
    (L, "auteur"): _auteur,
    (L, "ancienStatut"): lambda _, o, __: a["nouveau_statut"] if (a := _avant(o)) else None,
    (L, "ancienStatutLibelle"): _ancien_libelle,
    (L, "nouveauStatutLibelle"): lambda _, o, __: _vue(o).libelle(
        o.row["nouveau_statut"], o.row["destinataire"]
    ),
    (L, "commentaire"): lambda _, o, __: _vue(o).commentaire(o.row),
    ("CommentaireEmetteur", "auteur"): _auteur,
    ("PieceJointe", "id"): lambda _, o, __: gid("PieceJointe", o.row["id"]),
    ("PieceJointe", "ajouteePar"): _auteur,
    ("Structure", "id"): lambda _, o, __: gid("Structure", o.row["id"]),
    ("Structure", "designation"): lambda _, o, __: _nom(o, o.row["designation"]),
    ("Structure", "raisonSociale"): lambda _, o, __: _nom(o, o.row["raison_sociale"]),
    ("Structure", "identifiant"): lambda _, o, __: {
        "type": o.row["identifiant_type"],
        "valeur": _nom(o, o.row["identifiant_valeur"]),
    },
    ("Structure", "services"): _sous("service", "Service", "structure_id", "code"),
    ("Categorie", "sousCategories"): _sous(
        "sous_categorie", "SousCategorie", "categorie_id", "ordre"
    ),
    ("Compte", "id"): lambda _, o, __: gid("Compte", o.row["id"]),
    ("Compte", "habilitations"): lambda _, o, __: [
        Objet("Habilitation", h) for h in sorted(o.dedans, key=lambda h: int(h["id"]))
    ],
    ("Habilitation", "structure"): _un("Structure", "structure", "structure_id"),
    ("Habilitation", "services"): _services,
    **{("Utilisateur", champ): _utilisateur(champ) for champ in ("id", "nom", "prenom")},
}
