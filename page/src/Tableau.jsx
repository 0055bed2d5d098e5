// The answer as a table, to look at or to take away.

import { useState } from "react";

import { Fenetre } from "./Fenetre.jsx";
import { colonnes, csv } from "./tableau.js";

function enregistrer({ chemin, lignes }) {
  const url = URL.createObjectURL(new Blob([csv(lignes)], { type: "text/csv;charset=utf-8" }));
  Object.assign(document.createElement("a"), { href: url, download: `${chemin || "resultat"}.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

const INSTANT = /^\d{4}-\d\d-\d\dT/;
const PARIS = new Intl.DateTimeFormat("fr-FR", {
  dateStyle: "short",
  timeStyle: "short",
  timeZone: "Europe/Paris",
});

function montrer(valeur) {
  if (typeof valeur === "boolean") return valeur ? "oui" : "non";
  if (INSTANT.test(valeur)) return <time dateTime={valeur}>{PARIS.format(new Date(valeur))}</time>;
  return valeur ?? "";
}

export function Tableau({ listes, fermer }) {
  const [rang, choisir] = useState(0);
  const liste = listes[Math.min(rang, listes.length - 1)];
  const noms = colonnes(liste.lignes);
  return (
    <Fenetre
      titre={`${liste.chemin} : ${liste.lignes.length} ligne${liste.lignes.length > 1 ? "s" : ""}`}
      fermer={fermer}
      actions={
        <>
          {listes.length > 1 && (
            <select aria-label="Liste" value={rang} onChange={(e) => choisir(Number(e.target.value))}>
              {listes.map(({ chemin }, i) => (
                <option key={chemin} value={i}>
                  {chemin}
                </option>
              ))}
            </select>
          )}
          <button type="button" onClick={() => enregistrer(liste)}>
            Enregistrer en CSV
          </button>
        </>
      }
    >
      <table>
        <thead>
          <tr>
            {noms.map((nom) => (
              <th key={nom} scope="col">
                {nom}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {liste.lignes.map((ligne, i) => (
            <tr key={i}>
              {noms.map((nom) => (
                <td key={nom}>{montrer(ligne[nom])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Fenetre>
  );
}
