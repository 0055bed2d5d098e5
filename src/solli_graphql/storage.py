"""The bytes of attachments: a local directory, or S3, under random names of ours."""

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

LOCAL = "file://"
MORCEAU = 512 * 1024  # bytes read at once
DEPOTS = "depots/"  # what is still arriving


def nouvelle_cle() -> str:
    """Draw the name of a new object, in two levels of folders: nothing of it comes from outside."""
    nom = secrets.token_hex(16)
    return f"{nom[:2]}/{nom[2:4]}/{nom}"


def depot_de(cle: str) -> str:
    """Give the name under which an object arrives, where clients send to the store itself."""
    return DEPOTS + cle.rpartition("/")[2]


class Storage:
    """
    Objects by key.

    obstore is called on threads, by its synchronous functions alone: the others have been seen to
    abort the process when it ends, with S3.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._root = Path(url.removeprefix(LOCAL)) if url.startswith(LOCAL) else None

    @property
    def direct(self) -> bool:
        """Tell whether clients send to the store itself, by a presigned URL."""
        return self._root is None

    @cached_property
    def _store(self) -> Any:
        store = import_module("obstore.store")
        if self._root is not None:
            return store.LocalStore(prefix=self._root, mkdir=True)
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
        return store.S3Store.from_url(
            self._url,
            client_options={"allow_http": endpoint.startswith("http://"), "timeout": "30s"},
        )

    def _appeler(self, quoi: str, *args: Any, **options: Any) -> Any:
        """Call a function of obstore, on a thread; it is imported here: 4 MiB that not all need."""
        return getattr(import_module("obstore"), quoi)(self._store, *args, **options)

    async def _faire(self, quoi: str, *args: Any, **options: Any) -> Any:
        return await asyncio.to_thread(self._appeler, quoi, *args, **options)

    async def presigner(self, cle: str, duree: timedelta) -> str:
        """Give where a client may send, for a time, what will be the object of this key."""
        return str(await self._faire("sign", "PUT", depot_de(cle), duree))

    @asynccontextmanager
    async def recevoir(self) -> AsyncIterator["Partiel"]:
        """Receive into a local file that only exists for others once it is kept."""
        if self._root is None:
            message = "clients send to this store directly"
            raise RuntimeError(message)
        partiel = await asyncio.to_thread(Partiel.ouvrir, self._root)
        try:
            yield partiel
        finally:
            await asyncio.shield(asyncio.to_thread(partiel.fermer))

    async def ecrire(self, cle: str, morceaux: AsyncIterable[bytes]) -> None:
        """Write an object of ours, whole or not at all."""
        if self.direct:
            octets = b"".join([m async for m in morceaux])
            await self._faire("put", cle, octets)
            return
        async with self.recevoir() as partiel:
            async for morceau in morceaux:
                await partiel.ajouter(morceau)
            await partiel.garder(cle)

    async def adopter(self, depot: str, cle: str) -> None:
        """Copy what a client sent to another key. Raises FileNotFoundError."""
        await self._faire("copy", depot, cle)

    async def taille(self, cle: str) -> int | None:
        """Give the size of an object, or None if it is not there."""
        with suppress(FileNotFoundError):
            return int((await self._faire("head", cle))["size"])
        return None

    async def lire(self, cle: str, debut: int, fin: int) -> AsyncIterator[bytes]:
        """Read the bytes from `debut` to `fin` excluded. Raises FileNotFoundError."""
        for ici in range(debut, fin, MORCEAU):
            la = min(ici + MORCEAU, fin)
            yield bytes(await self._faire("get_range", cle, start=ici, end=la))

    async def retirer(self, *cles: str) -> None:
        """Remove objects; those that are not there any more are gone already."""
        for cle in cles:
            with suppress(FileNotFoundError):
                await self._faire("delete", cle)

    async def balayer(self, avant: datetime, *, plafond: int = sys.maxsize) -> int:
        """Remove what began to arrive before an instant, or is larger than anything may be."""
        restes = [
            o["path"]
            for o in await self._lister(DEPOTS)
            if o["last_modified"] < avant or o["size"] > plafond
        ]
        await self.retirer(*restes)
        return len(restes)

    async def cles(self) -> list[str]:
        """List every object, those that are arriving included: for small stores and tests."""
        return [o["path"] for o in await self._lister("")]

    async def _lister(self, prefixe: str) -> list[Any]:
        if self._root is not None and not await asyncio.to_thread(self._root.is_dir):
            return []
        return await asyncio.to_thread(self._tout, prefixe)

    def _tout(self, prefixe: str) -> list[Any]:
        return [o for lot in self._appeler("list", prefixe or None) for o in lot]

    async def pret(self) -> bool:
        """Tell whether the store can be used."""
        try:
            return await asyncio.wait_for(asyncio.to_thread(self._pret), 5)
        except Exception:  # noqa: BLE001 - whatever it is, it is not ready
            return False

    def _pret(self) -> bool:
        if self._root is None:
            next(iter(self._appeler("list", DEPOTS, chunk_size=1)), None)
            return True
        la = next(p for p in (self._root, *self._root.absolute().parents) if p.exists())
        return la.is_dir() and os.access(la, os.W_OK | os.X_OK)


class Partiel:
    """A local file being received; fsync and rename make it an object, whole or not at all."""

    def __init__(self, root: Path, path: Path, file: BinaryIO) -> None:
        self._root, self._path, self._file = root, path, file

    @classmethod
    def ouvrir(cls, root: Path) -> "Partiel":
        """Open a new file among those that are arriving."""
        dossier = root / DEPOTS
        dossier.mkdir(parents=True, exist_ok=True)
        path = dossier / secrets.token_hex(16)
        return cls(root, path, path.open("xb"))

    async def ajouter(self, octets: bytes) -> None:
        """Write the next bytes."""
        await asyncio.to_thread(self._file.write, octets)

    async def garder(self, cle: str) -> None:
        """Make it the object of a key, for good: file and folders are synced before and after."""
        await asyncio.to_thread(self._garder, self._root / cle)

    def _garder(self, vers: Path) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        neufs = [d for d in (vers.parent, vers.parent.parent) if not d.exists()]
        vers.parent.mkdir(parents=True, exist_ok=True)
        self._path.replace(vers)
        for dossier in (vers.parent, *(d.parent for d in neufs)):
            fsync(dossier)

    def fermer(self) -> None:
        """Leave nothing of what was not kept."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def fsync(dossier: Path) -> None:
    """Make the names of a folder survive a cut; Windows opens no folder, and journals them."""
    if os.name == "nt":
        return
    descripteur = os.open(dossier, os.O_RDONLY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)
