// Who speaks: the demonstration's accounts and their tokens, in memory only.

import { useSyncExternalStore } from "react";

export const demo = document.querySelector("meta[name=solli-demo]")?.content === "oui";

const MARGE = 60_000; // a token is renewed a minute before it expires
let etat = { comptes: [], courriel: null };
const abonnes = new Set();

function changer(suite) {
  etat = { ...etat, ...suite };
  abonnes.forEach((prevenir) => prevenir());
}

let enCours = null;

/** Ask the server for the accounts and fresh tokens, once for all who wait; demo mode only. */
export function charger() {
  enCours ??= demander().finally(() => (enCours = null));
  return enCours;
}

async function demander() {
  const reponse = await fetch("/demo/comptes");
  if (!reponse.ok) throw new Error(`/demo/comptes : ${reponse.status}`);
  const comptes = await reponse.json();
  changer({ comptes, courriel: etat.courriel ?? comptes[0]?.courriel });
}

export function choisir(courriel) {
  changer({ courriel });
}

/** Be somebody of this role, unless one already is. */
export function devenir(role) {
  const bon = (compte) => compte.role === role;
  if (!etat.comptes.some((c) => bon(c) && c.courriel === etat.courriel)) {
    changer({ courriel: etat.comptes.find(bon)?.courriel ?? etat.courriel });
  }
}

const courant = () => etat.comptes.find((compte) => compte.courriel === etat.courriel);

/** Give the token of whom one speaks for, renewed when it has to be; null outside the demonstration. */
export async function jeton(neuf = false) {
  if (demo && (neuf || Date.parse(courant()?.expire) < Date.now() + MARGE)) await charger();
  return courant()?.jeton ?? null;
}

export function useComptes() {
  const { comptes, courriel } = useSyncExternalStore(
    (prevenir) => {
      abonnes.add(prevenir);
      return () => abonnes.delete(prevenir);
    },
    () => etat,
  );
  return { comptes, courriel, role: comptes.find((c) => c.courriel === courriel)?.role };
}
