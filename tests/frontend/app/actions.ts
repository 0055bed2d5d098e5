// The mutations, and each member that they answer.
import { ApolloClient, gql } from "@apollo/client";
import { GraphQLClient } from "graphql-request";
import { graphql, lire } from "./gen/index.js";
import type { DeposerMutation, TraiterInput } from "./gen/graphql.js";

export const ISSUE = graphql(`
  fragment Issue on ResultatAction {
    __typename
    ... on ActionPriseEnCompte { confirmation rejoue sollicitation { id version statut } }
    ... on Refus { code message }
    ... on ChampInvalide { champ erreurs { champ code message } }
    ... on ConflitDeVersion { versionActuelle modifications { seq nouveauStatutLibelle } }
    ... on TransitionInterdite { statutActuel }
  }
`);
export const DEPOSER = graphql(`
  mutation Deposer($input: SoumettreSollicitationInput!) { soumettreSollicitation(input: $input) { ...Issue } }
`);
export const TRAITER = graphql(`
  mutation Traiter($input: TraiterInput!) { traiter(input: $input) { ...Issue } }
`);
export const REPONDRE = graphql(`
  mutation Repondre($input: RepondreComplementInput!) { repondreComplement(input: $input) { ...Issue } }
`);
export const ROUVRIR = graphql(`
  mutation Rouvrir($input: RouvrirInput!) { rouvrir(input: $input) { ...Issue } }
`);
export const CLOTURER = graphql(`
  mutation Cloturer($input: CloturerInput!) { cloturer(input: $input) { ...Issue } }
`);
export const EXPORTER = graphql(`
  mutation Exporter($input: ExporterInput!) {
    exporter(input: $input) { __typename ... on ExportPrepare { url nombre } ... on Refus { code message } }
  }
`);

type Issue = DeposerMutation["soumettreSollicitation"];

export function dire(issue: Issue): string {
  const membre = lire(ISSUE, issue);
  switch (membre.__typename) {
    case "ActionPriseEnCompte":
      return membre.confirmation;
    case "ChampInvalide":
      return membre.erreurs.map((e) => `${e.champ} : ${e.message}`).join("\n");
    case "ConflitDeVersion":
      return `${membre.message} (version ${membre.versionActuelle.toFixed()})`;
    case "TransitionInterdite":
      return `${membre.message} (${membre.statutActuel})`;
    default:
      return membre.message; // AccesRefuse, Introuvable, CleIdempotenceReutilisee
  }
}

export async function traiter(client: ApolloClient, input: TraiterInput): Promise<string> {
  const { data } = await client.mutate({ mutation: TRAITER, variables: { input } });
  return data ? dire(data.traiter) : "";
}

export async function cloturer(client: GraphQLClient, id: string): Promise<string> {
  return dire((await client.request(CLOTURER, { input: { id } })).cloturer);
}

// Without the generator a document has no types, and is still accepted.
export const MOI = gql("{ moi { id nom } }");
