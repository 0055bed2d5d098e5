"""Who reads what of a sollicitation: a table reviewed by people, and how each cell is judged."""

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLSchema, get_named_type, is_object_type

ROLES = ("EMETTEUR", "RECEPTEUR", "SUPPORT", "ANALYSTE")
# By role in the order of ROLES, beside what the receiver's side reads:
#   = the same      < some of it, no line of a draft      ~ in one's own words or numbers
#   0 nothing       p a pseudonym, never the name     . whatever test_actions_offertes says
MATRICE = """
id                                               ====
numero                                           ====
version                                          ~===
statut                                           ~===
statutLibelle                                    ~=~=
motif                                            ====
destinataireActuel                               ====
categorie.code                                   ====
categorie.libelle                                ====
categorie.sousCategories.code                    ====
categorie.sousCategories.libelle                 ====
categorie.sousCategories.routage                 ====
categorie.sousCategories.numeroObjetRequis       ====
categorie.sousCategories.modele                  ====
sousCategorie.code                               ====
sousCategorie.libelle                            ====
sousCategorie.routage                            ====
sousCategorie.numeroObjetRequis                  ====
sousCategorie.modele                             ====
typeObjet                                        ====
numeroObjet                                      ====
dateDepot                                        ====
dateMiseAJour                                    ~===
description                                      ====
structureEmettrice.id                            ====
structureEmettrice.designation                   ====
structureEmettrice.raisonSociale                 ====
structureEmettrice.identifiant.type              ====
structureEmettrice.identifiant.valeur            ====
structureEmettrice.publique                      ====
structureEmettrice.services.code                 ====
structureEmettrice.services.libelle              ====
serviceEmetteur.code                             ====
serviceEmetteur.libelle                          ====
contact.courriel                                 ===p
contact.telephone                                ===0
structureDestinataire.id                         ====
structureDestinataire.designation                ====
structureDestinataire.raisonSociale              ====
structureDestinataire.identifiant.type           ====
structureDestinataire.identifiant.valeur         ====
structureDestinataire.publique                   ====
structureDestinataire.services.code              ====
structureDestinataire.services.libelle           ====
serviceDestinataire.code                         ====
serviceDestinataire.libelle                      ====
priseEnChargePar.id                              0==p
priseEnChargePar.nom                             0==p
priseEnChargePar.prenom                          0==0
brouillon                                        0==0
commentairesEmetteur.date                        ====
commentairesEmetteur.auteur.nom                  ===p
commentairesEmetteur.auteur.prenom               ===0
commentairesEmetteur.texte                       ====
historique.seq                                   <===
historique.date                                  <===
historique.auteur.nom                            <==p
historique.auteur.prenom                         <==0
historique.ancienStatut                          <===
historique.nouveauStatut                         <===
historique.ancienStatutLibelle                   .=~=
historique.nouveauStatutLibelle                  ~=~=
historique.commentaire                           <==<
piecesJointes.id                                 ====
piecesJointes.nomFichier                         ====
piecesJointes.typeMime                           ====
piecesJointes.taille                             ====
piecesJointes.sha256                             ====
piecesJointes.dateAjout                          ====
piecesJointes.ajouteePar.nom                     ===p
piecesJointes.ajouteePar.prenom                  ===0
piecesJointes.etat                               ====
piecesJointes.url                                ~~~0
actionsPossibles.action                          ~=~~
actionsPossibles.disponible                      ~=~~
actionsPossibles.statutsProposes.statut          .=..
actionsPossibles.statutsProposes.libelle         .=..
actionsPossibles.statutsProposes.aide            .=..
actionsPossibles.statutsProposes.statutResultant .=..
actionsPossibles.champsRequis                    ~=~~
actionsPossibles.codeIndisponibilite             .=..
actionsPossibles.motifIndisponibilite            .=..
transferts                                       ====
reouvertures                                     ====
allersRetours                                    ====
pdfUrl                                           ~~~~
"""
# Who may call each root: a letter of ROLES_D_UNE_RACINE for each role that may.
RACINES = """
moi                   ERSAD
node                  ERSAD
nodes                 ERSAD
sollicitation         ERSAD
synthese              ERSA
sollicitations        ERSA
statistiques          ERSA
structures            ERSAD
structure             ERSAD
categories            ERSAD
utilisateurs          D
soumettreSollicitation E
traiter               RS
repondreComplement    E
rouvrir               E
cloturer              E
preparerTeleversement ERS
exporter              ERSA
jouerAutrePartie      ERS
reinitialiserDemo     D
creerUtilisateur      D
lierUtilisateur       D
accorderHabilitation  D
retirerHabilitation   D
desactiverUtilisateur D
reactiverUtilisateur  D
"""
ROLES_D_UNE_RACINE = dict(zip("ERSAD", (*ROLES, "ADMINISTRATEUR"), strict=True))


def racines() -> dict[str, frozenset[str]]:
    """Read the table of roots: the roles of each."""
    lignes = (ligne.split() for ligne in RACINES.strip().splitlines())
    return {nom: frozenset(ROLES_D_UNE_RACINE[x] for x in lettres) for nom, lettres in lignes}


def table() -> dict[str, str]:
    """Read the table: the four letters of each path."""
    return {ligne.split()[0]: ligne.split()[1] for ligne in MATRICE.strip().splitlines()}


def chemins(core: GraphQLSchema) -> list[tuple[str, ...]]:
    """List the paths from a sollicitation to every leaf of the schema."""
    return [*_sous(core, "Sollicitation", ())]


def _sous(core: GraphQLSchema, nom: str, au_dessus: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    type_: Any = core.type_map[nom]
    for champ, declare in type_.fields.items():
        dessous = get_named_type(declare.type)
        if is_object_type(dessous):
            yield from _sous(core, dessous.name, (*au_dessus, champ))
        else:
            yield (*au_dessus, champ)


def document(chemins_: list[tuple[str, ...]]) -> str:
    """Ask for all these paths of one sollicitation."""
    return f"query($id: ID!) {{ node(id: $id) {{ ... on Sollicitation {_selection(chemins_)} }} }}"


def _selection(chemins_: list[tuple[str, ...]]) -> str:
    dessous: dict[str, list[tuple[str, ...]]] = {}
    for premier, *reste in chemins_:
        dessous.setdefault(premier, []).append(tuple(reste))
    return (
        "{ "
        + " ".join(
            nom + (_selection(suite) if suite != [()] else "") for nom, suite in dessous.items()
        )
        + " }"
    )


def valeurs(objet: Any, chemin: tuple[str, ...]) -> list[Any]:
    """List the values at a path that are not null, through objects and lists."""
    if objet is None:
        return []
    if isinstance(objet, list):
        return [v for x in objet for v in valeurs(x, chemin)]
    if not chemin:
        return [objet]
    return valeurs(objet[chemin[0]], chemin[1:])


def ecart(code: str, lues: list[Any], temoin: list[Any]) -> bool:
    """Tell whether what was read breaks a letter of the table."""
    pleines = [v for v in lues if v != ""]
    match code:
        case "=":
            return lues != temoin
        case "<":
            return any(v not in temoin for v in lues) or len(lues) > len(temoin)
        case "0":
            return pleines != []
        case "p":
            return any(v in temoin for v in pleines) or len(pleines) != len(temoin)
        case "~":
            return bool(temoin) and not lues
        case ".":
            return False
    raise AssertionError(code)
