"""Counts and measures what a list finds, group by group, in one statement."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa

from solli_graphql.db import axes
from solli_graphql.db import models as m
from solli_graphql.db.criteria import CRITERIA
from solli_graphql.db.database import Statement
from solli_graphql.db.plan.reads import Read
from solli_graphql.db.plan.where import Source
from solli_graphql.db.visibilite import Portee, visible
from solli_graphql.domain.acteur import Espace
from solli_graphql.domain.errors import LimiteDepassee
from solli_graphql.domain.statistiques import (
    AxeStatistiques,
    Delai,
    Facette,
    Groupe,
    Statistiques,
    Temps,
    ValeurFacette,
    part,
)

GROUPES, VALEURS = 1000, 20
TROP_DE_GROUPES = f"Ce découpage donne plus de {GROUPES} groupes : précisez le filtre."
DELAIS = ("delai_premiere_reponse", "delai_resolution")
TEMPS = tuple(f"temps_{partie}" for partie in m.PARTIES)
COMPTES = ("reouvertures", "transferts", "demandes_information")
CENTILES = (50, 90)


class Forme(NamedTuple):
    """All that the text of a statement depends on."""

    dialecte: str
    shape: tuple[Portee, ...]
    espace: Espace
    criteres: tuple[str, ...]
    axes: tuple[AxeStatistiques, ...]
    delais: tuple[str, ...] = ()  # those of which centiles are asked: each is a sort
    facette: bool = False  # the most frequent values alone, and how many there are in all


class Groupement(NamedTuple):
    """What to count: what a read finds, by these axes; all together without any."""

    read: Read
    axes: tuple[AxeStatistiques, ...]


async def statistiques(
    db: Source, secret: bytes, groupement: Groupement, delais: Sequence[str]
) -> Statistiques:
    """Count and measure. Raises LimiteDepassee past so many groups."""
    read = groupement.read
    forme = Forme(
        *(db.dialect.name, read.rights.shape, read.espace, tuple(read.criteria)),
        axes=groupement.axes,
        delais=tuple(d for d in DELAIS if d in delais),
    )
    statement, largeurs = _statement(forme)
    lignes = await db.fetch(statement, {**read.rights.values, **read.criteria})
    if len(lignes) > GROUPES:
        raise LimiteDepassee(TROP_DE_GROUPES)
    lus = (_groupe(forme, largeurs, iter(ligne), secret) for ligne in lignes)
    groupes = sorted(lus, key=lambda g: g[0])
    return Statistiques(sum(g.nombre for _, g in groupes), tuple(g for _, g in groupes))


async def facettes(
    db: Source, secret: bytes, read: Read, axes_: Sequence[AxeStatistiques]
) -> list[Facette]:
    """Count, axis by axis, the most frequent values of what a list finds."""
    trouvees = []
    for axe in dict.fromkeys(axes_):
        forme = Forme(
            *(db.dialect.name, read.rights.shape, read.espace, tuple(read.criteria), (axe,)),
            facette=True,
        )
        statement, (largeur,) = _statement(forme)
        lignes = await db.fetch(statement, {**read.rights.values, **read.criteria})
        lus = [(axes.nommer(axe, x[:largeur], read.espace, secret), int(x[-2])) for x in lignes]
        lus.sort(key=lambda lu: (-lu[1], lu[0].place))
        valeurs = tuple(ValeurFacette(nom.cle.code, nom.cle.libelle, n) for nom, n in lus)
        tous = int(lignes[0][-1]) if lignes else 0
        trouvees.append(Facette(axe, valeurs, tous - sum(v.nombre for v in valeurs)))
    return trouvees


@lru_cache(maxsize=256)
def _statement(forme: Forme) -> tuple[Statement[Any], list[int]]:
    """Give a statement, and how many columns name each axis."""
    c = dict(m.sollicitation.alias().c)
    visibles, regard = visible(forme.shape, forme.espace, c)
    conditions = (CRITERIA["Sollicitation"][nom](regard, c, nom) for nom in forme.criteres)
    par_axe = [axes.cles(axe, regard, c) for axe in forme.axes]
    cles = [cle.label(f"k{i}") for i, cle in enumerate(x for k in par_axe for x in k)]
    lues = [regard.sql("sollicitation", n, c).label(n) for n in (*DELAIS, *TEMPS, *COMPTES)]
    base: sa.FromClause = sa.select(*cles, *lues).where(visibles, *conditions).subquery("b")
    noms = [cle.name for cle in cles]
    if forme.dialecte == "sqlite":
        base = _ranger(base, noms, forme.delais)
    par = [base.c[nom] for nom in noms]
    groupes = sa.select(*par, *_mesures(base, forme)).group_by(*par).limit(GROUPES + 1)
    if forme.facette:
        frequents = (sa.func.count().desc(), *(k.nulls_last() for k in par))
        tous = sa.func.sum(sa.func.count()).over()
        groupes = sa.select(*par, sa.func.count().label("n"), tous.label("t")).group_by(*par)
        groupes = groupes.order_by(*frequents).limit(VALEURS)
    return _nommer(groupes.subquery("g"), forme, [len(k) for k in par_axe])


def _ranger(base: sa.FromClause, cles: Sequence[str], delais: Sequence[str]) -> sa.FromClause:
    """Give those that have a delay a rank in their group: SQLite has no centiles."""
    par = [base.c[nom] for nom in cles]
    rangs = []
    for d in delais:
        rang = sa.func.row_number().over(partition_by=par, order_by=base.c[d].nulls_last())
        rangs.append(rang.label(f"{d}_rang"))
        rangs.append(sa.func.count(base.c[d]).over(partition_by=par).label(f"{d}_nombre"))
    return sa.select(*base.c, *rangs).subquery("r")


def _mesures(base: sa.FromClause, forme: Forme) -> list[sa.ColumnElement[Any]]:
    """Give, in the order that `_groupe` reads: the number, delays, times, and how many have."""
    mesures: list[sa.ColumnElement[Any]] = [sa.func.count()]
    for d in DELAIS:
        mesures.append(sa.func.count(base.c[d]))
        if d in forme.delais:
            mesures += [_centile(base, d, n, forme.dialecte) for n in CENTILES]
    mesures += [sa.func.sum(base.c[t]) for t in TEMPS]
    mesures += [sa.func.count().filter(base.c[n] > sa.literal_column("0")) for n in COMPTES]
    return [x.label(f"m{i}") for i, x in enumerate(mesures)]


def _centile(base: sa.FromClause, delai: str, n: int, dialecte: str) -> sa.ColumnElement[Any]:
    """Give a centile by nearest rank: a value that occurred, the same on both engines."""
    if dialecte != "sqlite":
        fraction: sa.ColumnElement[Any] = sa.literal_column(f"0.{n}")
        return sa.func.percentile_disc(fraction).within_group(base.c[delai])
    ici: sa.ColumnElement[int] = sa.literal_column(f"(r.{delai}_nombre * {n} + 99) / 100")
    return sa.func.max(base.c[delai]).filter(base.c[f"{delai}_rang"] == ici)


def _nommer(
    g: sa.FromClause, forme: Forme, largeurs: Sequence[int]
) -> tuple[Statement[Any], list[int]]:
    """Read beside each group what names it."""
    origine, noms, colonnes = g, [], iter(g.c)
    for axe, largeur in zip(forme.axes, largeurs, strict=True):
        origine, lues = axes.decrire(axe, origine, [*islice(colonnes, largeur)])
        noms.append(lues)
    toutes = [x for lues in noms for x in lues] + [*colonnes]
    select = sa.select(*(x.label(f"c{i}") for i, x in enumerate(toutes))).select_from(origine)
    return Statement(select), [len(lues) for lues in noms]


def _groupe(
    forme: Forme, largeurs: Sequence[int], suite: Iterator[Any], secret: bytes
) -> tuple[list[Any], Groupe]:
    """Build a group from its row; its place is that of its keys."""
    noms = [
        axes.nommer(axe, [*islice(suite, largeur)], forme.espace, secret)
        for axe, largeur in zip(forme.axes, largeurs, strict=True)
    ]
    nombre = next(suite)
    premiere, resolution = [
        Delai(next(suite), *islice(suite, len(CENTILES) * (d in forme.delais))) for d in DELAIS
    ]
    temps = Temps(*(None if t is None else int(t) // nombre for t in islice(suite, len(TEMPS))))
    parts = [part(next(suite), nombre) for _ in COMPTES]
    cles = tuple(nom.cle for nom in noms)
    return [nom.place for nom in noms], Groupe(*(cles, nombre, premiere, resolution, temps), *parts)
