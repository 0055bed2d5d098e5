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
from solli_graphql.db.migrate import migrate
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.services import verification
from solli_graphql.settings import Mode, Settings

T = TypeVar("T")
EMET, RECOIT, LIT = (
    Droit(r, s) for r, s in ((EMETTEUR, "E1"), (RECEPTEUR, "P1"), (ANALYSTE, "P1"))
)
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


def lecture(espace: str) -> str:
    """Write the document that reads some sollicitations, and the lists of an espace."""
    corps = f"""
      nodes(ids: $ids) {{ ...Fiche }}
      SYNTHESE: synthese(espace: {espace}, last: 100) {{ ...Page }}
      TROUVEES: sollicitations(espace: {espace}, filtre: $f, tri: $tri, first: 100) {{ ...Page }}
    """
    variables = "$ids: [ID!]!, $f: FiltreSollicitations!, $tri: TriSollicitations!"
    return f"{FICHE} {PAGE} query({variables}) {{ {corps} }}"


LECTURES = {espace: lecture(espace) for espace in ("EMISES", "RECUES", "SUPPORT")}
RECHERCHE = """
query($espace: Espace!, $texte: String!) {
  sollicitations(espace: $espace, filtre: {texte: $texte}) { totalCount nodes { id } }
}
"""
COMPTE = "query($espace: Espace!) { synthese(espace: $espace, first: 0) { totalCount } }"


@dataclass
class Salle:
    """Plays synchronously, since Hypothesis does, what the application serves asynchronously."""

    runner: asyncio.Runner
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    lieux: dict[str, Lieu] = field(default_factory=dict)
    comptes: dict[str, Compte] = field(default_factory=dict)
    jetons: dict[str, str] = field(default_factory=dict)
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

    def recommencer(self) -> None:
        """Let everybody come with a new token, before theirs expire."""
        self.jetons.clear()

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

    def lire(self, qui: Qui, espace: str, ids: list[str], *, objet: str, tri: str) -> Any:
        """Read all that somebody can of these sollicitations, from an espace."""
        return self.envoyer(qui, LECTURES[espace], ids=ids, f={"numeroObjet": objet}, tri=tri)

    def chercher(self, qui: Qui, espace: str, texte: str) -> list[str]:
        """Search for a text, and give the ids found."""
        page = self.envoyer(qui, RECHERCHE, espace=espace, texte=texte)["sollicitations"]
        assert page["totalCount"] == len(page["nodes"])
        return [n["id"] for n in page["nodes"]]

    def compter(self, qui: Qui, espace: str) -> int:
        """Count a work list."""
        nombre: int = self.envoyer(qui, COMPTE, espace=espace)["synthese"]["totalCount"]
        return nombre

    def envoyer(self, qui: Qui, document: str, **variables: Any) -> Any:
        """Send a document as somebody, and give the data."""
        if qui.nom not in self.jetons:
            self.jetons[qui.nom] = f"Bearer {self.client.jeton(self.comptes[qui.nom].courriel)}"
        headers = {"authorization": self.jetons[qui.nom]}
        body = {"query": document, "variables": variables}
        reply = self.run(self.client.post(body, headers=headers))
        assert "errors" not in reply.body, reply.body
        return reply.data

    def noms(self) -> dict[str, str]:
        """Tell who is who: the names of people by their global id and by their nom."""
        return {k: n for n, c in self.comptes.items() for k in (c.gid, c.nom)}

    def verifier(self) -> list[str]:
        """Check the whole database, and list the faults found."""
        fautes: list[str] = []
        self.run(
            verification.verifier(self.client.db, lambda f: fautes.append(str(f)), lambda _: None)
        )
        return fautes
