"""python -m benchmarks.pdf: milliseconds a PDF, alone in one process, no network."""

import os
import time
from datetime import UTC, datetime
from statistics import median, quantiles
from typing import Any

from solli_graphql.exports.pdf import rendre

TOURS = 60
AUTEUR = {"nom": "Durand", "prenom": "Paul"}
TEXTE = "Notre facture n’est toujours pas réglée : pouvez-vous nous dire où elle en est ? " * 4
STRUCTURE = {
    "designation": "Commune de Saint-Élix",
    "raisonSociale": "COMMUNE DE SAINT-ELIX",
    "identifiant": {"type": "SIRET", "valeur": "13001533200013"},
}
INSTANT = "2026-03-04T08:15:00+00:00"


def fiche(rang: int) -> dict[str, Any]:
    """Make what is read of a sollicitation of six history lines, two pages once printed."""
    ligne = {"date": INSTANT, "auteur": AUTEUR}
    statuts = {"ancienStatutLibelle": "A traiter", "nouveauStatutLibelle": "Réponse apportée"}
    return {
        "numero": f"S-2026-{rang:08d}",
        "statutLibelle": "Réponse apportée",
        "categorie": {"libelle": "Factures"},
        "sousCategorie": {"libelle": "Suivi"},
        "typeObjet": "FACTURE",
        "numeroObjet": f"FAC-{rang}",
        "dateDepot": INSTANT,
        "dateMiseAJour": INSTANT,
        "description": f"{rang} {TEXTE}",
        "structureEmettrice": STRUCTURE,
        "serviceEmetteur": None,
        "contact": {"courriel": "a@b.example", "telephone": None},
        "structureDestinataire": STRUCTURE,
        "serviceDestinataire": None,
        "priseEnChargePar": None,
        "brouillon": None,
        "commentairesEmetteur": [{**ligne, "texte": f"{rang} {TEXTE}"}],
        "historique": [
            {**ligne, **statuts, "commentaire": f"{n} {rang} {TEXTE}"} for n in range(6)
        ],
        "piecesJointes": [],
    }


def main() -> None:
    """Print the first one, then the median and the 95th percentile of the others."""
    temps, cpu = [], []
    for rang in range(TOURS + 1):
        debut, travail = time.perf_counter(), time.process_time()
        rendre(fiche(rang), "Claire Martin", datetime.now(UTC))
        temps.append(1000 * (time.perf_counter() - debut))
        cpu.append(1000 * (time.process_time() - travail))
    premier, *temps = temps
    p95 = quantiles(temps, n=20)[-1]
    charge = f"load {os.getloadavg()[0]:.1f}"
    print(f"first {premier:.0f} ms, then {median(temps):.0f} ms (p95 {p95:.0f})", end="")  # noqa: T201
    print(f", CPU {median(cpu[1:]):.0f} ms, {charge}")  # noqa: T201


if __name__ == "__main__":
    main()
