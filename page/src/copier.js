// The request at hand, in the words of another tool.

const URL_GRAPHQL = `${location.origin}/graphql`;
const SANS_JETON = "VOTRE_JETON";

const corps = ({ query, variables, operationName }) =>
  JSON.stringify({ query, ...(variables && { variables }), ...(operationName && { operationName }) }, null, 2);

const entetes = (jeton, autres) => ({
  "Content-Type": "application/json",
  Authorization: `Bearer ${jeton ?? SANS_JETON}`,
  ...autres,
});

const shell = (texte) => `'${texte.replaceAll("'", "'\\''")}'`;

const curl = (requete, noms) =>
  [
    `curl ${shell(URL_GRAPHQL)}`,
    ...Object.entries(noms).map(([nom, valeur]) => `  -H ${shell(`${nom}: ${valeur}`)}`),
    `  -d ${shell(corps(requete))}`,
  ].join(" \\\n");

// A JSON text holds no quote of Python's own in three, and r"" keeps its backslashes.
const python = (requete, noms) => `import json
import urllib.request

corps = r'''${corps(requete).replaceAll("'", "\\u0027")}'''
entetes = ${JSON.stringify(noms, null, 4)}
requete = urllib.request.Request("${URL_GRAPHQL}", corps.encode(), entetes)
with urllib.request.urlopen(requete) as reponse:
    print(json.dumps(json.load(reponse), ensure_ascii=False, indent=2))
`;

const javascript = (requete, noms) => `const reponse = await fetch("${URL_GRAPHQL}", {
  method: "POST",
  headers: ${JSON.stringify(noms, null, 2).replaceAll("\n", "\n  ")},
  body: JSON.stringify(${corps(requete).replaceAll("\n", "\n  ")}),
});
console.log(JSON.stringify(await reponse.json(), null, 2));
`;

export const FORMES = { curl, Python: python, JavaScript: javascript };

/** Write the request in a form, with the token of whom one speaks for in a demonstration. */
export const ecrire = (forme, requete, jeton, autres) => FORMES[forme](requete, entetes(jeton, autres));
