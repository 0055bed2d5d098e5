// The ready queries: plain .graphql files of the Python package, one folder a profile.

import { parse } from "graphql";

import EXEMPLE from "./exemple.graphql?raw";
import { envoyer } from "./requete.js";

const FICHIERS = import.meta.glob("../../src/solli_graphql/graphql/operations/*/*.graphql", {
  query: "?raw",
  import: "default",
  eager: true,
});

export const PROFILS = [
  { nom: "fournisseur", titre: "Fournisseur", role: "EMETTEUR" },
  { nom: "agent", titre: "Agent d'une structure publique", role: "RECEPTEUR" },
  { nom: "support", titre: "Support", role: "SUPPORT" },
  { nom: "analyste", titre: "Analyste", role: "ANALYSTE" },
  { nom: "partenaire", titre: "Logiciel partenaire", role: "EMETTEUR" },
].map((profil) => ({
  ...profil,
  requetes: Object.keys(FICHIERS)
    .filter((chemin) => chemin.includes(`/${profil.nom}/`))
    .sort()
    .map((chemin) => lire(FICHIERS[chemin])),
}));

/** Read a file: its first line is its title, and `# exemple :` says where its variables come from. */
function lire(fichier) {
  const [, espace, filtre] = fichier.match(/^# exemple : (\w+) (.*)\n/m) ?? [];
  const texte = fichier.replace(/^# exemple : .*\n/m, "");
  return {
    titre: texte.match(/^# (.*)\n/)[1],
    texte,
    ecrit: /^mutation\b/m.test(texte) && !texte.includes("simulation: true"),
    exemple: espace && { espace, filtre: JSON.parse(filtre) },
  };
}

export const ACCUEIL = `# Choisissez une requête prête à gauche, ou écrivez la vôtre :
# Ctrl-Espace complète, Ctrl-Entrée exécute.
{
  moi { prenom nom }
}
`;

/** Tell whether a text is ours as it was: it may be replaced, what somebody wrote may not. */
export const connue = (texte) =>
  !texte.trim() || texte === ACCUEIL || PROFILS.some(({ requetes }) => requetes.some((r) => r.texte === texte));

/** Give the variables that a ready query needs, taken from a sollicitation that suits it. */
export async function variables({ texte, exemple }) {
  const valeurs = { cleIdempotence: cle(), ...(exemple && (await trouver(exemple))) };
  const remplies = {};
  for (const { variable, type, defaultValue } of parse(texte).definitions[0].variableDefinitions) {
    const valeur = valeurs[variable.name.value];
    if (defaultValue) continue;
    if (valeur != null) remplies[variable.name.value] = valeur;
    else if (type.kind === "NonNullType") remplies[variable.name.value] = "";
  }
  return remplies;
}

async function trouver(exemple) {
  const { data } = await envoyer({ query: EXEMPLE, variables: exemple });
  const trouve = data?.sollicitations?.edges[0];
  if (!trouve) return {};
  const { node, curseur } = trouve;
  return {
    ...node,
    curseur,
    structureEmettrice: node.structureEmettrice.id,
    identifiantEmetteur: node.structureEmettrice.identifiant.valeur,
    structureDestinataire: node.structureDestinataire?.id,
    serviceDestinataire: node.serviceDestinataire?.code,
    priseEnChargePar: node.priseEnChargePar?.id,
  };
}

const cle = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => n.toString(16).padStart(2, "0")).join("");
