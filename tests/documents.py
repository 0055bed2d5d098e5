"""The GraphQL documents that tests send."""

from typing import Any

RESULTAT = """
  __typename
  ... on ActionPriseEnCompte {
    confirmation rejoue
    simulation { statut libelleEmetteur libelleTraitant quitte entre }
    sollicitation { id numero version statut statutLibelle destinataireActuel motif }
  }
  ... on Refus { code message }
  ... on ChampInvalide { champ erreurs { champ code message } }
  ... on TransitionInterdite { statutActuel }
  ... on ConflitDeVersion { versionActuelle modifications { seq nouveauStatut commentaire } }
"""


def mutation(nom: str, entree: str) -> str:
    """Write the document of a mutation that asks for every member of its answer."""
    return f"mutation($input: {entree}!) {{ {nom}(input: $input) {{ {RESULTAT} }} }}"


SOUMETTRE = mutation("soumettreSollicitation", "SoumettreSollicitationInput")
TRAITER = mutation("traiter", "TraiterInput")
REPONDRE = mutation("repondreComplement", "RepondreComplementInput")
ROUVRIR = mutation("rouvrir", "RouvrirInput")
CLOTURER = mutation("cloturer", "CloturerInput")
# By the emitter: the mutation, and the field of its text. Every other geste is a choice of TRAITER.
MUTATIONS = {
    "REPONDRE_COMPLEMENT": (REPONDRE, "reponse"),
    "ROUVRIR": (ROUVRIR, "commentaire"),
    "CLOTURER": (CLOTURER, "commentaire"),
}
FICHE = """
fragment Personne on Utilisateur { __typename id nom prenom }
fragment Lieu on Structure {
  __typename id designation raisonSociale identifiant { type valeur } services { code libelle }
}
fragment Fiche on Sollicitation {
  __typename id numero version statut statutLibelle motif destinataireActuel
  categorie { code libelle } sousCategorie { code libelle routage } typeObjet numeroObjet
  dateDepot dateMiseAJour description
  structureEmettrice { ...Lieu } serviceEmetteur { code libelle } contact { courriel telephone }
  structureDestinataire { ...Lieu } serviceDestinataire { code libelle }
  priseEnChargePar { ...Personne } brouillon
  commentairesEmetteur { date texte auteur { nom prenom } }
  historique(first: 100) {
    seq date auteur { nom prenom } ancienStatut nouveauStatut ancienStatutLibelle
    nouveauStatutLibelle commentaire
  }
  piecesJointes { id }
  actionsPossibles {
    action disponible champsRequis codeIndisponibilite motifIndisponibilite
    statutsProposes { statut libelle aide statutResultant }
  }
  transferts reouvertures allersRetours
}
"""
LIRE = FICHE + "query($id: ID!) { node(id: $id) { ...Fiche } }"


def demander(geste: str, texte: str = "Un texte.") -> tuple[str, dict[str, Any]]:
    """Write the document of a geste, and its input but for the id."""
    if geste not in MUTATIONS:
        return TRAITER, {"statut": geste, "miseAJour": texte}
    document, champ = MUTATIONS[geste]
    return document, {champ: texte}


# All that statistics tell of their groups.
STATISTIQUES = """groupes {
  cles { axe code libelle } nombre
  premiereReponse { nombre mediane centile90 } resolution { nombre mediane centile90 }
  temps { emetteur structure support }
  reouvertures { nombre taux } mauvaisesAffectations { nombre taux }
  demandesInformation { nombre taux }
}"""
