"""The application of one database, in a loop of its own, and the people who use it."""

import asyncio
import re
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar

from client import Client, Compte
from conftest import servir
from documents import FICHE, SOUMETTRE, demander
from fabrique import Lieu, Make, depot
from machine.modele import ANALYSTE, EMETTEUR, RECEPTEUR, SUPPORT, Demande, Droit, Qui
from machine.vues import espaces
from solli_graphql.db.migrate import migrate
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.services import verification
from solli_graphql.settings import Mode, Settings

T = TypeVar("T")
EMET, RECOIT, LIT = (Droit(r, s) for r, s in ((EMETTEUR, "E1"), (RECEPTEUR, "P1"), (ANALYSTE, "P1")))
GENS = (
    Qui("emetteur", (EMET,)),
    Qui("associe", (EMET,)),
    Qui("emetteur_ailleurs", (Droit(EMETTEUR, "E2"),)),
    Qui("recepteur", (RECOIT,)),
    Qui("collegue", (RECOIT,)),
    Qui("guichet", (Droit(RECEPTEUR, "P1", "S1"),)),
    Qui("recepteur_ailleurs", (Droit(RECEPTEUR, "P2"),)),
    Qui("support", (Droit(SUPPORT),)),
    Qui("support_aussi", (Droit(SUPPORT),)),
    Qui("analyste", (LIT,)),
    Qui("des_deux_cotes", (EMET, RECOIT)),
    Qui("emetteur_et_support", (EMET, Droit(SUPPORT))),
    Qui("emetteur_et_analyste", (EMET, LIT)),
)
SECRET = re.compile(r"mot\d{7}")
TRIS = ("DATE_DEPOT_DESC", "DATE_DEPOT_ASC", "DATE_MISE_A_JOUR_DESC", "DATE_MISE_A_JOUR_ASC")
PAGE = """
fragment Page on SollicitationConnection {
  totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  edges { cursor node {
    id version statut statutLibelle motif destinataireActuel dateDepot dateMiseAJour brouillon
    priseEnChargePar { id } historique(first: 2) { seq nouveauStatut commentaire } } }
}
"""


def lecture(espaces_: list[str]) -> str:
    """Write the document that reads all that somebody can, in each espace and by each order."""
    listes = [f"{e}_SYNTHESE: synthese(espace: {e}, last: 100) {{ ...Page }}" for e in espaces_]
    listes += [
        f"{e}_{t}: sollicitations(espace: {e}, filtre: $f, tri: {t}, first: 100) {{ ...Page }}"
        for e in espaces_
        for t in TRIS
    ]
    corps = "nodes(ids: $ids) { ...Fiche } " + " ".join(listes)
    return FICHE + PAGE + f"query($ids: [ID!]!, $f: FiltreSollicitations!) {{ {corps} }}"


def recherche(espaces_: list[str]) -> str:
    """Write the document that searches for a text in each espace."""
    roots = [f"{e}: sollicitations(espace: $e{e}, filtre: $f) {{ nodes {{ id }} }}" for e in espaces_]
    vars_ = " ".join(f"$e{e}: Espace! = {e}" for e in espaces_)
    return f"query({vars_} $f: FiltreSollicitations!) {{ {' '.join(roots)} }}"


LECTURES = {qui.nom: lecture(espaces(qui)) for qui in GENS}
RECHERCHES = {qui.nom: recherche(espaces(qui)) for qui in GENS}


@dataclass
class Salle:
    """Plays synchronously, since Hypothesis does, what the application serves asynchronously."""

    runner: asyncio.Runner
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    lieux: dict[str, Lieu] = field(default_factory=dict)
    comptes: dict[str, Compte] = field(default_factory=dict)
    mots: Any = field(default_factory=lambda: count(1))

    def ouvrir(self, url: str) -> None:
        """Make the database, open the application on it, and bring people in."""
        self.run(self._ouvrir(url))

    def fermer(self) -> None:
        """Close the application."""
        self.run(self.stack.aclose())

    def run(self, quoi: Coroutine[Any, Any, T]) -> T:
        """Wait for it."""
        return self.runner.run(quoi)

    async def _ouvrir(self, url: str) -> None:
        await migrate(url)
        settings = Settings(mode=Mode.DEMO, database_url=url, _env_file=None)
        self.client: Client = await self.stack.enter_async_context(servir(settings))
        make = Make(self.client)
        for nom in ("E1", "E2", "P1", "P2"):
            self.lieux[nom] = await make.lieu(publique=nom[0] == "P")
        for qui in GENS:
            habilitations = [self._habilitation(d) for d in qui.droits]
            self.comptes[qui.nom] = await make.compte(*habilitations, nom=f"Mme {qui.nom}")

    def _habilitation(self, d: Droit) -> Habilitation:
        lieu = self.lieux[d.structure] if d.structure else None
        services = frozenset({lieu.services[d.service]} if lieu and d.service else ())
        return Habilitation(Role(d.role), lieu.id if lieu else None, services)

    def mot(self) -> str:
        """Give a word that stands nowhere else in the database."""
        return f"mot{next(self.mots):07d}"

    def demander(self, d: Demande, gid: str | None, objet: str) -> Any:
        """Ask for what a demande says, and give the member that answers, and its text."""
        if gid is None:
            emettrice, destinataire, service = d.lieux
            publique = self.lieux[destinataire] if destinataire else None
            document = SOUMETTRE
            entree = depot(self.lieux[emettrice], publique, description=d.texte, numeroObjet=objet)
            entree |= {"serviceDestinataire": service}
        else:
            document, entree = demander(d.geste, d.texte)
            entree |= {"id": gid, "versionAttendue": d.version}
        entree |= {"cleIdempotence": d.cle, "simulation": d.simulation}
        (membre,) = self.envoyer(d.qui, document, input=entree).values()
        return membre

    def lire(self, qui: Qui, ids: list[str], objet: str) -> Any:
        """Read all that somebody can of these sollicitations."""
        return self.envoyer(qui, LECTURES[qui.nom], ids=ids, f={"numeroObjet": objet})

    def chercher(self, qui: Qui, texte: str) -> dict[str, list[str]]:
        """Search for a text in each espace of somebody, and give the ids found."""
        data = self.envoyer(qui, RECHERCHES[qui.nom], f={"texte": texte})
        return {espace: [n["id"] for n in page["nodes"]] for espace, page in data.items()}

    def envoyer(self, qui: Qui, document: str, **variables: Any) -> Any:
        """Send a document as somebody, and give the data."""
        reply = self.run(self.client.execute(document, self.comptes[qui.nom], **variables))
        assert "errors" not in reply.body, reply.body
        return reply.data

    def verifier(self) -> list[str]:
        """Check the whole database, and list the faults found."""
        fautes: list[str] = []
        sans = lambda _: None
        signaler = lambda f: fautes.append(str(f))
        self.run(verification.verifier(self.client.db, signaler, sans))
        return fautes
