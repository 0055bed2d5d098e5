// A list that Relay pages, and acts on.
import { graphql } from "relay-runtime";
import type { ListeQuery } from "./__generated__/ListeQuery.graphql.js";
import type { Liste_synthese$data } from "./__generated__/Liste_synthese.graphql.js";
import type { ListeTraiterMutation } from "./__generated__/ListeTraiterMutation.graphql.js";

export const LISTE = graphql`
  query ListeQuery($espace: Espace!) {
    moi { id nom prenom }
    ...Liste_synthese @arguments(espace: $espace)
  }
`;
export const SYNTHESE = graphql`
  fragment Liste_synthese on Query
  @argumentDefinitions(espace: { type: "Espace!" }, first: { type: "Int", defaultValue: 20 }, after: { type: "String" })
  @refetchable(queryName: "ListePaginationQuery") {
    synthese(espace: $espace, first: $first, after: $after) @connection(key: "Liste_synthese") {
      totalCount
      edges { node { id numero ...Liste_ligne } }
    }
  }
`;
export const LIGNE = graphql`
  fragment Liste_ligne on Sollicitation @refetchable(queryName: "ListeLigneQuery") {
    numero statutLibelle dateMiseAJour
    historique(first: 5) { seq date auteur { nom } }
    piecesJointes { id nomFichier url }
  }
`;
export const COMPTES = graphql`
  query ListeComptesQuery($first: Int!, $after: String) {
    utilisateurs(first: $first, after: $after) @connection(key: "Liste_utilisateurs") {
      edges { node { id courriel habilitations { role structure { id designation } } } }
    }
  }
`;
export const TRAITER = graphql`
  mutation ListeTraiterMutation($input: TraiterInput!) {
    traiter(input: $input) {
      __typename
      ... on ActionPriseEnCompte { confirmation sollicitation { id ...Liste_ligne } }
      ... on Refus { code message }
      ... on ConflitDeVersion { versionActuelle sollicitation { id version } }
    }
  }
`;

export const variables: ListeQuery["variables"] = { espace: "RECUES" };
export const input: ListeTraiterMutation["variables"]["input"] = {
  id: "…", statut: "RESOLUE", miseAJour: "Le virement est parti.", versionAttendue: 4,
};

export function numeros(data: Liste_synthese$data): string[] {
  return data.synthese.edges.map((edge): string => edge.node.numero);
}
