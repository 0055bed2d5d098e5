"""The data sets: the demonstration's world at some size, and what is asked of it."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import sqlalchemy as sa

from benchmarks.reads.workloads import CALLERS, Facts
from benchmarks.reliability.cluster import Cluster
from benchmarks.reliability.servers import solli
from benchmarks.reliability.world import using
from solli_graphql.db import models as m
from solli_graphql.db.database import Database, Statement, Tx, insert, read
from solli_graphql.db.migrate import on
from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.numeros import PARIS, gid
from solli_graphql.domain.workflow import StatutTraitement
from solli_graphql.services import identite
from solli_graphql.services.depot import Depot
from solli_graphql.services.sollicitations import Options, Sollicitations

SUBJECTS = 960  # of W4, shared out: each contender has its own
LINES, PIECES = 12, 3  # of W2
PERIOD = 300  # sollicitations of W3's structure in its period, at every size
PAGE, SIZE = 1000, 20
CONFIG = ("-c", "shared_buffers=1GB", "-c", "max_wal_size=8GB")
s = m.sollicitation.c
_v = m.service.c
_SERVICE: Statement[str] = Statement(
    sa.select(_v.code)
    .where(_v.structure_id == sa.bindparam("structure", type_=sa.BigInteger), _v.actif)
    .order_by(_v.id)
    .limit(1),
    str,
)


@contextmanager
def postgres(folder: Path) -> Iterator[Cluster]:
    """Start the PostgreSQL that is kept in a folder, making it the first time."""
    folder.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(folder, *CONFIG)
    try:
        yield cluster
    finally:
        cluster.stop(cleanly=True)


def url(folder: Path, engine: str, rows: int, cluster: Cluster) -> str:
    """Name the database of a data set."""
    if engine == "sqlite":
        return f"sqlite:///{folder / f'reads-{rows}.db'}"
    return cluster.uri.replace("/postgres?", f"/reads_{rows}?")


def prepared(folder: Path, engine: str, rows: int, cluster: Cluster) -> Facts:
    """Give the facts of a data set, building it the first time, migrating it if it is older."""
    kept, where = folder / f"{engine}-{rows}.json", url(folder, engine, rows, cluster)
    if kept.exists():
        _solli(where, "migrate", folder=folder)
    else:
        _build(where, rows, folder, cluster)
        kept.write_text(json.dumps(asdict(facts(where, rows))))
    return Facts(**json.loads(kept.read_text()))


def _build(where: str, rows: int, folder: Path, cluster: Cluster) -> None:
    if where.startswith("sqlite"):
        Path(where.removeprefix("sqlite:///")).unlink(missing_ok=True)
    else:
        asyncio.run(_recreate(cluster.uri, f"reads_{rows}"))
    _solli(where, "demo", "--sollicitations", str(rows), folder=folder)
    asyncio.run(using(where, lambda db: _add(db, rows)))
    asyncio.run(_analyse(where))


def _solli(where: str, *words: str, folder: Path) -> None:
    status, said = solli(where, *words, folder=folder, within=7200)
    if status:
        raise RuntimeError(said)


async def _recreate(where: str, name: str) -> None:
    connection = await asyncpg.connect(where)
    await connection.execute(f"DROP DATABASE IF EXISTS {name}")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()


async def _analyse(where: str) -> None:
    if where.startswith("sqlite"):
        await on(where, lambda c: c.execute(sa.text("ANALYZE")))
        return
    connection = await asyncpg.connect(where)
    await connection.execute("VACUUM (ANALYZE)", timeout=3600)
    await connection.close()


async def _person(db: Database, courriel: str) -> Acteur:
    acteur = await identite.acteur(db, courriel)
    assert acteur is not None  # noqa: S101
    return acteur


async def _add(db: Database, rows: int) -> None:
    """Add, by the product's own commands, the subject of W2 and those of W4."""
    service = Sollicitations(db)
    emetteur = await _person(db, "emetteur@demo.example")
    lui = await _person(db, CALLERS["W2"])
    autre = await _person(db, CALLERS["W4"])
    (code,) = await read(db, _SERVICE, structure=lui.habilitations[0].structure_id)
    subject = await _submit(service, emetteur, lui, code)
    id_, choix = gid("Sollicitation", subject), StatutTraitement.DEMANDE_INFORMATION
    for n in range(2, LINES, 2):
        question = "Quel est le numéro de la facture ?"
        await service.traiter(lui, id_, statut=choix, texte=question, options=Options())
        reponse = f"Il s'agit de la facture F2026-{n:05d}."
        await service.repondre_complement(emetteur, id_, texte=reponse, options=Options())
    await service.traiter(
        *(lui, id_), statut=StatutTraitement.RESOLUE, texte="Elle est payée.", options=Options()
    )
    await db.write(_attach, subject, lui)
    for _ in range(min(SUBJECTS, rows)):
        await _submit(service, emetteur, autre)


async def _submit(
    service: Sollicitations, emetteur: Acteur, vers: Acteur, code: str | None = None
) -> int:
    depot = Depot(
        categorie="FACTURE",
        sous_categorie="SUIVI_TRAITEMENT",
        structure_emettrice=gid("Structure", int(emetteur.habilitations[0].structure_id or 0)),
        structure_destinataire=gid("Structure", int(vers.habilitations[0].structure_id or 0)),
        service_destinataire=code,
        courriel="contact@mesure.example",
        description="Où en est la facture que nous avons déposée le mois dernier ? " * 3,
    )
    made = await service.soumettre(emetteur, depot, Options())
    return int(made.id or 0)


async def _attach(tx: Tx, id_: int, auteur: Acteur) -> None:
    now = datetime.now(UTC)
    for n in range(PIECES):
        row = {"sollicitation_id": id_, "nom_fichier": f"facture-{n}.pdf", "etat": "DISPONIBLE"}
        row |= {"type_mime": "application/pdf", "taille": 48_213 + n, "sha256": f"{n:064x}"}
        row |= {"date_ajout": now, "auteur_nom": auteur.nom, "auteur_prenom": auteur.prenom}
        row |= {"auteur_id": auteur.id, "cle": f"mesure-{n}"}  # nobody reads the bytes
        await tx.write((insert(m.piece_jointe, tuple(row)), row))


def facts(where: str, rows: int) -> Facts:
    """Find what is asked of a data set that is built."""
    lui = asyncio.run(using(where, lambda db: _person(db, CALLERS["W3"])))
    structure = int(lui.habilitations[0].structure_id or 0)
    found: Facts = asyncio.run(on(where, lambda c: _facts(c, rows, structure)))
    return found


def _facts(connection: sa.Connection, rows: int, structure: int) -> Facts:
    long = sa.select(sa.func.count()).select_from(m.sollicitation).where(s.passe_support)
    page = min(PAGE, int(connection.execute(long).scalar_one()) // SIZE)
    before = (
        sa.select(s.date_depot, s.id)
        .where(s.passe_support)
        .order_by(s.date_depot.desc(), s.id.desc())
        .offset((page - 1) * SIZE - 1)
    )
    date, id_ = connection.execute(before.limit(1)).one()
    return Facts(
        rows=rows,
        numero=str(connection.execute(sa.select(s.numero).where(s.id == rows + 1)).scalar_one()),
        filtre=_filtre(connection, structure),
        page=page,
        after=(date.astimezone(UTC).isoformat(), int(id_)),
        subjects=list(range(rows + 2, rows + 2 + min(SUBJECTS, rows))),
        structure=structure,
    )


def _filtre(connection: sa.Connection, structure: int) -> dict[str, Any]:
    """Search, from the middle of the period on, the whole days that hold PERIOD rows."""
    mine = sa.select(s.date_depot).where(s.structure_destinataire_id == structure)
    days = [d.astimezone(PARIS).date() for d in connection.scalars(mine.order_by(s.date_depot))]
    first = days[len(days) // 2]
    place = min(days.index(first) + PERIOD, len(days) - 1)
    return {
        "statut": ["REPONSE_APPORTEE", "CLOTUREE"],
        "categorie": "FACTURE",
        "deposeeDu": first.isoformat(),
        "deposeeAu": days[place].isoformat(),
    }
