"""What tests stand on: a maker of worlds, and the people in them."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

import sqlalchemy as sa

from client import Client, Compte
from documents import LIRE, MUTATIONS, SOUMETTRE, demander
from histoires import CHEMINS, PERMIS
from solli_graphql.db import models as m
from solli_graphql.db.database import Database, Statement, Tx, read
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.domain.numeros import gid, identifiant
from solli_graphql.domain.workflow import (
    DestinataireActuel,
    Routage,
    StatutSollicitation,
)
from solli_graphql.services import administration, referentiel


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

    async def compte(
        self, *habilitations: Habilitation, nom: str = "", courriel: str = ""
    ) -> Compte:
        """Make somebody with these habilitations."""
        rang = next(self.rangs)
        courriel = courriel or f"p{rang}@tests.example"
        nom, prenom = nom or f"Nom{rang}", f"Prenom{rang}"
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
