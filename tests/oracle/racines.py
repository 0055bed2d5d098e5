"""The roots, naively: every visible row is looked at, then sorted, then cut into a page."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from oracle.pages import Args, Liste, Objet, bornes, invalide, lire_gid, page, refus
from oracle.vues import ESPACE_DU_ROLE, TEXTES_DE_L_EMETTEUR, Appelant, Base, Ligne, Vue
from solli_graphql.domain.textes import replier, vide

PARIS = ZoneInfo("Europe/Paris")


def controler(args: Args) -> None:
    """Refuse too long a list, and NUL. Raises GraphQLError."""
    for valeur in _tout(args):
        if isinstance(valeur, list) and len(valeur) > 100:
            raise invalide("Une liste a au plus 100 éléments.")
        if isinstance(valeur, str) and "\0" in valeur:
            raise invalide("Le caractère NUL n'est pas admis.")


def _tout(valeur: Any) -> Iterator[Any]:
    yield valeur
    dedans = valeur.values() if isinstance(valeur, dict) else valeur
    for v in dedans if isinstance(valeur, dict | list) else ():
        yield from _tout(v)


def sollicitations(qui: Appelant, args: Args, *, synthese: bool) -> Liste:
    """Give a work list, or a search. Raises GraphQLError."""
    espace = args["espace"]
    ouvrir(qui, espace)
    ordre = "DATE_DEPOT_ASC" if synthese else args.get("tri") or "DATE_DEPOT_DESC"
    lues = bornes(args, ordre)
    if synthese:
        vues = [v for v in qui.voit(espace) if _attend(v, espace)]
    else:
        tests = criteres(qui.base, args["filtre"])
        vues = [v for v in qui.voit(espace) if all(test(v) for test in tests)]
    maj = ordre.startswith("DATE_MISE_A_JOUR")

    def cle(o: Objet) -> Any:
        return o.vue.date_mise_a_jour if maj and o.vue else o.row["date_depot"]

    return page(ordre, [Objet("Sollicitation", v.row, v) for v in vues], cle, lues)


def ouvrir(qui: Appelant, espace: str) -> None:
    """Refuse an espace from which none of one's roles looks. Raises GraphQLError."""
    if not any(ESPACE_DU_ROLE.get(r) == espace for r in qui.roles):
        raise refus("ACCES_REFUSE", "Votre habilitation ne permet pas cette action.")


def _attend(v: Vue, espace: str) -> bool:
    """Tell whether it is in the work list of an espace (D8, D22)."""
    statut, chez = v.vie.lignes[-1]["nouveau_statut"], v.vie.lignes[-1]["destinataire"]
    if espace == "EMISES":
        return bool(statut == "EN_ATTENTE_INFORMATIONS")
    ici = chez == ("STRUCTURE" if espace == "RECUES" else "SUPPORT")
    return ici and statut in ("A_TRAITER", "EN_COURS")


def criteres(base: Base, filtre: Args, *, requis: bool = True) -> list[Callable[[Vue], bool]]:
    """Turn a filter into tests of one row (D9). Raises GraphQLError."""
    donnes = {
        nom: v.strip() if isinstance(v, str) else v
        for nom, v in filtre.items()
        if v is not None and v != [] and not (isinstance(v, str) and vide(v))
    }
    if requis and not donnes:
        raise refus("CRITERE_REQUIS", "Renseignez au moins un critère de recherche.")
    return [_critere(base, nom, valeur) for nom, valeur in donnes.items()]


def _critere(base: Base, nom: str, valeur: Any) -> Callable[[Vue], bool]:
    def pointe(fk: str, table: str, colonne: str) -> Callable[[Vue], bool]:
        return lambda v: (base.un(table, v.row[fk]) or {}).get(colonne) == valeur

    tests: dict[str, Callable[[Vue], bool]] = {
        "numero": lambda v: v.row["numero"] == valeur.upper(),
        "categorie": pointe("categorie_id", "categorie", "code"),
        "sousCategorie": pointe("sous_categorie_id", "sous_categorie", "code"),
        "statut": lambda v: v.statut in valeur,
        "deposeeDu": lambda v: _jour(v) >= valeur,
        "deposeeAu": lambda v: _jour(v) <= valeur,
        "identifiantEmetteur": lambda v: _emise_par(
            v, base.un("structure", v.row["structure_emettrice_id"]) or {}, valeur
        ),
        "serviceDestinataire": pointe("service_destinataire_id", "service", "code"),
        "typeObjet": lambda v: v.row["type_objet"] == valeur,
        "numeroObjet": lambda v: v.row["numero_objet"] == valeur,
        "priseEnChargePar": lambda v: _pris_par(v, valeur),
        "destinataireActuel": lambda v: v.chez == valeur,
    }
    if nom == "texte":
        cherche = _chercher(valeur, minimum=3)
        return lambda v: cherche in _textes(v)
    return tests[nom]


def _jour(v: Vue) -> date:
    jour: date = v.row["date_depot"].astimezone(PARIS).date()
    return jour


def _nommee(structure: Ligne, valeur: str) -> bool:
    """Compare an identifier, as it is written or without its spaces."""
    formes = (valeur.strip().upper(), "".join(valeur.split()).upper())
    return structure["identifiant_valeur"] in formes


def _emise_par(v: Vue, structure: Ligne, valeur: str) -> bool:
    """Find what a structure sent: an analyst must not test the name of a private person."""
    cachee = v.analyste and structure["identifiant_type"] == "PARTICULIER"
    return not cachee and _nommee(structure, valeur)


def _pris_par(v: Vue, valeur: str) -> bool:
    """Find who has taken it: an emitter must not know, an analyst must not learn a name."""
    return bool(
        v.traitant and v.prise and lire_gid(valeur) == ("Utilisateur", v.prise["auteur_id"])
    )


def _chercher(texte: str, *, minimum: int = 0) -> str:
    if len(replier(texte)) < minimum:
        raise invalide(f"La recherche de texte demande au moins {minimum} caractères.")
    if len(texte) > 200:
        raise invalide("La recherche de texte prend au plus 200 caractères.")
    return replier(texte)


def _textes(v: Vue) -> str:
    """Gather what is searched: never a word of the treating side's (D9)."""
    dits = [x["texte"] for x in v.vie.lignes if x["action"] in TEXTES_DE_L_EMETTEUR]
    return replier(v.row["description"], v.row["numero_objet"], *dits)


def structures(qui: Appelant, args: Args) -> Liste:
    """Search the directory. Raises GraphQLError."""
    filtre = {
        n: v
        for n, v in (args.get("filtre") or {}).items()
        if v is not None and not (isinstance(v, str) and vide(v))
    }
    cherche = _chercher(filtre["texte"].strip()) if "texte" in filtre else ""
    lues = bornes(args, "DESIGNATION")

    def convient(s: Ligne) -> bool:
        return (
            qui.voit_structure(s)
            and cherche in replier(s["designation"], s["raison_sociale"])
            and ("identifiant" not in filtre or _nommee(s, filtre["identifiant"]))
            and filtre.get("type", s["identifiant_type"]) == s["identifiant_type"]
            and filtre.get("publique", s["publique"]) is s["publique"]
        )

    trouvees = [Objet("Structure", s) for s in qui.base.tables["structure"] if convient(s)]
    return page("DESIGNATION", trouvees, lambda o: o.row["designation"], lues)


def utilisateurs(qui: Appelant, args: Args) -> Liste:
    """List the accounts that hold something that one administers. Raises GraphQLError."""
    if "ADMINISTRATEUR" not in qui.roles:
        raise refus("ACCES_REFUSE", "Votre habilitation ne permet pas cette action.")
    filtre = {
        n: v.strip() if isinstance(v, str) else v
        for n, v in (args.get("filtre") or {}).items()
        if v is not None and not (isinstance(v, str) and vide(v))
    }
    type_, structure_ = lire_gid(filtre.get("structure", "")) or ("", 0)
    ici = structure_ if type_ == "Structure" else 0
    lues = bornes(args, "COURRIEL")

    def convient(u: Ligne, tenues: tuple[Ligne, ...]) -> bool:
        choisies = [
            h
            for h in tenues
            if filtre.get("role", h["role"]) == h["role"]
            and ("structure" not in filtre or h["structure_id"] == ici)
        ]
        return (
            (bool(choisies) or not {"role", "structure"} & {*filtre})
            and str(filtre.get("courriel", u["courriel"])).lower() == u["courriel"]
            and filtre.get("actif", u["actif"]) is u["actif"]
        )

    comptes = [
        Objet("Compte", u, dedans=tenues)
        for u in qui.base.tables["utilisateur"]
        if (tenues := qui.administre(u["id"])) is not None and convient(u, tenues)
    ]
    return page("COURRIEL", comptes, lambda o: o.row["courriel"], lues)


def structure(qui: Appelant, args: Args) -> Objet | None:
    """Find a structure by its identifier."""
    lignes = sorted(qui.base.tables["structure"], key=lambda s: int(s["id"]))
    trouvees = [s for s in lignes if _nommee(s, args["identifiant"]) and qui.voit_structure(s)]
    return Objet("Structure", trouvees[0]) if trouvees else None


def sollicitation(qui: Appelant, args: Args) -> Objet | None:
    """Find a sollicitation by its number."""
    numero = args["numero"].strip().upper()
    for v in qui.voit(None):
        if v.row["numero"] == numero:
            return Objet("Sollicitation", v.row, v)
    return None


def node(qui: Appelant, texte: str) -> Objet | None:
    """Find an object by its global id."""
    type_, id_ = lire_gid(texte) or ("", 0)
    if type_ == "Sollicitation":
        vues = [v for v in qui.voit(None) if v.row["id"] == id_]
        return Objet(type_, vues[0].row, vues[0]) if vues else None
    row = qui.base.par_id.get(type_.lower(), {}).get(id_)
    if row is not None and type_ == "Structure" and qui.voit_structure(row):
        return Objet(type_, row)
    if row is not None and type_ == "Utilisateur" and qui.voit_utilisateur(id_):
        return Objet(type_, row)
    if type_ == "Compte" and (tenues := qui.administre(id_)) is not None:
        return Objet(type_, qui.base.par_id["utilisateur"][id_], dedans=tenues)
    return None
