"""
The bare limit: no GraphQL, no identity, no rights; the statements that our plan compiles.

`python -m benchmarks.reads.bare FILE PORT`; FILE is a pickle of `contenders.Handed`'s fields.
"""

import os
import pickle
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import uvicorn

Rows = Sequence[Sequence[Any]]
HEADERS = [(b"content-type", b"application/json; charset=utf-8")]
CONFIRMATION = "La prise en charge et le brouillon ont été pris en compte."


def serve(app: Any, port: int) -> None:
    """Serve as the product does."""
    options: dict[str, Any] = {"loop": "uvloop", "http": "httptools", "ws": "none"}
    quiet: dict[str, Any] = {"access_log": False, "log_config": None, "server_header": False}
    uvicorn.run(app, host="127.0.0.1", port=port, **options, **quiet)


def handed() -> dict[str, Any]:
    """Read what the harness hands over."""
    return dict(pickle.loads(Path(sys.argv[1]).read_bytes()))  # noqa: S301 - our own harness's


def card(row: Sequence[Any], libelles: dict[Any, str]) -> dict[str, Any]:
    """Write the fields that W1, W2, W3 and W5 have in common."""
    id_, numero, version, statut, chez, motif, depot, maj, description, *joined = row
    categorie, sous_categorie, structure, code, service, service_id = joined
    return {
        "id": id_,
        "numero": numero,
        "version": version,
        "statutLibelle": libelles[statut, chez],
        "motif": motif,
        "dateDepot": depot,
        "dateMiseAJour": maj,
        "description": description,
        "categorie": {"libelle": categorie},
        "sousCategorie": {"libelle": sous_categorie},
        "structureEmettrice": {"designation": structure},
        "serviceDestinataire": service_id and {"code": code, "libelle": service},
    }


def page(rows: Rows, size: int, libelles: dict[Any, str], first: int = 0) -> dict[str, Any]:
    """Write a page; the columns before `first` are not of the card."""
    shown = rows[:size]
    return {
        "nodes": [card(r[first:], libelles) for r in shown],
        "pageInfo": {"hasNextPage": len(rows) > size, "endCursor": f"{shown[-1][first + 6]}"},
    }


def dossier(row: Sequence[Any], libelles: dict[Any, str], lists: Callable[[Any], Any]) -> Any:
    """Write W2."""
    return {
        **card(row[:-2], libelles),
        "historique": [
            {
                "seq": seq,
                "date": date,
                "auteur": {"nom": nom, "prenom": prenom},
                "ancienStatut": ancien,
                "nouveauStatut": nouveau,
                "commentaire": commentaire,
            }
            for seq, date, nom, prenom, ancien, nouveau, commentaire in lists(row[-2])
        ],
        "piecesJointes": [
            {
                "id": id_,
                "nomFichier": nom,
                "typeMime": mime,
                "taille": taille,
                "dateAjout": date,
                "etat": etat,
            }
            for id_, nom, mime, taille, date, etat in lists(row[-1])
        ],
    }


def built(name: str, rows: Rows, libelles: dict[str, Any], lists: Callable[[Any], Any]) -> Any:
    """Write the answer of a read."""
    match name:
        case "W1":
            return {"synthese": page(rows, 50, libelles["RECUES"])}
        case "W2":
            return {"sollicitation": dossier(rows[0], libelles["RECUES"], lists)}
        case "W3":
            total = {"totalCount": rows[0][0]}
            return {"sollicitations": total | page(rows, 20, libelles["RECUES"], 1)}
    return {"sollicitations": page(rows, 20, libelles["SUPPORT"])}


class Bare:
    """The application: a path a workload, and /hello."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given, self._libelles = given, given["libelles"]
        self._sql = given["sent"]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message.get("more_body"):
                break
        name = scope["path"][1:]
        answer = (
            b"hello" if name == "hello" else orjson.dumps({"data": await self.answer(name, body)})
        )
        length = (b"content-length", str(len(answer)).encode())
        headers = [*HEADERS, length]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def answer(self, name: str, body: bytes) -> Any:
        """Answer a workload."""
        if name == "W4":
            return {"traiter": await self.traiter(orjson.loads(body)["variables"]["input"])}
        ((sql, values),) = self._sql[name]
        return built(name, await self.fetch(sql, values), self._libelles, self.lists)

    async def _lifespan(self, receive: Any, send: Any) -> None:
        while (await receive())["type"] != "lifespan.shutdown":
            await self.open()
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})

    lists: Callable[[Any], Any] = staticmethod(lambda rows: rows)
    open: Callable[[], Awaitable[None]]
    fetch: Callable[[str, Sequence[Any]], Awaitable[Rows]]

    def _write(self, entree: dict[str, Any]) -> tuple[list[list[Any]], dict[str, Any]]:
        """Give the values of W4's statements, lock and key first, and its answer."""
        id_, version, cle = (
            int(entree["id"]),
            entree["versionAttendue"] + 1,
            entree["cleIdempotence"],
        )
        statut, texte, now = entree["statut"], entree["miseAJour"], self.now()
        agent, structure, nom, prenom = self._given["agent"]
        sel, digest = os.urandom(16), os.urandom(32)
        values = [
            [id_, structure],
            [agent, cle],
            [statut, "STRUCTURE", "NOUVELLE", version, now, texte, agent, digest, id_],
            [
                *(id_, version, None, now, "TRAITER", statut, None, "STRUCTURE"),
                *(statut, "STRUCTURE", digest, digest),
            ],
            [id_, version, agent, nom, prenom, sel, None, texte],
            [id_, version, None, now],
            [agent, cle, digest, now, CONFIRMATION, id_, None, version],
        ]
        seen = {"id": id_, "version": version, "statut": statut}
        answer = {"__typename": "ActionPriseEnCompte", "confirmation": CONFIRMATION}
        return values, answer | {"sollicitation": seen}

    def now(self) -> Any:
        """Give the time, as the driver wants it."""
        return datetime.now(UTC)

    async def traiter(self, entree: dict[str, Any]) -> dict[str, Any]:
        """Do W4."""
        raise NotImplementedError


class BarePostgres(Bare):
    """On asyncpg, with a pool of its own; W4 sends its statements one by one."""

    async def open(self) -> None:
        """Open the pool."""
        import asyncpg  # noqa: PLC0415 - each engine imports its own driver

        class Connection(asyncpg.Connection):  # type: ignore[misc]
            def get_reset_query(self) -> str:
                return ""

        self._pool = await asyncpg.create_pool(
            self._given["url"],
            min_size=1,
            max_size=self._given["pool"],
            connection_class=Connection,
        )

    async def fetch(self, sql: str, values: Sequence[Any]) -> Rows:
        """Read."""
        async with self._pool.acquire() as connection:
            rows: Rows = await connection.fetch(sql, *values)
            return rows

    async def traiter(self, entree: dict[str, Any]) -> dict[str, Any]:
        """Lock, look the key up, update, write the line, its text, the event and the key."""
        values, answer = self._write(entree)
        texts = [sql for sql, _ in self._sql["W4"]]
        async with self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(texts[0], *values[0])
            if row["version"] != entree["versionAttendue"]:
                return {"__typename": "ConflitDeVersion"}
            if await connection.fetchrow(texts[1], *values[1]):
                return {"__typename": "CleIdempotenceReutilisee"}
            for sql, given in zip(texts[2:], values[2:], strict=False):
                await connection.execute(sql, *given)
        return answer


class BareSqlite(Bare):
    """On pysqlite3, called plainly on the loop; W4 commits each time."""

    lists = staticmethod(orjson.loads)

    async def open(self) -> None:
        """Open the file, with the product's own safeguards."""
        from pysqlite3 import dbapi2  # noqa: PLC0415 - each engine imports its own driver

        path = self._given["url"].removeprefix("sqlite:///")
        self._connection = dbapi2.connect(path, isolation_level=None, cached_statements=512)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-32768"):
            self._connection.execute(f"PRAGMA {pragma}")

    async def fetch(self, sql: str, values: Sequence[Any]) -> Rows:
        """Read."""
        rows: Rows = self._connection.execute(sql, values).fetchall()
        return rows

    def now(self) -> Any:
        """Give the time, as SQLite keeps it."""
        return datetime.now(UTC).isoformat()

    async def traiter(self, entree: dict[str, Any]) -> dict[str, Any]:
        """Do the same statements on the loop, in one transaction."""
        values, answer = self._write(entree)
        texts = [sql for sql, _ in self._sql["W4"]]
        run = self._connection.execute
        run("BEGIN IMMEDIATE")
        row = run(texts[0], values[0]).fetchone()
        if row[5] != entree["versionAttendue"] or run(texts[1], values[1]).fetchone():
            run("ROLLBACK")
            return {"__typename": "ConflitDeVersion"}
        for sql, given in zip(texts[2:], values[2:], strict=False):
            run(sql, given)
        run("COMMIT")
        return answer


if __name__ == "__main__":
    data = handed()
    kind = BareSqlite if data["url"].startswith("sqlite") else BarePostgres
    serve(kind(data), int(sys.argv[2]))
