// A sollicitation and its parts, each asking for what it shows.
import { type FragmentType, graphql, lire } from "./gen/index.js";

export const LIEU = graphql(`
  fragment Lieu on Structure { id designation identifiant { type valeur } services { code libelle } }
`);
export const ETAPE = graphql(`
  fragment Etape on LigneHistorique { seq date auteur { nom prenom } nouveauStatutLibelle commentaire }
`);
export const FICHE = graphql(`
  query Fiche($id: ID!, $avantSeq: Int) {
    node(id: $id) {
      __typename
      ... on Sollicitation {
        id numero version statut statutLibelle dateDepot description pdfUrl
        structureEmettrice { ...Lieu }
        structureDestinataire { ...Lieu }
        priseEnChargePar { id nom prenom }
        historique(first: 20, avantSeq: $avantSeq) { ...Etape }
        piecesJointes { id nomFichier etat url }
        actionsPossibles { action disponible champsRequis statutsProposes { statut libelle aide } }
      }
    }
  }
`);

export function etape(ligne: FragmentType<typeof ETAPE>): string {
  const { date, auteur, commentaire, nouveauStatutLibelle } = lire(ETAPE, ligne);
  const jour: string = date.slice(0, 10);
  return [jour, auteur.nom, nouveauStatutLibelle, commentaire ?? ""].join(" ");
}

export function lieu(structure: FragmentType<typeof LIEU> | null): string | null {
  return lire(LIEU, structure)?.services.map((s) => s.libelle).join(", ") ?? null;
}
