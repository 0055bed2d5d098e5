"""What tests speak with: a client of the whole application, and a maker of worlds."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx
import sqlalchemy as sa

from solli_graphql.db import models as m
from solli_graphql.db.database import Database, Statement, Tx, read
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.domain.numeros import gid, identifiant
from solli_graphql.domain.workflow import (
    Action,
    DestinataireActuel,
    Routage,
    StatutSollicitation,
    StatutTraitement,
)
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
# By the emitter: the mutation, and the field of its text. Every other geste is a choice of TRAITER.
MUTATIONS = {
    "REPONDRE_COMPLEMENT": (REPONDRE, "reponse"),
    "ROUVRIR": (ROUVRIR, "commentaire"),
    "CLOTURER": (CLOTURER, "commentaire"),
}
GESTES = (*StatutTraitement, *(a for a in Action if a is not Action.TRAITER))
FICHE = """
fragment Personne on Utilisateur { __typename id nom prenom }
fragment Lieu on Structure {
  __typename id designation raisonSociale identifiant { type valeur } services { code libelle }
}
fragment Fiche on Sollicitation {
  __typename id numero version statut statutLibelle motif destinataireActuel
  categorie { code libelle } sousCategorie { code libelle routage } typeObjet numeroObjet
  dateDepot dateMiseAJour description
  structureEmettrice { ...Lieu } serviceEmetteur { code libelle } contact { courriel telephone }
  structureDestinataire { ...Lieu } serviceDestinataire { code libelle }
  priseEnChargePar { ...Personne } brouillon
  commentairesEmetteur { date texte auteur { nom prenom } }
  historique(first: 100) {
    seq date auteur { nom prenom } ancienStatut nouveauStatut ancienStatutLibelle
    nouveauStatutLibelle commentaire
  }
  piecesJointes { id }
  actionsPossibles {
    action disponible champsRequis codeIndisponibilite motifIndisponibilite
    statutsProposes { statut libelle aide statutResultant }
  }
  transferts reouvertures allersRetours
}
"""
LIRE = FICHE + "query($id: ID!) { node(id: $id) { ...Fiche } }"


def demander(geste: str, texte: str = "Un texte.") -> tuple[str, dict[str, Any]]:
    """Write the document of a geste, and its input but for the id."""
    if geste not in MUTATIONS:
        return TRAITER, {"statut": geste, "miseAJour": texte}
    document, champ = MUTATIONS[geste]
    return document, {champ: texte}


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
# A state in which each geste can be made.
PERMIS: dict[str, StatutSollicitation] = {
    **dict.fromkeys(StatutTraitement, StatutSollicitation.A_TRAITER),
    Action.REPONDRE_COMPLEMENT: StatutSollicitation.EN_ATTENTE_INFORMATIONS,
    Action.ROUVRIR: StatutSollicitation.REPONSE_APPORTEE,
    Action.CLOTURER: StatutSollicitation.REPONSE_APPORTEE,
}
# A long story, there and back, as its gestes.
HISTOIRE = (
    *("DEMANDE_INFORMATION", "REPONDRE_COMPLEMENT", "MAUVAISE_AFFECTATION"),
    *("DEMANDE_INFORMATION", "REPONDRE_COMPLEMENT", "RESOLUE", "ROUVRIR"),
    *("MAUVAISE_AFFECTATION", "MAUVAISE_AFFECTATION", "RESOLUE", "CLOTURER", "ROUVRIR"),
)
# Texts that show nothing.
VIDES = [
    "",
    "   ",
    "\n",
    "\r\n\t",
    "\u00a0\u2003",
    "\u200b",
    "\u2060",
    "\ufeff",
    "\u2800",
    "\u3164",
]
METIER, SUPPORT = ("FACTURE", "SUIVI"), ("PORTAIL", "ANOMALIE")


@dataclass
class Make:
    """Makes worlds through the services, and stories through the schema."""

    client: Client
    rangs: Any = field(default_factory=lambda: count(1))

    async def lieu(
        self,
        *,
        publique: bool = True,
        particulier: bool = False,
        services: tuple[str, ...] = ("S1", "S2"),
    ) -> Lieu:
        """Make a structure that nobody has seen yet."""
        rang = next(self.rangs)
        base = f"{987000000 + rang}00000"
        siret = next(v for k in range(10) if _luhn(v := base[:13] + str(k)))
        type_, valeur = ("PARTICULIER", f"DURAND {rang}") if particulier else ("SIRET", siret)
        fichier = {
            "identifiant": {"type": type_, "valeur": valeur},
            "designation": f"Structure {rang:05d}",
            "raisonSociale": f"STRUCTURE {rang:05d}",
            "publique": publique,
            "services": [{"code": c, "libelle": f"Service {c}"} for c in services],
        }
        lu = referentiel.Referentiel.model_validate({"structures": [fichier]})
        db = self.client.db
        await db.write(referentiel.appliquer, await referentiel.comparer(db, lu))
        ids = await _ids(db, valeur)
        return Lieu(ids[0][0], valeur, {code: id_ for _, code, id_ in ids if code and id_})

    async def compte(self, *habilitations: Habilitation, nom: str = "") -> Compte:
        """Make somebody with these habilitations."""
        rang = next(self.rangs)
        courriel, nom, prenom = f"p{rang}@tests.example", nom or f"Nom{rang}", f"Prenom{rang}"
        id_ = await self.client.db.write(administration.creer, courriel, nom, prenom, habilitations)
        return Compte(id_, courriel, nom, prenom)

    async def role(self, role: Role, lieu: Lieu | None = None, *services: str) -> Compte:
        """Make somebody with one role on a structure, or on the whole portal."""
        choisis = frozenset(lieu.services[s] for s in services) if lieu else frozenset()
        return await self.compte(Habilitation(role, lieu.id if lieu else None, choisis))

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

    async def autre(self, affaire: Affaire, **champs: Any) -> Affaire:
        """Submit another one between the same people."""
        entree = depot(affaire.emettrice, affaire.destinataire, **champs)
        reply = await self.client.execute(SOUMETTRE, par=affaire.emetteur, input=entree)
        fait = reply.data["soumettreSollicitation"]["sollicitation"]
        return replace(affaire, gid=fait["id"], numero=fait["numero"])

    async def geste(self, affaire: Affaire, geste: str, texte: str = "Un texte.") -> Any:
        """Make one geste by whoever can, and give the member that answers."""
        membre = await self.tenter(affaire, geste, await self.qui(affaire, geste), texte)
        assert membre["__typename"] == "ActionPriseEnCompte", membre
        return membre

    async def tenter(
        self, affaire: Affaire, geste: str, par: Compte, texte: str = "Un texte.", **champs: Any
    ) -> Any:
        """Try one geste as somebody, and give the member that answers."""
        document, entree = demander(geste, texte)
        reply = await self.client.execute(
            document, par=par, input={"id": affaire.gid, **entree, **champs}
        )
        (membre,) = reply.data.values()
        return membre

    async def qui(self, affaire: Affaire, geste: str) -> Compte:
        """Tell who can make a geste now."""
        if geste in MUTATIONS:
            return affaire.emetteur
        return affaire.recepteur if await self.chez(affaire) == "STRUCTURE" else affaire.support

    async def chez(self, affaire: Affaire) -> str:
        """Tell who has it."""
        query = "query($id: ID!) { node(id: $id) { ... on Sollicitation { destinataireActuel } } }"
        reply = await self.client.execute(query, par=affaire.emetteur, id=affaire.gid)
        chez: str = reply.data["node"]["destinataireActuel"]
        return chez

    async def lire(self, affaire: Affaire, par: Compte) -> Any:
        """Read every field of a sollicitation as somebody, or None."""
        reply = await self.client.execute(LIRE, par=par, id=affaire.gid)
        assert reply.codes == [], reply.body
        return reply.data["node"]

    async def photo(self, affaire: Affaire) -> list[list[Any]]:
        """Read all that the database holds of a sollicitation, row by row."""
        tables = (m.sollicitation_recherche, m.historique, m.historique_texte, m.idempotence)
        cles = [m.sollicitation.c.id, *(t.c.sollicitation_id for t in tables)]
        lues: list[Statement[Any]] = [
            Statement(sa.select(c.table).where(c == sa.bindparam("cle", type_=sa.BigInteger)))
            for c in cles
        ]
        return [sorted(await read(self.client.db, s, cle=affaire.id), key=repr) for s in lues]

    async def dater(self, affaire: Affaire, depot: datetime) -> None:
        """Move a deposit to another instant."""
        cible = m.sollicitation.c.id == sa.bindparam("cible", type_=sa.BigInteger)
        statement: Statement[Any] = Statement(
            m.sollicitation.update().where(cible), columns=["date_depot"]
        )

        async def ecrire(tx: Tx) -> None:
            await tx.write((statement, {"date_depot": depot, "cible": affaire.id}))

        await self.client.db.write(ecrire)


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


async def permise(make: Make, geste: str) -> tuple[Affaire, Compte]:
    """Make a sollicitation on which this geste can be made, and whoever can."""
    a = await make.affaire(PERMIS[geste])
    return a, await make.qui(a, geste)


def refus(membre: Any) -> tuple[str, str, list[str]]:
    """Give the code, the field, and the codes of a refused text."""
    return membre["code"], membre["champ"], [e["code"] for e in membre["erreurs"]]


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
