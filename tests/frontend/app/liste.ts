// Lists, page by page, by each client.
import type { Client } from "@urql/core";
import { graphql } from "./gen/index.js";
import type { FiltreSollicitations, SyntheseQueryVariables } from "./gen/graphql.js";

export const SYNTHESE = graphql(`
  query Synthese($espace: Espace!, $first: Int, $after: String) {
    synthese(espace: $espace, first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { id numero statutLibelle motif dateMiseAJour sousCategorie { libelle routage } }
    }
  }
`);
export const RECHERCHE = graphql(`
  query Recherche($espace: Espace!, $filtre: FiltreSollicitations!, $tri: TriSollicitations, $after: String) {
    sollicitations(espace: $espace, filtre: $filtre, tri: $tri, first: 50, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges { cursor node { id numero dateDepot } }
    }
  }
`);

export async function numeros(client: Client): Promise<string[]> {
  const vus: string[] = [];
  let after: string | null = null;
  for (let page = 0; page < 100; page++) {
    const variables: SyntheseQueryVariables = { espace: "RECUES", first: 50, after };
    const { data, error } = await client.query(SYNTHESE, variables);
    if (!data) throw error;
    vus.push(...data.synthese.nodes.map((n) => n.numero));
    if (!data.synthese.pageInfo.hasNextPage) break;
    after = data.synthese.pageInfo.endCursor;
  }
  return vus;
}

export const duMois: FiltreSollicitations = { deposeeDu: "2026-11-01", statut: ["A_TRAITER", "EN_COURS"] };
