"""What an administrator does to accounts and habilitations, each act in one transaction."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from solli_graphql.db import commandes as c
from solli_graphql.db import models as m
from solli_graphql.db.database import Database, Statement, Tx
from solli_graphql.domain.acteur import Acteur, Habilitation, Role
from solli_graphql.domain.errors import AccesRefuse, ChampInvalide, Introuvable
from solli_graphql.domain.numeros import identifiant
from solli_graphql.domain.textes import COURT, Champs
from solli_graphql.services import administration as a
from solli_graphql.services.depot import service
from solli_graphql.services.idempotence import Cle, deja, lire
from solli_graphql.services.securite import Trace

ABSENT = "Ce compte ou cette habilitation n'existe pas ou ne vous est pas accessible."
SOI = "Vous ne pouvez pas retirer votre propre administration ni désactiver votre compte."
DEJA_LIE = "Un autre compte a déjà cette identité."
PARTOUT = frozenset({Role.SUPPORT, Role.ANALYSTE, Role.ADMINISTRATEUR})  # on the whole portal
ENTIERS = frozenset({Role.SUPPORT, Role.ADMINISTRATEUR})  # never on some services only


@dataclass(frozen=True, slots=True)
class Droit:
    """An habilitation as it was asked: the structure is a global id, services are codes."""

    role: Role
    structure: str | None = None
    services: Sequence[str] = ()

    @property
    def structure_id(self) -> int | None:
        """Give the structure; an id that is none of ours is 0, which nobody administers alone."""
        return None if self.structure is None else identifiant(self.structure, "Structure") or 0


@dataclass(frozen=True, slots=True)
class Identifiants:
    """What the identity provider calls a person, or a partner."""

    sujet: str | None = None
    client: str | None = None


class Fait(NamedTuple):
    """An act that was done, now or before under the same key."""

    confirmation: str
    compte: int
    rejoue: bool = False


class Cible(NamedTuple):
    """An account, and its habilitations as far as an administrator is concerned."""

    id: int
    habilitations: tuple[tuple[int, str, int | None], ...]  # id, role, structure


_h = m.habilitation.c
_CIBLE: Statement[Any] = Statement(
    sa.select(m.utilisateur.c.id, _h.id.label("habilitation"), _h.role, _h.structure_id)
    .select_from(m.utilisateur)
    .outerjoin(m.habilitation)
    .where(m.utilisateur.c.id == sa.bindparam("id", type_=sa.BigInteger))
)
_D_UNE_HABILITATION = sa.bindparam("habilitation", type_=sa.BigInteger)
_RETIRER: tuple[Statement[Any], ...] = (
    Statement(
        m.habilitation_service.delete().where(
            m.habilitation_service.c.habilitation_id == _D_UNE_HABILITATION
        )
    ),
    Statement(m.habilitation.delete().where(_h.id == _D_UNE_HABILITATION)),
)


def _modifier(*colonnes: str) -> Statement[Any]:
    cible = m.utilisateur.c.id == sa.bindparam("cible", type_=sa.BigInteger)
    return Statement(m.utilisateur.update().where(cible), columns=colonnes)


_ACTIVER, _LIER = _modifier("actif"), _modifier("sujet", "client")


class Comptes:
    """What an acteur can do to accounts."""

    def __init__(self, db: Database, trace: Trace) -> None:
        self._db, self._trace = db, trace

    async def creer(
        self,
        acteur: Acteur,
        *,
        courriel: str,
        nom: str,
        prenom: str | None,
        identifiants: Identifiants,
        droit: Droit | None,
        cle: str | None,
    ) -> Fait:
        """
        Make an account, or find the one that has this address, and give it a first habilitation.

        Only an administrator of the whole portal gives none, or says who the person is elsewhere.
        """
        champs = Champs()
        lus = {"nom": champs.texte("nom", nom, maximum=COURT)}
        lus["prenom"] = champs.facultatif("prenom", prenom, maximum=COURT) or ""
        lus["courriel"] = _courriel(champs, courriel)
        identite = _identifiants(champs, identifiants)
        _autoriser(acteur, droit.structure_id if droit else None)
        if identite != Identifiants():
            _autoriser(acteur, None)
        entree = {**lus, **asdict(identite), "droit": droit and asdict(droit)}
        retenue = lire(champs, cle, "CREER_UTILISATEUR", entree)
        fait = await self._db.write(_creer, acteur, lus, identite, droit, champs, retenue)
        return self._noter("CREER_UTILISATEUR", acteur, fait, **_dit(droit))

    async def lier(
        self, acteur: Acteur, gid: str, identifiants: Identifiants, cle: str | None
    ) -> Fait:
        """Say who an account is at the identity provider; nobody, without identifiers."""
        champs = Champs()
        identite = _identifiants(champs, identifiants)
        _autoriser(acteur, None)
        entree = {"id": gid, **asdict(identite)}
        retenue = lire(champs, cle, "LIER_UTILISATEUR", entree)
        champs.verifier()
        fait = await self._db.write(_lier, acteur, _compte(gid), identite, retenue)
        return self._noter("LIER_UTILISATEUR", acteur, fait)

    async def accorder(self, acteur: Acteur, gid: str, droit: Droit, cle: str | None) -> Fait:
        """Give an habilitation, in place of the one in this role on this structure, if any."""
        champs = Champs()
        _autoriser(acteur, droit.structure_id)
        entree = {"id": gid, **asdict(droit)}
        retenue = lire(champs, cle, "ACCORDER_HABILITATION", entree)
        fait = await self._db.write(_accorder, acteur, _compte(gid), droit, champs, retenue)
        return self._noter("ACCORDER_HABILITATION", acteur, fait, **_dit(droit))

    async def retirer(self, acteur: Acteur, gid: str, droit: Droit, cle: str | None) -> Fait:
        """Take back what is held in this role on this structure."""
        champs = Champs()
        _autoriser(acteur, droit.structure_id)
        entree = {"id": gid, **asdict(droit)}
        retenue = lire(champs, cle, "RETIRER_HABILITATION", entree)
        champs.verifier()
        fait = await self._db.write(_retirer, acteur, _compte(gid), droit, retenue)
        return self._noter("RETIRER_HABILITATION", acteur, fait, **_dit(droit))

    async def activer(self, acteur: Acteur, gid: str, *, actif: bool, cle: str | None) -> Fait:
        """Put an account out of use, or back; all that it holds must be one's to administer."""
        champs, operation = Champs(), f"{'RE' if actif else 'DES'}ACTIVER_UTILISATEUR"
        retenue = lire(champs, cle, operation, {"id": gid})
        champs.verifier()
        fait = await self._db.write(_activer, acteur, _compte(gid), actif, retenue)
        return self._noter(operation, acteur, fait)

    def _noter(self, action: str, acteur: Acteur, fait: Fait, **champs: object) -> Fait:
        if not fait.rejoue:
            self._trace.noter(action, acteur=acteur.id, cible=fait.compte, **champs)
        return fait


def _dit(droit: Droit | None) -> dict[str, object]:
    if droit is None:
        return {}
    return {
        "role": str(droit.role),
        "structure": droit.structure_id,
        "services": [*droit.services],
    }


def _compte(gid: str) -> int:
    return identifiant(gid, "Compte") or identifiant(gid, "Utilisateur") or 0


def _autoriser(acteur: Acteur, structure_id: int | None) -> None:
    if not acteur.administre(structure_id):
        raise AccesRefuse


def _courriel(champs: Champs, valeur: str) -> str:
    texte = champs.texte("courriel", valeur, maximum=COURT)
    try:
        return a.lire_courriel(texte) if texte else ""
    except ChampInvalide as e:
        champs.erreurs.extend(e.erreurs)
        return ""


def _identifiants(champs: Champs, recus: Identifiants) -> Identifiants:
    lus = {n: champs.facultatif(n, v, maximum=COURT) for n, v in asdict(recus).items()}
    return Identifiants(**lus)


async def _cible(tx: Tx, acteur: Acteur, id_: int) -> Cible:
    """Find an account that this administrator sees. Raises Introuvable."""
    lignes = await tx.all(_CIBLE, id=id_)
    cible = Cible(id_, tuple(tuple(x[1:]) for x in lignes if x[1] is not None))
    portees = {structure for *_, structure in cible.habilitations}
    if not lignes or not (acteur.administre(None) or any(map(acteur.administre, portees))):
        raise Introuvable(ABSENT)
    return cible


async def _deja(tx: Tx, acteur: Acteur, cle: Cle | None) -> Fait | None:
    issue = await deja(tx, acteur, cle)
    return None if issue is None else Fait(issue.confirmation, issue.compte_id or 0, rejoue=True)


async def _retenir(tx: Tx, acteur: Acteur, cle: Cle | None, fait: Fait) -> Fait:
    if cle:
        date, compte = datetime.now(UTC), fait.compte
        retenu = cle.a_retenir(acteur, confirmation=fait.confirmation, date=date, compte=compte)
        await tx.write((c.RETENIR, retenu))
    return fait


async def _creer(
    tx: Tx,
    acteur: Acteur,
    lus: dict[str, str],
    identite: Identifiants,
    droit: Droit | None,
    champs: Champs,
    cle: Cle | None,
) -> Fait:
    await a.verrouiller(tx)
    if fait := await _deja(tx, acteur, cle):
        return fait
    connu = await a.chercher(tx, courriel=lus["courriel"])
    if connu is not None and identite != Identifiants():
        champs.refuser("courriel", "INTERDIT", "Un compte a déjà cette adresse : liez-le.")
    await _libre(tx, identite, connu, champs)
    voulu = await _habilitation(tx, droit, champs) if droit else None
    champs.verifier()
    id_ = connu or await a.creer(tx, **lus, habilitations=(), **asdict(identite))
    if voulu:
        await _remplacer(tx, id_, await tx.all(_CIBLE, id=id_), voulu)
    return await _retenir(tx, acteur, cle, Fait("Le compte est prêt.", id_))


async def _lier(tx: Tx, acteur: Acteur, id_: int, identite: Identifiants, cle: Cle | None) -> Fait:
    await a.verrouiller(tx)
    if fait := await _deja(tx, acteur, cle):
        return fait
    champs = Champs()
    await _cible(tx, acteur, id_)
    await _libre(tx, identite, id_, champs)
    champs.verifier()
    await tx.write((_LIER, {**asdict(identite), "cible": id_}))
    return await _retenir(tx, acteur, cle, Fait("L'identité du compte est enregistrée.", id_))


async def _accorder(
    tx: Tx, acteur: Acteur, id_: int, droit: Droit, champs: Champs, cle: Cle | None
) -> Fait:
    await a.verrouiller(tx)
    if fait := await _deja(tx, acteur, cle):
        return fait
    await _cible(tx, acteur, id_)
    voulu = await _habilitation(tx, droit, champs)
    champs.verifier()
    await _remplacer(tx, id_, await tx.all(_CIBLE, id=id_), voulu)
    return await _retenir(tx, acteur, cle, Fait("L'habilitation est accordée.", id_))


async def _retirer(tx: Tx, acteur: Acteur, id_: int, droit: Droit, cle: Cle | None) -> Fait:
    await a.verrouiller(tx)
    if fait := await _deja(tx, acteur, cle):
        return fait
    cible = await _cible(tx, acteur, id_)
    if droit.role is Role.ADMINISTRATEUR and id_ == acteur.id:
        raise AccesRefuse(SOI)
    if not await _oter(tx, cible.habilitations, droit.role, droit.structure_id):
        raise Introuvable(ABSENT)
    return await _retenir(tx, acteur, cle, Fait("L'habilitation est retirée.", id_))


async def _activer(tx: Tx, acteur: Acteur, id_: int, actif: bool, cle: Cle | None) -> Fait:  # noqa: FBT001
    await a.verrouiller(tx)
    cible = await _cible(tx, acteur, id_)
    if not all(acteur.administre(structure) for *_, structure in cible.habilitations):
        raise AccesRefuse
    if id_ == acteur.id:
        raise AccesRefuse(SOI)
    if fait := await _deja(tx, acteur, cle):
        return fait
    await tx.write((_ACTIVER, {"actif": actif, "cible": id_}))
    phrase = "Le compte est de nouveau en usage." if actif else "Le compte est hors d'usage."
    return await _retenir(tx, acteur, cle, Fait(phrase, id_))


async def _libre(tx: Tx, identite: Identifiants, compte: int | None, champs: Champs) -> None:
    """Check that no other account has this identity."""
    for nom, valeur in asdict(identite).items():
        if valeur is not None and await a.chercher(tx, **{nom: valeur}) not in (None, compte):
            champs.refuser(nom, "INTERDIT", DEJA_LIE)


async def _habilitation(tx: Tx, droit: Droit, champs: Champs) -> Habilitation:
    """Read an habilitation, noting all that is wrong with it."""
    structure, role = droit.structure_id, droit.role
    if structure is None and role not in PARTOUT:
        champs.refuser("structure", "OBLIGATOIRE", "Ce rôle s'exerce dans une structure.")
    if structure is not None and role is Role.SUPPORT:
        champs.refuser("structure", "INTERDIT", "Le support vaut pour tout le portail.")
    if droit.services and (structure is None or role in ENTIERS):
        champs.refuser("services", "INTERDIT", "Ce rôle ne se limite pas à des services.")
    if structure is not None:
        publique = await tx.one(a.STRUCTURE, id=structure)
        if publique is None:
            champs.refuser("structure", "INCONNU", "Cette structure n'existe pas.")
        elif not publique and role is Role.RECEPTEUR:
            champs.refuser("structure", "INTERDIT", "Seule une structure publique reçoit.")
    trouves = [await service(tx, champs, "services", structure, s) for s in droit.services]
    return Habilitation(role, structure, frozenset(s for s in trouves if s is not None))


async def _remplacer(tx: Tx, id_: int, lignes: Sequence[Any], voulu: Habilitation) -> None:
    await _oter(tx, [x[1:] for x in lignes], voulu.role, voulu.structure_id)
    await a.habiliter(tx, id_, [voulu])


async def _oter(tx: Tx, habilitations: Sequence[Any], role: Role, structure_id: int | None) -> int:
    """Delete what is held in a role on a structure, and count it."""
    a_oter = [h for h, r, s in habilitations if (r, s) == (str(role), structure_id)]
    for h in a_oter:
        for statement in _RETIRER:
            await tx.write((statement, {"habilitation": h}))
    return len(a_oter)
