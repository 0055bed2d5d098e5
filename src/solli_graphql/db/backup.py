"""Backups of a live database: SQLite's own, or PostgreSQL's pg_dump."""

import asyncio
import os
import shutil
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from solli_graphql.db import postgres
from solli_graphql.db.opening import SQLITE, connect_to, sqlite_path
from solli_graphql.db.sqlite import connect
from solli_graphql.domain.errors import Empechement

NAMES = {True: "solli.db", False: "solli.dump"}  # by whether it is SQLite


class BackupFailed(Empechement):
    """A backup or its restoration could not be done; the message says why in French."""


async def backup(url: str, folder: Path) -> Path:
    """
    Write one consistent state of the database into a new folder, under load too.

    Raises BackupFailed for a folder that is not empty, or when pg_dump fails. The files of
    attachments are to be copied after this: a row never names a file that is not there yet.
    """
    target = _new(url, folder)
    partial = target.with_suffix(".partiel")
    if url.startswith(SQLITE):
        await asyncio.to_thread(_copy, connect(sqlite_path(url)), str(partial))
    else:
        await _run("pg_dump", url, "--format=custom", f"--file={partial}")
    partial.rename(target)
    return target


def _new(url: str, folder: Path) -> Path:
    connect_to(url, pool=1)
    if folder.exists() and any(folder.iterdir()):
        message = f"{folder} n'est pas vide : choisissez un nouveau dossier."
        raise BackupFailed(message)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / NAMES[url.startswith(SQLITE)]


async def restore(url: str, folder: Path) -> None:
    """Read a backup into an empty database. Raises BackupFailed."""
    source = _known(url, folder)
    if url.startswith(SQLITE):
        await asyncio.to_thread(_copy, connect(str(source), frozen=True), sqlite_path(url))
    else:
        await _check_empty(url)
        options = ("--no-owner", "--no-acl", "--exit-on-error", "--single-transaction")
        await _run("pg_restore", url, *options, str(source))


def _known(url: str, folder: Path) -> Path:
    connect_to(url, pool=1)
    source = folder / NAMES[url.startswith(SQLITE)]
    if not source.is_file():
        message = f"{source} n'existe pas : ce dossier n'est pas une sauvegarde de ce type de base."
        raise BackupFailed(message)
    if url.startswith(SQLITE) and Path(sqlite_path(url)).exists():
        message = f"{sqlite_path(url)} existe déjà : restaurez vers un nouveau fichier."
        raise BackupFailed(message)
    return source


async def _check_empty(url: str) -> None:
    connection = await postgres.connect(url)
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')"):
            message = "La base n'est pas vide : restaurez vers une base neuve."
            raise BackupFailed(message)
    finally:
        await connection.close()


def _copy(origin: Any, target: str) -> None:
    """Copy page by page while others write: the copy is one state, restarted if it must be."""
    copy = connect(target)
    try:
        origin.backup(copy)
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        copy.execute("PRAGMA journal_mode=DELETE").close()
    finally:
        origin.close()
        copy.close()


async def _run(program: str, url: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment."""
    path = shutil.which(program)
    if path is None:
        message = f"{program} n'est pas installé : il vient avec les outils clients de PostgreSQL."
        raise BackupFailed(message)
    parsed = sa.make_url(url)
    secret = {"PGPASSWORD": str(parsed.password)} if parsed.password else {}
    database = parsed.set(password=None).render_as_string()
    process = await asyncio.create_subprocess_exec(
        *(path, f"--dbname={database}", *arguments),
        env={**os.environ, **secret},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode:
        message = f"{program} a échoué : {said.decode(errors='replace').strip()[-500:]}"
        raise BackupFailed(message)
