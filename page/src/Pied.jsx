// Under the answer: what the request costs, and the table.

import { useGraphiQL } from "@graphiql/react";
import { useEffect, useMemo, useState } from "react";

import { useComptes } from "./comptes.js";
import { lireJson } from "./Copier.jsx";
import { cout } from "./requete.js";
import { listes } from "./tableau.js";
import { Tableau } from "./Tableau.jsx";

const PAUSE = 500; // of the typing, before the price is asked

export function Pied() {
  const [ouvert, ouvrir] = useState(false);
  const reponse = useGraphiQL((s) => s.tabs[s.activeTabIndex]?.response);
  const trouvees = useMemo(() => listes(lireJson(reponse)?.data), [reponse]);
  const nombre = trouvees[0]?.lignes.length;
  return (
    <div className="pied">
      <Cout />
      <button type="button" disabled={!nombre} onClick={() => ouvrir(true)}>
        Tableau{nombre ? ` (${nombre})` : ""}
      </button>
      {ouvert && nombre && <Tableau listes={trouvees} fermer={() => ouvrir(false)} />}
    </div>
  );
}

function Cout() {
  const [prix, dire] = useState(null);
  const onglet = useGraphiQL((s) => s.tabs[s.activeTabIndex]);
  const schema = useGraphiQL((s) => s.schema);
  const { courriel } = useComptes();
  const { query, variables, operationName, headers } = onglet ?? {};
  useEffect(() => {
    let actuel = true;
    dire(null);
    const attente = setTimeout(async () => {
      if (!schema || !query?.trim()) return;
      const requete = { query, variables: lireJson(variables), operationName: operationName ?? undefined };
      const trouve = await cout(requete, lireJson(headers));
      if (actuel) dire(trouve);
    }, PAUSE);
    return () => {
      actuel = false;
      clearTimeout(attente);
    };
  }, [query, variables, operationName, headers, courriel, schema]);
  if (!prix) return <span />;
  const { demande, maximum, restant } = prix;
  return (
    <span className="cout">
      Coût : {demande ?? "?"}
      {maximum != null && ` sur ${maximum}`}
      {restant != null && `, reste ${restant}`}
    </span>
  );
}
