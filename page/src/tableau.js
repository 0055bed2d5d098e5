// A result that is a list, as rows and columns.

/** List the lists of an answer, each with the path that leads to it. */
export function listes(valeur, chemin = []) {
  if (Array.isArray(valeur)) {
    const lignes = valeur.filter((v) => v && typeof v === "object").map((v) => v.node ?? v);
    return lignes.length ? [{ chemin: chemin.join("."), lignes: lignes.map((ligne) => aplatir(ligne)) }] : [];
  }
  if (!valeur || typeof valeur !== "object") return [];
  return Object.entries(valeur).flatMap(([nom, v]) => listes(v, [...chemin, nom]));
}

/** Make one level of an object: { "structureEmettrice.designation": … }. */
function aplatir(objet, devant = "") {
  return Object.entries(objet).reduce((plat, [nom, valeur]) => {
    if (Array.isArray(valeur)) return { ...plat, [devant + nom]: valeur.map(dire).join(" | ") };
    if (valeur && typeof valeur === "object") return { ...plat, ...aplatir(valeur, `${devant}${nom}.`) };
    return { ...plat, [devant + nom]: valeur };
  }, {});
}

const dire = (valeur) =>
  valeur && typeof valeur === "object"
    ? Object.values(aplatir(valeur)).filter((v) => v !== null && v !== "").join(" · ")
    : String(valeur);

/** Name every column, in the order of the query; an object that is null leaves none where others have it. */
export function colonnes(lignes) {
  const toutes = [...new Set(lignes.flatMap((ligne) => Object.keys(ligne)))];
  return toutes.filter((nom) => !toutes.some((autre) => autre.startsWith(`${nom}.`)));
}

/** Write rows as French spreadsheets read them; a text that looks like a formula stays a text. */
export function csv(lignes) {
  const noms = colonnes(lignes);
  const cellule = (valeur) => {
    const brut = String(valeur ?? "");
    const texte = typeof valeur === "string" && /^[=+\-@\t\r]/.test(brut) ? `'${brut}` : brut;
    return /[";\r\n]/.test(texte) ? `"${texte.replaceAll('"', '""')}"` : texte;
  };
  const rangs = [noms, ...lignes.map((ligne) => noms.map((nom) => ligne[nom]))];
  return `\ufeff${rangs.map((rang) => rang.map(cellule).join(";")).join("\r\n")}\r\n`;
}
