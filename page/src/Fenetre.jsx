// A window above the page.

import { useEffect, useRef } from "react";

export function Fenetre({ titre, actions, fermer, children }) {
  const ref = useRef(null);
  useEffect(() => {
    ref.current.showModal();
  }, []);
  return (
    <dialog ref={ref} className="fenetre" aria-label={titre} onClose={fermer}>
      <header>
        <h2>{titre}</h2>
        {actions}
        <button type="button" onClick={fermer}>
          Fermer
        </button>
      </header>
      <div className="contenu">{children}</div>
    </dialog>
  );
}
