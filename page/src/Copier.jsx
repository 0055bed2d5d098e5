// "Copy as": a menu of the toolbar, and the text that was copied.

import { ToolbarButton, ToolbarMenu, useGraphiQL } from "@graphiql/react";
import { useState } from "react";

import { demo, jeton } from "./comptes.js";
import { ecrire, FORMES } from "./copier.js";
import { Fenetre } from "./Fenetre.jsx";

export const lireJson = (texte) => {
  try {
    return texte?.trim() ? JSON.parse(texte) : undefined;
  } catch {
    return undefined;
  }
};

export function Copier() {
  const [copie, montrer] = useState(null);
  const queryEditor = useGraphiQL((s) => s.queryEditor);
  const variableEditor = useGraphiQL((s) => s.variableEditor);
  const headerEditor = useGraphiQL((s) => s.headerEditor);
  const operationName = useGraphiQL((s) => s.operationName);

  async function copier(forme) {
    const requete = {
      query: queryEditor.getValue(),
      variables: lireJson(variableEditor?.getValue()),
      operationName,
    };
    const texte = ecrire(forme, requete, demo && (await jeton()), lireJson(headerEditor?.getValue()));
    const fait = await navigator.clipboard?.writeText(texte).then(
      () => true,
      () => false,
    );
    montrer({ titre: fait ? `${forme} : copié` : `${forme} : à copier`, texte });
  }

  return (
    <>
      <ToolbarMenu
        button={
          <ToolbarButton label="Copier comme curl, Python ou JavaScript">
            <span className="graphiql-toolbar-icon copier" aria-hidden="true">
              {"</>"}
            </span>
          </ToolbarButton>
        }
      >
        {Object.keys(FORMES).map((forme) => (
          <ToolbarMenu.Item key={forme} onSelect={() => copier(forme)}>
            Copier comme {forme}
          </ToolbarMenu.Item>
        ))}
      </ToolbarMenu>
      {copie && (
        <Fenetre titre={copie.titre} fermer={() => montrer(null)}>
          <pre>{copie.texte}</pre>
        </Fenetre>
      )}
    </>
  );
}
