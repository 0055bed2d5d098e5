// The page: who one is above, GraphiQL below.

import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { GraphiQL } from "graphiql";

import { choisir, demo, useComptes } from "./comptes.js";
import { Copier } from "./Copier.jsx";
import { Pied } from "./Pied.jsx";
import { ACCUEIL } from "./pretes.js";
import { pretes } from "./Pretes.jsx";
import { fetcher } from "./requete.js";

const explorateur = { ...explorerPlugin(), title: "Explorateur" };
const PLUGINS = [pretes, explorateur, HISTORY_PLUGIN];
const LARGE = matchMedia("(min-width: 60rem)").matches;

export function Page({ schema }) {
  return (
    <>
      <header className="bandeau">
        <h1>Sollicitations</h1>
        <a href="/schema.graphql">Schéma</a>
        {demo ? <Roles /> : <p>Donnez votre jeton dans « Headers » : {'{"Authorization": "Bearer …"}'}</p>}
      </header>
      <GraphiQL
        fetcher={fetcher}
        schema={schema}
        plugins={PLUGINS}
        visiblePlugin={LARGE ? pretes : undefined}
        defaultQuery={ACCUEIL}
        defaultEditorToolsVisibility="variables"
      >
        <GraphiQL.Logo>
          <span />
        </GraphiQL.Logo>
        <GraphiQL.Toolbar>
          {({ prettify, merge, copy }) => (
            <>
              {prettify}
              {merge}
              {copy}
              <Copier />
            </>
          )}
        </GraphiQL.Toolbar>
        <GraphiQL.Footer>
          <Pied />
        </GraphiQL.Footer>
      </GraphiQL>
    </>
  );
}

function Roles() {
  const { comptes, courriel } = useComptes();
  return (
    <label>
      <span>Vous êtes</span>
      <select aria-label="Vous êtes" value={courriel ?? ""} onChange={(e) => choisir(e.target.value)}>
        {comptes.map((c) => (
          <option key={c.courriel} value={c.courriel}>
            {`${c.role} — ${c.prenom} ${c.nom} (${c.courriel})`}
          </option>
        ))}
      </select>
    </label>
  );
}
