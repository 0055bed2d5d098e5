// The panel of ready queries.

import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";

import { devenir, useComptes } from "./comptes.js";
import { connue, PROFILS, variables } from "./pretes.js";

const ETROIT = matchMedia("(max-width: 48rem)"); // there the panel covers the editors

const Icone = () => (
  <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
    <path d="M2 3h12v8H8l-3 2.5V11H2zM5 6h6M5 8.5h4" />
  </svg>
);

function Contenu() {
  const { role } = useComptes();
  const queryEditor = useGraphiQL((s) => s.queryEditor);
  const variableEditor = useGraphiQL((s) => s.variableEditor);
  const { addTab, setVisiblePlugin } = useGraphiQLActions();

  async function ouvrir(profil, requete) {
    devenir(profil.role);
    const remplies = await variables(requete);
    const present = queryEditor.getValue();
    if (!connue(present)) addTab();
    queryEditor.setValue(requete.texte);
    variableEditor.setValue(Object.keys(remplies).length ? JSON.stringify(remplies, null, 2) : "");
    if (ETROIT.matches) setVisiblePlugin(null);
  }

  return (
    <section className="pretes">
      <h2>Requêtes prêtes</h2>
      {PROFILS.map((profil, rang) => (
        <details key={profil.nom} open={profil.role === role && rang < 4}>
          <summary>{profil.titre}</summary>
          <ul>
            {profil.requetes.map((requete) => (
              <li key={requete.titre}>
                <button type="button" onClick={() => ouvrir(profil, requete)}>
                  {requete.titre}
                  {requete.ecrit && <span className="ecrit">écrit</span>}
                </button>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  );
}

export const pretes = { title: "Requêtes prêtes", icon: Icone, content: Contenu };
