// node scenario.mjs CLIENT URL TOKEN ID: what one client made of a query, a mutation, its refusal and errors, as JSON.
import { executer } from "./adaptateurs.mjs";
import { changer } from "./session.mjs";

const [nom, , , id] = process.argv.slice(2);
const LIRE = `query Lire($espace: Espace!, $first: Int) {
  synthese(espace: $espace, first: $first) { totalCount nodes { id numero version } }
}`;
const RELIRE = LIRE.replace("Lire", "Relire");
const CHERCHER = `query Chercher($filtre: FiltreSollicitations!) {
  sollicitations(espace: RECUES, filtre: $filtre) { totalCount }
}`;
const TRAITER = `mutation Traiter($input: TraiterInput!) { traiter(input: $input) {
  __typename
  ... on ActionPriseEnCompte { sollicitation { id version statut } }
  ... on Refus { code message }
  ... on ConflitDeVersion { versionActuelle }
} }`;

const lecture = { espace: "RECUES", first: 1 };
const input = { id, statut: "RESOLUE", miseAJour: "Le virement est parti.", versionAttendue: 1 };
const faire = (document, variables, get) => executer[nom](document, variables, get);

const dit = {
  requete: await faire(LIRE, lecture),
  get: await faire(RELIRE, lecture, true),
  action: await faire(TRAITER, { input }),
  refus: await faire(TRAITER, { input }),
  erreur: await faire(CHERCHER, { filtre: {} }),
  invalide: await faire("query Invalide { rien }", {}),
};
changer("faux");
dit.anonyme = await faire("query Anonyme { moi { id } }", {});
console.log(JSON.stringify(dit));
