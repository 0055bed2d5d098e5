"""What becomes of bytes once they are joined: fetched, judged, kept, removed."""

import secrets
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import structlog

from solli_graphql.antivirus import Clamd, Injoignable, SansVerdict, Verdict
from solli_graphql.db import pieces as p
from solli_graphql.db.database import Database, Statement, Tx, read
from solli_graphql.db.visibilite import rights
from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.objets import EtatTeleversement
from solli_graphql.services.televersements import IDS, marquer
from solli_graphql.storage import Storage

ABANDON = timedelta(days=1)  # what is joined to nothing by then was given up
log = structlog.get_logger()


async def telecharger(db: Database, acteur: Acteur, id_: int) -> p.Fichier | None:
    """Find an attachment with today's rights; None if the acteur may not fetch it."""
    droits = rights(acteur)
    trouves = await read(db, p.telecharger(droits.shape), **droits.values, id=id_)
    return trouves[0] if trouves else None


async def analyser(db: Database, storage: Storage, antivirus: Clamd) -> int:
    """
    Have every attachment judged that still waits for it; give how many were (F5).

    Raises Injoignable when the antivirus is away: those that are left are for the next time. One
    that cannot be judged, or whose bytes are not there, does not keep the others waiting.
    """
    jugees = 0
    async for piece in _chacune(db, p.EN_ANALYSE):
        verdict = await _juger(storage, antivirus, piece)
        if verdict is None:
            continue
        if verdict is Verdict.INFECTE:
            log.warning("piece_refusee", piece=piece.id)
            await db.write(_refuser, piece.id)
        else:
            await db.write(marquer, p.DISPONIBLE, piece.id)
        jugees += 1
    return jugees


async def _juger(storage: Storage, antivirus: Clamd, piece: p.Octets) -> Verdict | None:
    try:
        if await storage.taille(piece.cle) is not None:
            return await antivirus.juger(storage.lire(piece.cle, 0, piece.taille))
        raison = "absente"
    except Injoignable:
        raise
    except SansVerdict as e:
        raison = str(e)
    log.warning("piece_non_jugee", piece=piece.id, raison=raison)
    return None


async def _refuser(tx: Tx, id_: int) -> None:
    retenue = await tx.one(p.RETENUE, cible=id_)
    if retenue is not None:
        await vider(tx, *retenue)


async def vider(tx: Tx, id_: int, cle: str) -> None:
    """Take its bytes away from an attachment; `collecter` removes them from the storage."""
    reste = p.sans_personne(1 + secrets.randbelow(IDS), cle, EtatTeleversement.PERIME)
    await tx.write((p.VIDER, {"cible": id_}), (p.ANNONCER, reste))


async def collecter(db: Database, storage: Storage, *, plafond: int = sys.maxsize) -> int:
    """
    Remove the bytes that nothing names any more, and those that never came whole; give how many.

    An S3 takes bodies of any size: what is larger than a file may be goes without waiting a day.

    A row always goes after its bytes: whoever stops in between finds it again.
    """
    avant, total = datetime.now(UTC) - ABANDON, 0
    while rows := await read(db, p.PERIMES, avant=avant):
        for id_, cle in rows:
            if await db.write(_perimer, id_):  # from there on nobody can join it
                await storage.retirer(cle)
                await db.write(marquer, p.OUBLIER, id_)
                total += 1
    return total + await storage.balayer(avant, plafond=plafond)


async def _perimer(tx: Tx, id_: int) -> bool:
    return bool(await tx.all(p.PERIMER, cible=id_))


async def copier(db: Database, de: Storage, vers: Storage) -> tuple[int, int]:
    """
    Copy what the rows name from one storage to another; give how many, and how many lacked.

    Uploads come first: one that is joined meanwhile is then found among the attachments.
    """
    copiees = manquantes = 0
    for statement in (p.RECUS, p.GARDEES):
        async for piece in _chacune(db, statement):
            try:
                await vers.ecrire(piece.cle, de.lire(piece.cle, 0, piece.taille))
                copiees += 1
            except FileNotFoundError:
                manquantes += 1
    return copiees, manquantes


async def verifier(
    db: Database, storage: Storage, signaler: Callable[[str], None]
) -> tuple[int, int]:
    """Compare the bytes of attachments with their rows (F1); give how many, how many in fault."""
    vues = fautes = 0
    async for piece in _chacune(db, p.GARDEES):
        vues += 1
        raison = await _faute(storage, piece)
        if raison and await _encore(db, piece):
            signaler(f"Pièce jointe {piece.id} : {raison}")
            fautes += 1
    return vues, fautes


async def _faute(storage: Storage, piece: p.Octets) -> str | None:
    taille = await storage.taille(piece.cle)
    if taille is None:
        return "le fichier manque"
    if taille != piece.taille:
        return f"{taille} octets au lieu de {piece.taille}"
    somme = sha256()
    async for morceau in storage.lire(piece.cle, 0, taille):
        somme.update(morceau)
    return None if somme.hexdigest() == piece.sha256 else "les octets ont changé"


async def _encore(db: Database, piece: p.Octets) -> bool:
    """Look again: somebody may just have been erased."""
    rows = await read(db, p.GARDEES, apres=piece.id - 1)
    return bool(rows) and rows[0] == piece


async def _chacune(db: Database, statement: Statement[p.Octets]) -> AsyncIterator[p.Octets]:
    """Go through rows by lots, in constant memory."""
    apres = 0
    while rows := await read(db, statement, apres=apres):
        for row in rows:
            yield row
        apres = rows[-1].id
