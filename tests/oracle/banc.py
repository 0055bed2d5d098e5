"""The two engines of an answer, side by side: the product's plan, and the oracle."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from oracle.champs import SECRET
from oracle.generateur import Demande, Generateur
from oracle.monde import COMPTES, Monde
from oracle.naif import Oracle, lien
from oracle.vues import lire
from solli_graphql.db.migrate import migrate
from solli_graphql.db.opening import connect_to
from solli_graphql.db.plan.reader import Reader
from solli_graphql.domain.acteur import Acteur
from solli_graphql.graphql.executor import Executor, Request
from solli_graphql.graphql.limits import Limits
from solli_graphql.graphql.schema import readable, sdl
from solli_graphql.services import identite


@dataclass(frozen=True)
class Banc:
    """A database, and what answers from it."""

    executor: Executor
    oracle: Oracle
    acteurs: Mapping[str, Acteur]

    def generateur(self, espaces: frozenset[str], graine: str) -> Generateur:
        """Make the generator of one operation, which looks mostly from these espaces."""
        return Generateur(self.oracle.schema, self.oracle.base, graine, tuple(sorted(espaces)))

    async def plan(self, qui: str, d: Demande) -> bytes:
        """Answer with the product, as the text that a client would read."""
        request = Request(d.texte, d.variables, d.nom)
        reply = await self.executor.execute(self.acteurs[qui], request)
        return orjson.dumps(reply.body)

    def naif(self, qui: str, d: Demande) -> bytes:
        """Answer with the oracle."""
        corps = self.oracle.repondre(self.acteurs[qui].id, d.texte, d.variables, d.nom)
        return orjson.dumps(corps)

    def mal_formee(self, d: Demande) -> bytes | None:
        """Tell what graphql-core says of a document that it does not admit."""
        corps = self.oracle.valider(d.texte)
        return None if corps is None else orjson.dumps(corps)


@asynccontextmanager
async def banc(url: str, monde: Monde) -> AsyncIterator[Banc]:
    """Fill an empty database with a world, and open it."""
    await migrate(url)
    await monde.charger(url)
    db = connect_to(url, pool=2)
    await db.open()
    acteurs: dict[str, Any] = {
        nom: await identite.acteur(db, f"{nom}@tests.example") for nom in COMPTES
    }
    reader = Reader(db, readable(), secret=SECRET, links=lambda qui: partial(lien, qui))
    sans_plafond = Limits(
        objects=10**6
    )  # the oracle counts no objects: tests/http/test_cout.py does
    executor = Executor(reader, None, limits=sans_plafond, open_introspection=False)
    yield Banc(executor, Oracle(await lire(db), sdl()), acteurs)
    await db.close()


def ecart(plan: bytes, naif: bytes) -> str | None:
    """
    Tell where two answers differ, or None.

    Where graphql-core reports several errors, only `data` is compared: their order is its own.
    """
    if plan == naif:
        return None
    a, b = orjson.loads(plan), orjson.loads(naif)
    if len(b.get("errors", ())) > 1 and "data" in b:
        a, b = a.get("data"), b["data"]
        if orjson.dumps(a) == orjson.dumps(b):
            return None
    return _ou(a, b, "") or "ordre des clés"


def _ou(a: Any, b: Any, ici: str) -> str | None:
    if isinstance(a, dict) and isinstance(b, dict) and [*a] == [*b]:
        return next((w for n in a if (w := _ou(a[n], b[n], f"{ici}.{n}"))), None)
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        pairs = enumerate(zip(a, b, strict=True))
        return next((w for i, (x, y) in pairs if (w := _ou(x, y, f"{ici}[{i}]"))), None)
    return None if a == b else f"{ici} : plan {a!r:.300} ≠ naïf {b!r:.300}"
