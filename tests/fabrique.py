"""What tests speak with: a client of the whole application, and a maker of worlds."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx
import sqlalchemy as sa

from solli_graphql.db.database import Database, Statement, read
from solli_graphql.db import models as m
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.domain.numeros import gid, identifiant
from solli_graphql.domain.workflow import DestinataireActuel, Routage, StatutSollicitation
from solli_graphql.services import administration, identite, referentiel

RESULTAT = """
  __typename
  ... on ActionPriseEnCompte {
    confirmation rejoue
    simulation { statut libelleEmetteur libelleTraitant quitte entre }
    sollicitation { id numero version statut statutLibelle destinataireActuel motif }
  }
  ... on Refus { code message }
  ... on ChampInvalide { champ erreurs { champ code message } }
  ... on TransitionInterdite { statutActuel }
  ... on ConflitDeVersion { versionActuelle modifications { seq nouveauStatut commentaire } }
"""


def mutation(nom: str, entree: str) -> str:
    """Write the document of a mutation that asks for every member of its answer."""
    return f"mutation($input: {entree}!) {{ {nom}(input: $input) {{ {RESULTAT} }} }}"


SOUMETTRE = mutation("soumettreSollicitation", "SoumettreSollicitationInput")
TRAITER = mutation("traiter", "TraiterInput")
REPONDRE = mutation("repondreComplement", "RepondreComplementInput")
ROUVRIR = mutation("rouvrir", "RouvrirInput")
CLOTURER = mutation("cloturer", "CloturerInput")


@dataclass(frozen=True)
class Reply:
    """An answer as a client sees it."""

    status: int
    body: Any
    headers: httpx.Headers

    @property
    def data(self) -> Any:
        """Give the data; it must be there."""
        assert self.body.get("data") is not None, self.body
        return self.body["data"]

    @property
    def codes(self) -> list[str]:
        """List the codes of the errors, and of the refusals among the members."""
        errors = [e["extensions"]["code"] for e in self.body.get("errors", [])]
        members = [v for v in (self.body.get("data") or {}).values() if isinstance(v, dict)]
        return errors + [v["code"] for v in members if "code" in v]


@dataclass
class Client:
    """Speaks GraphQL to the application, as any of its users."""

    http: httpx.AsyncClient
    db: Database
    cle: bytes

    def jeton(self, courriel: str) -> str:
        """Sign a token for somebody."""
        return identite.signer(self.cle, courriel, minutes=5, maintenant=datetime.now(UTC))

    async def execute(self, query: str, par: "Compte | None" = None, **variables: Any) -> Reply:
        """Send a document as somebody."""
        return await self.post({"query": query, "variables": variables}, par=par)

    async def post(
        self, body: Any, *, par: "Compte | None" = None, headers: dict[str, str] | None = None
    ) -> Reply:
        """Send a body: JSON, or bytes as they are."""
        sent = {"content-type": "application/json", **(headers or {})}
        if par is not None:
            sent["authorization"] = f"Bearer {self.jeton(par.courriel)}"
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        r = await self.http.post("/graphql", headers=sent, **content)
        return Reply(r.status_code, r.json(), r.headers)


@dataclass(frozen=True)
class Compte:
    """Somebody with an account."""

    id: int
    courriel: str
    nom: str
    prenom: str

    @property
    def gid(self) -> str:
        """Give the global id."""
        return gid("Utilisateur", self.id)


@dataclass(frozen=True)
class Lieu:
    """A structure, with its services by code."""

    id: int
    valeur: str
    services: dict[str, int]

    @property
    def gid(self) -> str:
        """Give the global id."""
        return gid("Structure", self.id)


@dataclass(frozen=True)
class Affaire:
    """A sollicitation and the people around it."""

    gid: str
    numero: str
    emetteur: Compte
    recepteur: Compte
    support: Compte
    emettrice: Lieu
    destinataire: Lieu | None

    @property
    def id(self) -> int:
        """Give the database id."""
        id_ = identifiant(self.gid, "Sollicitation")
        assert id_ is not None
        return id_


# The gestes that lead to each state, with who has it at the end.
CHEMINS: dict[tuple[StatutSollicitation, DestinataireActuel], tuple[str, ...]] = {
    (StatutSollicitation.A_TRAITER, DestinataireActuel.STRUCTURE): (),
    (StatutSollicitation.EN_COURS, DestinataireActuel.STRUCTURE): ("EN_COURS",),
    (StatutSollicitation.EN_ATTENTE_INFORMATIONS, DestinataireActuel.STRUCTURE): (
        "DEMANDE_INFORMATION",
    ),
    (StatutSollicitation.REPONSE_APPORTEE, DestinataireActuel.STRUCTURE): ("RESOLUE",),
    (StatutSollicitation.CLOTUREE, DestinataireActuel.STRUCTURE): ("RESOLUE", "CLOTURER"),
    (StatutSollicitation.A_TRAITER, DestinataireActuel.SUPPORT): ("MAUVAISE_AFFECTATION",),
    (StatutSollicitation.EN_COURS, DestinataireActuel.SUPPORT): (
        *("MAUVAISE_AFFECTATION", "EN_COURS"),
    ),
    (StatutSollicitation.EN_ATTENTE_INFORMATIONS, DestinataireActuel.SUPPORT): (
        *("MAUVAISE_AFFECTATION", "DEMANDE_INFORMATION"),
    ),
    (StatutSollicitation.REPONSE_APPORTEE, DestinataireActuel.SUPPORT): (
        *("MAUVAISE_AFFECTATION", "RESOLUE"),
    ),
    (StatutSollicitation.CLOTUREE, DestinataireActuel.SUPPORT): (
        *("MAUVAISE_AFFECTATION", "RESOLUE", "CLOTURER"),
    ),
}
METIER, SUPPORT = ("FACTURE", "SUIVI"), ("PORTAIL", "ANOMALIE")


@dataclass
class Make:
    """Makes worlds through the services, and stories through the schema."""

    client: Client
    rangs: Any = field(default_factory=lambda: count(1))

    async def lieu(
        self, *, publique: bool = True, services: tuple[str, ...] = ("S1", "S2")
    ) -> Lieu:
        """Make a structure that nobody has seen yet."""
        rang = next(self.rangs)
        base = f"{987000000 + rang}00000"
        valeur = next(v for k in range(10) if _luhn(v := base[:13] + str(k)))
        fichier = {
            "identifiant": {"type": "SIRET", "valeur": valeur},
            "designation": f"Structure {rang:05d}",
            "raisonSociale": f"STRUCTURE {rang:05d}",
            "publique": publique,
            "services": [{"code": c, "libelle": f"Service {c}"} for c in services],
        }
        lu = referentiel.Referentiel.model_validate({"structures": [fichier]})
        db = self.client.db
        await db.write(referentiel.appliquer, await referentiel.comparer(db, lu))
        ids = await _ids(db, valeur)
        return Lieu(ids[0][0], valeur, {code: id_ for _, code, id_ in ids if code})

    async def compte(self, *habilitations: Habilitation, nom: str = "") -> Compte:
        """Make somebody with these habilitations."""
        rang = next(self.rangs)
        courriel, nom, prenom = f"p{rang}@tests.example", nom or f"Nom{rang}", f"Prenom{rang}"
        id_ = await self.client.db.write(administration.creer, courriel, nom, prenom, habilitations)
        return Compte(id_, courriel, nom, prenom)

    async def role(self, role: Role, lieu: Lieu | None = None, *services: str) -> Compte:
        """Make somebody with one role on a structure, or on the whole portal."""
        choisis = frozenset(lieu.services[s] for s in services) if lieu else frozenset()
        return await self.compte(Habilitation(role, lieu and lieu.id, choisis))

    async def affaire(
        self,
        statut: StatutSollicitation = StatutSollicitation.A_TRAITER,
        destinataire: DestinataireActuel = DestinataireActuel.STRUCTURE,
        *,
        routage: Routage = Routage.METIER,
        **champs: Any,
    ) -> Affaire:
        """Make a sollicitation in a state, played by people of its own."""
        emettrice = await self.lieu(publique=False)
        publique = await self.lieu() if routage is Routage.METIER else None
        affaire = await self.soumise(emettrice, publique, **champs)
        chemin = CHEMINS[statut, destinataire]
        if routage is Routage.SUPPORT:
            assert destinataire is DestinataireActuel.SUPPORT
            chemin = tuple(g for g in chemin if g != "MAUVAISE_AFFECTATION")
        for geste in chemin:
            await self.geste(affaire, geste)
        return affaire

    async def soumise(self, emettrice: Lieu, publique: Lieu | None, **champs: Any) -> Affaire:
        """Submit between two structures, with an emitter, a receiver and a support agent."""
        emetteur = await self.role(Role.EMETTEUR, emettrice)
        support = await self.role(Role.SUPPORT)
        recepteur = await self.role(Role.RECEPTEUR, publique) if publique else support
        reply = await self.client.execute(
            SOUMETTRE, par=emetteur, input=depot(emettrice, publique, **champs)
        )
        s = reply.data["soumettreSollicitation"]
        assert s["__typename"] == "ActionPriseEnCompte", s
        fait = s["sollicitation"]
        return Affaire(
            *(fait["id"], fait["numero"], emetteur, recepteur, support, emettrice, publique)
        )

    async def geste(self, affaire: Affaire, geste: str, texte: str = "Un texte.") -> Any:
        """Make one geste by whoever can, and give the member that answers."""
        query, par, champs = self._geste(affaire, geste, await self.chez(affaire), texte)
        reply = await self.client.execute(query, par=par, input={"id": affaire.gid, **champs})
        (membre,) = reply.data.values()
        assert membre["__typename"] == "ActionPriseEnCompte", membre
        return membre

    def _geste(
        self, a: Affaire, geste: str, chez: str, texte: str
    ) -> tuple[str, Compte, dict[str, Any]]:
        match geste:
            case "REPONDRE_COMPLEMENT":
                return REPONDRE, a.emetteur, {"reponse": texte}
            case "ROUVRIR":
                return ROUVRIR, a.emetteur, {"commentaire": texte}
            case "CLOTURER":
                return CLOTURER, a.emetteur, {"commentaire": texte}
        par = a.recepteur if chez == "STRUCTURE" else a.support
        return TRAITER, par, {"statut": geste, "miseAJour": texte}

    async def chez(self, affaire: Affaire) -> str:
        """Tell who has it."""
        query = "query($id: ID!) { node(id: $id) { ... on Sollicitation { destinataireActuel } } }"
        reply = await self.client.execute(query, par=affaire.emetteur, id=affaire.gid)
        chez: str = reply.data["node"]["destinataireActuel"]
        return chez


def depot(emettrice: Lieu, publique: Lieu | None, **champs: Any) -> dict[str, Any]:
    """Write the input of a submission: to the structure, or to the support without one."""
    categorie, sous_categorie = METIER if publique else SUPPORT
    return {
        "categorie": categorie,
        "sousCategorie": sous_categorie,
        "structureEmettrice": emettrice.gid,
        "structureDestinataire": publique.gid if publique else None,
        "courriel": "contact@tests.example",
        "description": "Où en est notre facture ?",
        **champs,
    }


def _luhn(chiffres: str) -> bool:
    somme = 0
    for rang, c in enumerate(reversed(chiffres)):
        n = int(c) * (1 + rang % 2)
        somme += n - 9 if n > 9 else n
    return somme % 10 == 0


async def _ids(db: Database, valeur: str) -> list[tuple[int, str | None, int | None]]:
    s, v = m.structure.c, m.service.c
    statement: Statement[Any] = Statement(
        sa.select(s.id, v.code, v.id.label("service"))
        .select_from(m.structure)
        .outerjoin(m.service)
        .where(s.identifiant_valeur == sa.bindparam("valeur", type_=sa.Text))
    )
    return await read(db, statement, valeur=valeur)
