// node parcours.mjs - URL TOKEN ID OTHER: what a frontend's own code does on a real server, as JSON.
import relay from "relay-runtime";
import { client as apollo } from "./apollo.mjs";
import { client as request } from "./request.mjs";
import { client as urql } from "./urql.mjs";
import { environment } from "./relay.mjs";
import { traiter } from "./js/app/actions.js";
import { FICHE, etape, lieu } from "./js/app/fiche.js";
import { envoyer } from "./js/app/fichiers.js";
import { duMois, numeros, RECHERCHE } from "./js/app/liste.js";
import LISTE from "./js/relay/__generated__/ListeQuery.graphql.js";
import TRAITER from "./js/relay/__generated__/ListeTraiterMutation.graphql.js";

const [, url, , id, autre] = process.argv.slice(2);
const dit = { numeros: await numeros(urql) };
const { data } = await urql.query(RECHERCHE, { espace: "RECUES", filtre: duMois });
dit.recherche = data.sollicitations.totalCount;

// Relay: what a list has read is what a mutation changes, since their ids are the same.
const statut = () => environment.getStore().getSource().get(autre).statutLibelle;
await relay.fetchQuery(environment, LISTE, { espace: "RECUES" }).toPromise();
dit.relay = [statut()];
await new Promise((onCompleted, onError) => {
  const input = { id: autre, statut: "RESOLUE", miseAJour: "Le virement est parti." };
  relay.commitMutation(environment, { mutation: TRAITER, variables: { input }, onCompleted, onError });
});
dit.relay.push(statut());

const fichier = new File(["%PDF-1.7\nstartxref\n9\n%%EOF\n"], "avis.pdf", { type: "application/pdf" });
const piecesJointes = [await envoyer(request, url, fichier)];
const input = { id, statut: "RESOLUE", miseAJour: "Voici l'avis.", versionAttendue: 1, piecesJointes };
dit.traitee = await traiter(apollo, input);
dit.conflit = await traiter(apollo, input);

const { node } = await request.request(FICHE, { id });
dit.pieces = node.piecesJointes.map((p) => p.nomFichier);
dit.etapes = node.historique.map(etape);
dit.lieu = lieu(node.structureDestinataire);
console.log(JSON.stringify(dit));
