// Sends a request; asks what one would cost.

import { jeton } from "./comptes.js";

const autorise = (entetes) => Object.keys(entetes).some((nom) => nom.toLowerCase() === "authorization");

async function poster(params, entetes, porteur) {
  const autorisation = porteur && !autorise(entetes) ? { Authorization: `Bearer ${porteur}` } : {};
  return fetch("/graphql", {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json", // errors of a document come with 200 then, and the console stays quiet
      ...autorisation,
      ...entetes,
    },
    body: JSON.stringify(params),
  });
}

const erreur = (message) => ({ errors: [{ message }] });

/** Send a request as whom one speaks for; a token that is no longer good is renewed once. */
export async function envoyer(params, entetes = {}) {
  try {
    const porteur = await jeton();
    let reponse = await poster(params, entetes, porteur);
    if (reponse.status === 401 && porteur && !autorise(entetes)) {
      reponse = await poster(params, entetes, await jeton(true));
    }
    const json = reponse.headers.get("content-type")?.includes("json");
    return json ? await reponse.json() : erreur(`Le serveur a répondu ${reponse.status}.`);
  } catch {
    return erreur("Le serveur ne répond pas.");
  }
}

export const fetcher = (params, options) => envoyer(params, options?.headers ?? {});

const SIMULER = { simulationCout: true };
let connu = null; // does this server know what a request costs?

/**
 * Ask what a request would cost, or null.
 *
 * A server that does not know `simulationCout` would run the request: it is asked first with one that
 * does nothing.
 */
export async function cout(params, entetes) {
  connu ??= envoyer({ query: "{ __typename }", extensions: SIMULER }, entetes).then(
    (reponse) => reponse.extensions?.cout !== undefined,
  );
  if (!(await connu)) return null;
  const reponse = await envoyer({ ...params, extensions: SIMULER }, entetes);
  return reponse.extensions?.cout ?? null;
}
