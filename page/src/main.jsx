// Starts the page: the schema first, since everything in GraphiQL needs it.

import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./style.css";

import { buildSchema } from "graphql";
import { createRoot } from "react-dom/client";

import { charger, demo } from "./comptes.js";
import { Page } from "./Page.jsx";

async function lireSchema() {
  const reponse = await fetch("/schema.graphql");
  if (!reponse.ok) throw new Error(`/schema.graphql : ${reponse.status}`);
  return buildSchema(await reponse.text());
}

const racine = createRoot(document.getElementById("page"));
try {
  const [schema] = await Promise.all([lireSchema(), demo && charger()]);
  racine.render(<Page schema={schema} />);
} catch (erreur) {
  racine.render(<p className="panne">Le serveur ne répond pas ({erreur.message}). Rechargez la page.</p>);
}
