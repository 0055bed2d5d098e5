// An upload: announce, send the bytes, then join.
import type { GraphQLClient } from "graphql-request";
import { graphql } from "./gen/index.js";

export const PREPARER = graphql(`
  mutation Preparer($input: PreparerTeleversementInput!) {
    preparerTeleversement(input: $input) {
      __typename
      ... on TeleversementPrepare { televersement { id url methode entetes { nom valeur } } }
      ... on Refus { code message }
      ... on ChampInvalide { erreurs { champ message } }
    }
  }
`);

export async function envoyer(client: GraphQLClient, base: string, fichier: File): Promise<string> {
  const octets = await fichier.arrayBuffer();
  const empreinte = new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
  const sha256 = [...empreinte].map((o) => o.toString(16).padStart(2, "0")).join("");
  const input = { nomFichier: fichier.name, typeMime: fichier.type, taille: fichier.size, sha256 };
  const { preparerTeleversement: issue } = await client.request(PREPARER, { input });
  if (issue.__typename !== "TeleversementPrepare") throw new Error(issue.message);
  const { id, url, methode, entetes } = issue.televersement;
  const headers = Object.fromEntries(entetes.map((e) => [e.nom, e.valeur]));
  const reponse = await fetch(new URL(url, base), { method: methode, headers, body: octets });
  if (!reponse.ok) throw new Error(`${reponse.status}`);
  return id;
}
