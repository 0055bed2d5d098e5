"""Uploads: announced, received, then joined to a sollicitation by the command that names them."""

import re
import secrets
from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from solli_graphql.db import pieces as p
from solli_graphql.db.database import Database, Statement, Tx, Write, read
from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.archives import FichierRefuse
from solli_graphql.domain.errors import Introuvable
from solli_graphql.domain.fichiers import Examen, nettoyer
from solli_graphql.domain.formats import TYPES, Type, type_annonce
from solli_graphql.domain.numeros import identifiant
from solli_graphql.domain.objets import EtatPieceJointe, EtatTeleversement
from solli_graphql.domain.textes import Champs
from solli_graphql.services.liens import DUREE, Liens
from solli_graphql.storage import Storage, depot_de, nouvelle_cle

EN_ATTENTE = 50  # uploads of one person that are joined to nothing
IDS = 10**18 - 1  # a global id has 18 digits at most
CHAMP = "piecesJointes"
INCONNUE = "Cette pièce jointe n'existe pas, n'a pas été reçue ou est déjà jointe."
EMPREINTE = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Regles:
    """What may be joined: how large, how much on one sollicitation, of which types."""

    piece_octets: int = 10 * 1024 * 1024
    octets: int = 30 * 1024 * 1024
    nombre: int = 10
    types: tuple[Type, ...] = TYPES
    analyse: bool = False  # whether an antivirus must speak first


@dataclass(frozen=True, slots=True)
class Prepare:
    """Where to send the bytes of an upload, and its Content-Type."""

    id: int
    url: str
    type_mime: str


@dataclass(frozen=True, slots=True)
class Jointes:
    """The uploads that a command names, in the order of their locks, and the quotas they meet."""

    ids: tuple[int, ...] = ()
    regles: Regles = Regles()


class Televersements:
    """What an acteur can do with files."""

    def __init__(self, db: Database, storage: Storage, liens: Liens, regles: Regles) -> None:
        self._db, self._storage, self._liens, self._regles = db, storage, liens, regles

    async def preparer(
        self, acteur: Acteur, *, nom: str, type_mime: str, taille: int, empreinte: str
    ) -> Prepare:
        """
        Announce a file, and give where to send it for five minutes; the name is cleaned (F2).

        Said again it announces another one; what is joined to nothing is removed after a day.
        Raises ChampInvalide, also past 50 uploads that are joined to nothing.
        """
        champs = Champs()
        type_ = _lire(champs, self._regles, type_mime, taille, empreinte := empreinte.lower())
        champs.verifier()
        row: dict[str, Any] = {
            "id": 1 + secrets.randbelow(IDS),
            "utilisateur_id": acteur.id,
            "nom_fichier": nettoyer(nom, type_.extensions),
            "type_mime": type_.mime,
            "taille": taille,
            "sha256": empreinte,
            "cle": nouvelle_cle(),
            "etat": EtatTeleversement.ATTENDU,
            "date": datetime.now(UTC),
        }
        await self._db.write(_annoncer, row)
        return Prepare(row["id"], await self._ou(acteur, row), type_.mime)

    async def _ou(self, acteur: Acteur, row: dict[str, Any]) -> str:
        if self._storage.direct:
            return await self._storage.presigner(row["cle"], timedelta(seconds=DUREE))
        return self._liens.envoi(acteur.id, row["id"])

    async def recevoir(self, acteur: Acteur, id_: int, morceaux: AsyncIterable[bytes]) -> None:
        """
        Receive the bytes of an upload, whole and as announced, or keep nothing (F1).

        Raises Introuvable, FichierTropGros or FichierRefuse.
        """
        attendu = None if self._storage.direct else await self._un(acteur, id_)
        if attendu is None:
            raise Introuvable
        examen = _examen(attendu)
        async with self._storage.recevoir() as partiel:
            async for morceau in morceaux:
                examen.lire(morceau)
                await partiel.ajouter(morceau)
            examen.conclure()
            await partiel.garder(attendu.cle)
        await self._db.write(marquer, p.RECU, id_)

    async def jointes(self, champs: Champs, acteur: Acteur, gids: Sequence[str]) -> Jointes:
        """Read the ids that a command was given; what was sent to S3 is looked at now."""
        lus = [identifiant(g, "Televersement") for g in gids]
        if None in lus:
            champs.refuser(CHAMP, "INCONNU", INCONNUE)
        ids = tuple(sorted({i for i in lus if i is not None}))
        if self._storage.direct:
            for id_ in ids[: self._regles.nombre]:
                await self._adopter(champs, acteur, id_)
        return Jointes(ids, self._regles)

    async def _un(self, acteur: Acteur, id_: int) -> p.Televersement | None:
        trouves = await read(self._db, p.UN, utilisateur=acteur.id, cible=id_)
        return trouves[0] if trouves else None

    async def _adopter(self, champs: Champs, acteur: Acteur, id_: int) -> None:
        """Take in what a client sent to the store itself, if it is as announced."""
        attendu = await self._un(acteur, id_)
        if attendu is None or attendu.etat is not EtatTeleversement.ATTENDU:
            return
        depot, cle = depot_de(attendu.cle), nouvelle_cle()
        taille = await self._storage.taille(depot)
        if taille is None:
            return
        # A row names the copy before it is made, so that it is found again whatever happens.
        copie = await self._db.write(_reserver, cle)
        try:
            await self._examiner(attendu, cle, taille)
        except (FichierRefuse, FileNotFoundError) as e:
            if isinstance(e, FichierRefuse):
                champs.refuser(CHAMP, "FORMAT", e.message)
                await self._storage.retirer(depot)
            await self._storage.retirer(cle)
            await self._db.write(marquer, p.OUBLIER, copie)
            return
        if await self._db.write(_adopte, id_, copie, cle):
            await self._storage.retirer(depot)

    async def _examiner(self, attendu: p.Televersement, cle: str, taille: int) -> None:
        """
        Copy what was sent to a key that nobody can write to, then look at the copy.

        A presigned URL can be used again until it is over. Raises FichierRefuse, FileNotFoundError.
        """
        if taille != attendu.taille:
            raise FichierRefuse(f"La taille reçue n'est pas celle annoncée : {taille} octets.")
        await self._storage.adopter(depot_de(attendu.cle), cle)
        examen = _examen(attendu)
        async for morceau in self._storage.lire(cle, 0, taille):
            examen.lire(morceau)
        examen.conclure()


def _lire(champs: Champs, regles: Regles, type_mime: str, taille: int, empreinte: str) -> Type:
    type_ = type_annonce(type_mime, regles.types)
    if type_ is None:
        extensions = ", ".join(e for t in regles.types for e in t.extensions)
        champs.refuser(
            "typeMime", "INTERDIT", f"Ce type n'est pas admis ; sont admis {extensions}."
        )
    if taille < 1:
        champs.refuser("taille", "FORMAT", "Un fichier a au moins un octet.")
    if taille > regles.piece_octets:
        limite = f"{regles.piece_octets / 1024**2:g}".replace(".", ",")
        champs.refuser("taille", "TROP_LONG", f"Un fichier a {limite} Mio au plus.")
    if not EMPREINTE.fullmatch(empreinte):
        message = "L'empreinte SHA-256 s'écrit en 64 chiffres hexadécimaux."
        champs.refuser("sha256", "FORMAT", message)
    return type_ or TYPES[0]


def _examen(attendu: p.Televersement) -> Examen:
    type_ = next(t for t in TYPES if t.mime == attendu.type_mime)
    return Examen(type_, taille=attendu.taille, empreinte=attendu.sha256)


async def _annoncer(tx: Tx, row: dict[str, Any]) -> None:
    qui = row["utilisateur_id"]
    await tx.one(p.FILE, utilisateur=qui)
    if (await tx.one(p.EN_ATTENTE, utilisateur=qui) or 0) >= EN_ATTENTE:
        champs = Champs()
        message = f"{EN_ATTENTE} fichiers attendent déjà d'être joints : joignez-les d'abord."
        champs.refuser("nomFichier", "INTERDIT", message)
        champs.verifier()
    await tx.write((p.ANNONCER, row))


async def marquer(tx: Tx, statement: Statement[Any], id_: int) -> None:
    """Do one write on one row."""
    await tx.write((statement, {"cible": id_}))


async def _reserver(tx: Tx, cle: str) -> int:
    row = p.sans_personne(1 + secrets.randbelow(IDS), cle, EtatTeleversement.ATTENDU)
    await tx.write((p.ANNONCER, row))
    return int(row["id"])


async def _adopte(tx: Tx, id_: int, copie: int, cle: str) -> bool:
    """Give a checked copy to its upload, unless another copy was sooner."""
    if await tx.one(p.ATTENDU, cible=id_) is None:
        return False
    await tx.write((p.OUBLIER, {"cible": copie}))
    await tx.write((p.ADOPTER, {"cible": id_, "cle": cle}))
    return True


async def joindre(
    tx: Tx,
    champs: Champs,
    acteur: Acteur,
    jointes: Jointes,
    *,
    sollicitation_id: int,
    date: datetime,
    nouvelle: bool = False,
) -> list[Write]:
    """
    Lock one's own received uploads, hold the quotas of the locked sollicitation, give the writes.

    Raises ChampInvalide; the sollicitation must be locked, or new (F6).
    """
    if not jointes.ids:
        return []
    statement, ids = p.verrouiller(jointes.ids)
    trouvees = await tx.all(statement, utilisateur=acteur.id, ids=ids)
    if [t.id for t in trouvees if t.etat is EtatTeleversement.RECU] != [*jointes.ids]:
        champs.refuser(CHAMP, "INCONNU", INCONNUE)
    deja = (0, 0) if nouvelle else await tx.one(p.COMPTER, cible=sollicitation_id)
    _compter(champs, jointes.regles, trouvees, *(deja or (0, 0)))
    champs.verifier()
    etat = EtatPieceJointe.EN_ANALYSE if jointes.regles.analyse else EtatPieceJointe.DISPONIBLE
    commun = {
        "sollicitation_id": sollicitation_id,
        "date_ajout": date,
        "auteur_id": acteur.id,
        "auteur_nom": acteur.nom,
        "auteur_prenom": acteur.prenom,
        "etat": etat,
    }
    pieces: list[Write] = [(p.JOINDRE, {**commun, **_octets(t)}) for t in trouvees]
    return pieces + [(p.OUBLIER, {"cible": t.id}) for t in trouvees]


def _octets(t: p.Televersement) -> dict[str, Any]:
    return {n: getattr(t, n) for n in ("nom_fichier", "type_mime", "taille", "sha256", "cle")}


def _compter(
    champs: Champs, regles: Regles, ajoutees: list[p.Televersement], nombre: int, octets: int
) -> None:
    if nombre + len(ajoutees) > regles.nombre:
        message = f"Une sollicitation a {regles.nombre} pièces jointes au plus."
        champs.refuser(CHAMP, "TROP_LONG", message)
    if octets + sum(t.taille for t in ajoutees) > regles.octets:
        limite = f"{regles.octets / 1024**2:g}".replace(".", ",")
        message = f"Les pièces jointes d'une sollicitation font {limite} Mio au plus."
        champs.refuser(CHAMP, "TROP_LONG", message)
