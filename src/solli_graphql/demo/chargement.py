"""Loads the demonstration into an empty database."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from solli_graphql.db import models as m
from solli_graphql.db.bulk import loading
from solli_graphql.db.database import Database, Statement, Tx, read
from solli_graphql.db.opening import SQLITE
from solli_graphql.db.sqlite import Sqlite
from solli_graphql.demo.comptes import COMPTES
from solli_graphql.demo.copie import NOMBRE
from solli_graphql.demo.histoire import Lieu, Theme
from solli_graphql.demo.monde import Monde, referentiel, textes
from solli_graphql.domain.workflow import Routage
from solli_graphql.services.administration import creer
from solli_graphql.services.identite import acteur, cle_demo
from solli_graphql.services.referentiel import appliquer, comparer, lire
from solli_graphql.storage import Storage

_REMPLIE: Statement[int] = Statement(sa.select(m.structure.c.id).limit(1), int)
_CHARGEE: Statement[int] = Statement(sa.select(m.sollicitation.c.id).limit(1), int)
_COMPTEES = sa.select(m.compteur.c.valeur).where(m.compteur.c.nom == "sollicitation")
_INTERROMPUE: Statement[int] = Statement(
    sa.select(m.sollicitation.c.id)
    .where(m.sollicitation.c.id > _COMPTEES.scalar_subquery())
    .limit(1),
    int,
)
_s, _v = m.structure.c, m.service.c
_LIEUX: Statement[Any] = Statement(
    sa.select(_s.id, _s.designation, _s.publique, _v.id.label("service"))
    .select_from(m.structure)
    .outerjoin(m.service)
    .order_by(_s.id, _v.id)
)
_c, _p = m.categorie.c, m.sous_categorie.c
_THEMES: Statement[Any] = Statement(
    sa.select(_c.id, _p.id.label("sous"), _p.routage, _c.code, _p.code.label("sous_code"))
    .join_from(m.categorie, m.sous_categorie)
    .order_by(_c.ordre, _p.ordre)
)


async def remplie(db: Database) -> bool:
    """Tell whether the database holds anything."""
    return bool(await read(db, _REMPLIE))


async def interrompue(db: Database) -> bool:
    """Tell whether a loading stopped half-way: people first, then rows, counted last of all."""
    if not await acteur(db, COMPTES[0].courriel):
        return False
    partielle = isinstance(db, Sqlite) and await read(db, _INTERROMPUE)  # elsewhere: all or none
    return bool(partielle) or not await read(db, _CHARGEE)


async def preparer(db: Database) -> Monde:
    """Load the reference data and the people, and give the world that they make."""
    await db.write(cle_demo)
    await db.write(appliquer, await comparer(db, lire(referentiel())))
    monde = Monde(await _lieux(db), await _themes(db))
    await db.write(_accueillir, monde)
    return monde


async def _lieux(db: Database) -> list[Lieu]:
    lignes = await read(db, _LIEUX)
    services: dict[int, tuple[int, ...]] = {}
    for id_, _, _, service in lignes:
        services[id_] = (*services.get(id_, ()), *([] if service is None else [service]))
    connus = {id_: (designation, publique) for id_, designation, publique, _ in lignes}
    return [Lieu(id_, *connu, services[id_]) for id_, connu in connus.items()]


async def _themes(db: Database) -> list[Theme]:
    mots = textes()
    return [
        Theme(c, s, Routage(routage), mots[f"{code}/{sous}"])
        for c, s, routage, code, sous in await read(db, _THEMES)
    ]


async def _accueillir(tx: Tx, monde: Monde) -> None:
    for p in monde.personnes:
        a = p.acteur
        await creer(tx, p.courriel, a.nom, a.prenom, a.habilitations)


async def charger(
    url: str, monde: Monde, nombre: int, avancer: Callable[[int], None], *, storage: Storage
) -> None:
    """Load `nombre` sollicitations, some with attachments; `avancer` is told of each batch."""
    async with loading(url, m.sollicitation, m.sollicitation_recherche) as loader:
        for lot in monde.lots(nombre):
            for nom, lignes in vars(lot).items():
                await loader.load(m.metadata.tables[nom], lignes)
            await loader.flush()
            avancer(len(lot.sollicitation))
        await monde.pieces.ecrire(storage)
        await loader.load(m.compteur, [{"nom": NOMBRE, "valeur": nombre}])
        if url.startswith(SQLITE):
            await loader.run(f"UPDATE compteur SET valeur = {nombre} WHERE nom = 'sollicitation'")  # noqa: S608 - an int
            return
        await loader.run(f"SELECT setval('sollicitation_numero', {nombre})")
        if monde.pieces.nombre:
            await loader.run(f"SELECT setval('piece_jointe_id_seq', {monde.pieces.nombre})")
