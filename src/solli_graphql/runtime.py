"""What serves requests: the database, the services and the executor, wired from the settings."""

import asyncio
import gc
from collections.abc import Coroutine
from functools import partial
from importlib import import_module
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from solli_graphql import configured
from solli_graphql.antivirus import Clamd, Injoignable
from solli_graphql.db.database import Timeouts, Unreachable
from solli_graphql.db.opening import NotMigrated, connect_to, migrated, open_migrated
from solli_graphql.db.plan.reader import Reader
from solli_graphql.demo.bac import Bac
from solli_graphql.demo.copie import Copie
from solli_graphql.domain.acteur import Acteur
from solli_graphql.exports.pdf import Atelier
from solli_graphql.exports.tableur import TYPES
from solli_graphql.graphql import executor as x
from solli_graphql.graphql import known
from solli_graphql.graphql.documents import Documents
from solli_graphql.graphql.fiche import Fiches
from solli_graphql.graphql.flux import Flux, Octets
from solli_graphql.graphql.lignes import Lignes
from solli_graphql.graphql.listed import Listed
from solli_graphql.graphql.schema import readable
from solli_graphql.http.edge import Turnstile
from solli_graphql.http.endpoint import Endpoint
from solli_graphql.http.named import Named
from solli_graphql.http.telechargements import (
    POINTS,
    POINTS_EXPORT,
    POINTS_PIECE,
    Export,
    Exporter,
    Telechargements,
)
from solli_graphql.http.televersements import Reception
from solli_graphql.logs import trace
from solli_graphql.quotas import quota
from solli_graphql.services import pieces
from solli_graphql.services.comptes import Comptes
from solli_graphql.services.depot import SLOW_TO_IMPORT
from solli_graphql.services.exports import Demande, Exports
from solli_graphql.services.identite import DEMO, PSEUDONYMES, Identite, cle
from solli_graphql.services.jetons import Demo, Verificateur
from solli_graphql.services.liens import Liens
from solli_graphql.services.retention import purger
from solli_graphql.services.securite import Trace
from solli_graphql.services.sollicitations import Sollicitations
from solli_graphql.services.televersements import Televersements
from solli_graphql.settings import Settings
from solli_graphql.storage import Storage

log = structlog.get_logger()
ANALYSE = 5  # seconds between two visits of the antivirus


class Service:
    """What serves requests, from the opening of the database to its closing."""

    def __init__(self, settings: Settings, patience: int, *, prepared: bool) -> None:
        self._settings, self._patience, self._prepared = settings, patience, prepared
        timeouts = Timeouts(settings.delai_sql, settings.delai_verrou)
        self.db = connect_to(settings.database_url, pool=settings.pool, timeouts=timeouts)
        self._quota = quota(settings.capacity, settings.cout_recharge, settings.redis_url)
        self._turnstile = Turnstile(settings.operations, settings.delai_operation)
        self._endpoint: Endpoint | None = None
        self._fournisseur = configured.fournisseur(settings)
        self._storage = Storage(settings.storage)
        self._journal = configured.journal(settings)
        self._trace: Trace | None = None

    async def open(self) -> None:
        """Open the database and wire what needs it. Raises Unreachable or NotMigrated."""
        await self._connect()
        secret = await cle(self.db, PSEUDONYMES)
        if secret is None:
            message = "the database has lost its key"
            raise RuntimeError(message)
        liens = Liens(secret, base=self._settings.url_publique)
        self._trace = trace = Trace(secret, self._journal)
        reader = Reader(self.db, readable(), secret=secret, links=liens.pour, note=trace.lire)
        televersements = Televersements(
            self.db, self._storage, liens, configured.regles(self._settings)
        )
        lignes, liste = Lignes(reader), configured.documents(self._settings)
        exports = Exports(self.db, lignes.compter, liens)
        sollicitations = Sollicitations(self.db, televersements)
        demo = self._settings.demo
        executor = x.Executor(
            reader,
            sollicitations,
            Comptes(self.db, trace),
            televersements,
            exports,
            Bac(self.db, sollicitations, Copie(self.db, self._storage)) if demo else None,
            limits=configured.limits(self._settings),
            quota=self._quota,
            open_introspection=demo,
            documents=Documents(liste.documents),  # to which it adds others
            refused=trace.refuser,
        )

        work = [self._purge_hourly(), *([self._warm_up(executor, liste)] if self._prepared else [])]
        if self._settings.clamd_url:
            work.append(self._judge(Clamd(self._settings.clamd_url)))
        self._background = [asyncio.create_task(w) for w in work]

        identite = Identite(self.db, await self._verificateurs(), trace)
        self._endpoint = self._graphql(executor, identite, liste, trace)
        self._atelier = Atelier()
        exporter = self._exporter(exports, Flux(self.db, lignes, self._settings.exports), trace)
        fiches = Fiches(reader.on(self.db))  # what it reads is noted as a download
        self._telechargements = self._links(liens, identite, fiches, exporter, trace)
        self._reception = Reception(liens, identite, televersements, trace)

    def _links(
        self, liens: Liens, identite: Identite, fiches: Fiches, exporter: Exporter, trace: Trace
    ) -> Telechargements:
        """Give what answers links."""

        async def lire(acteur: Acteur, id_: int) -> dict[str, Any] | None:
            await self._quota.take(acteur.id, min(POINTS, self._quota.capacity))
            fiche = await self._turnstile.run(fiches.lire(acteur, id_))
            if fiche:
                trace.noter("TELECHARGER_PDF", acteur=acteur.id, sollicitation=id_)
            return fiche

        async def trouver(acteur: Acteur, id_: int) -> Any:
            await self._quota.take(acteur.id, min(POINTS_PIECE, self._quota.capacity))
            piece = await pieces.telecharger(self.db, acteur, id_)
            if piece:
                trace.noter("TELECHARGER_PIECE", acteur=acteur.id, piece=id_)
            return piece

        return Telechargements(
            *(liens, identite, lire, self._atelier.rendre),
            trouver=trouver,
            octets=self._storage.lire,
            exporter=exporter,
            delai=self._settings.delai_export,
            trace=trace,
        )

    def _graphql(
        self, executor: x.Executor, identite: Identite, liste: Listed, trace: Trace
    ) -> Endpoint:
        """Give the GraphQL door."""
        return Endpoint(
            executor.execute,
            x.Request,
            identite,
            self._turnstile,
            Named(liste.texts, only=self._settings.documents_seuls, apq=self._settings.apq),
            trace,
            body_limit=self._settings.corps_octets,
            depth_limit=self._settings.corps_profondeur,
            get=self._settings.by_get,
        )

    def _exporter(self, exports: Exports, flux: Flux, trace: Trace) -> Exporter:
        """Give what begins the export of a link, with today's rights; None if there is none."""

        async def ouvrir(acteur: Acteur, demande: Demande) -> Octets:
            await self._quota.take(acteur.id, min(POINTS_EXPORT, self._quota.capacity))
            octets = await flux.ouvrir(acteur, demande)
            trace.noter("EXPORTER", acteur=acteur.id, espace=demande.espace)
            return octets

        async def exporter(acteur: Acteur, id_: int) -> Export | None:
            demande = await exports.trouver(acteur, id_)
            if demande is None or not demande.permise(acteur):
                return None
            nom = f"sollicitations.{demande.format.lower()}"
            return nom, TYPES[demande.format], partial(ouvrir, acteur, demande)

        return exporter

    async def _verificateurs(self) -> list[Verificateur]:
        """List who is believed: the identity provider, and the demonstration in its own mode."""
        demo = await cle(self.db, DEMO) if self._settings.demo else None
        trouves: list[Verificateur] = [Demo(demo)] if demo else []
        if self._fournisseur:
            await self._fournisseur.open()
            trouves.append(self._fournisseur)
        return trouves

    async def _connect(self) -> None:
        """Open the database, trying again each second for as long as the patience lasts."""
        for _ in range(self._patience):
            try:
                return await open_migrated(self.db)
            except (Unreachable, NotMigrated):
                await asyncio.sleep(1)
        return await open_migrated(self.db)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Answer /graphql."""
        if self._endpoint is None:
            message = "the service is not open"
            raise RuntimeError(message)
        return self._endpoint(scope, receive, send)

    async def download(self, request: Request) -> Response:
        """Answer a personal link."""
        return await self._telechargements.respond(request)

    async def upload(self, request: Request) -> Response:
        """Receive the bytes of an upload."""
        return await self._reception.respond(request)

    async def close(self) -> None:
        """Wait for the commands under way, then close."""
        for task in self._background:
            task.cancel()
        self._atelier.close()
        await self._quota.close()
        if self._fournisseur:
            await self._fournisseur.close()
        await self.db.close()
        if self._trace:
            self._trace.dire_lectures()

    async def _warm_up(self, executor: x.Executor, liste: Listed) -> None:
        """Prepare for the first requests of each kind, after the start."""
        try:
            await known.prepare(executor, liste.documents)
            gc.freeze()  # it stays: a full collection of 300 documents stops the loop for long
            for module in SLOW_TO_IMPORT:
                await asyncio.to_thread(import_module, module)
        except Exception as e:  # noqa: BLE001 - the first request does it instead
            log.warning("preparation_impossible", **trace(e))

    async def _purge_hourly(self) -> None:
        """Delete what is kept for a time only, a batch a transaction."""
        while True:
            await asyncio.sleep(3600)
            try:
                while await self.db.write(purger):
                    pass
                plafond = self._settings.piece_octets
                await pieces.collecter(self.db, self._storage, plafond=plafond)
            except Exception as e:  # noqa: BLE001 - the next hour tries again
                log.warning("purge_impossible", **trace(e))

    async def _judge(self, antivirus: Clamd) -> None:
        """Have attachments judged; those that could not be wait for the next visit."""
        while True:
            try:
                await pieces.analyser(self.db, self._storage, antivirus)
            except Injoignable as e:
                log.warning("antivirus_muet", raison=str(e))
            except Exception as e:  # noqa: BLE001 - the next visit tries again
                log.warning("analyse_impossible", **trace(e))
            await asyncio.sleep(ANALYSE)

    async def ready(self) -> dict[str, bool]:
        """Tell which parts can be used."""
        parts = {"base": await migrated(self.db), "stockage": await self._storage.pret()}
        return parts | ({"identite": self._fournisseur.pret} if self._fournisseur else {})
