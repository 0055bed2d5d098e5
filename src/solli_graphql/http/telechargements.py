"""GET /telechargements/…: a personal link is followed, its rights checked again."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Send

from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.errors import (
    Introuvable,
    LimiteDepassee,
    NonAuthentifie,
    Occupe,
    SolliError,
)
from solli_graphql.http import auth
from solli_graphql.http.plages import Insatisfaisable, plage
from solli_graphql.quotas import QuotaDepasse
from solli_graphql.services.identite import Identite
from solli_graphql.services.liens import Genre, Lien, Liens
from solli_graphql.services.securite import Trace

log = structlog.get_logger()
ENTETES = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
}
# What a PDF, an attachment and an export take from their reader's bucket.
POINTS, POINTS_PIECE, POINTS_EXPORT = 20, 5, 200
ABSENT = "Ce lien n'existe pas ou n'est plus valable.\n"

LireFiche = Callable[[Acteur, int], Awaitable[dict[str, Any] | None]]
# An attachment that somebody may fetch: a row of db/pieces.py, and what reads its bytes.
Trouver = Callable[[Acteur, int], Awaitable[Any]]
Octets = Callable[[str, int, int], AsyncIterator[bytes]]
# An export's name, its type, and what begins it.
Export = tuple[str, str, Callable[[], Awaitable[AsyncGenerator[bytes, None]]]]
Exporter = Callable[[Acteur, int], Awaitable[Export | None]]
Rendre = Callable[[Mapping[str, Any], str, datetime], Awaitable[bytes]]


class Telechargements:
    """Answers links. Whatever is wrong with one, the same 404; a bad bearer is 401."""

    def __init__(
        self,
        liens: Liens,
        identite: Identite,
        lire: LireFiche,
        rendre: Rendre,
        *,
        trouver: Trouver,
        octets: Octets,
        exporter: Exporter,
        delai: float,
        trace: Trace,
    ) -> None:
        self._liens, self._identite = liens, identite
        self._lire, self._rendre = lire, rendre
        self._trouver_piece, self._octets = trouver, octets
        self._exporter, self._delai, self._trace = exporter, delai, trace

    async def respond(self, request: Request) -> Response:
        """Answer with the file of a link, for the person to whom it was given."""
        lien = self._liens.lire(request.path_params["jeton"])
        try:
            found = await self._trouver(request, lien)
        except NonAuthentifie as e:
            self._refuse(None, e.code)
            return auth.refus(ENTETES)
        except Occupe as e:
            return PlainTextResponse(e.message + "\n", 503, {**ENTETES, "Retry-After": "1"})
        except LimiteDepassee as e:
            self._refuse(lien, e.code)
            if isinstance(e, QuotaDepasse):
                attente = {"Retry-After": str(e.attente)}
                return PlainTextResponse(e.message + "\n", 429, {**ENTETES, **attente})
            return PlainTextResponse(e.message + "\n", 400, ENTETES)
        if found is None:
            self._refuse(lien, Introuvable.code)
        return found or PlainTextResponse(ABSENT, 404, ENTETES)

    def _refuse(self, lien: Lien | None, code: str) -> None:
        genre = None if lien is None else lien.genre.name
        self._trace.refuser(lien and lien.acteur_id, [code], lien=genre)

    async def _trouver(self, request: Request, lien: Lien | None) -> Response | None:
        acteur = await auth.suivi(request.headers.raw, self._identite, lien)
        if acteur is None or lien is None:
            return None
        match lien.genre:
            case Genre.PDF:
                return await self._pdf(acteur, lien)
            case Genre.EXPORT:
                return await self._export(acteur, lien, request)
            case Genre.PIECE:
                return await self._piece(acteur, lien, request)
        return None

    async def _pdf(self, acteur: Acteur, lien: Lien) -> Response | None:
        fiche = await self._lire(acteur, lien.objet_id)
        if fiche is None:
            return None
        lecteur = " ".join(n for n in (acteur.prenom, acteur.nom) if n)
        corps = await self._rendre(fiche, lecteur, datetime.now(UTC))
        return fichier(corps, f"{fiche['numero']}.pdf", "application/pdf")

    async def _piece(self, acteur: Acteur, lien: Lien, request: Request) -> Response | None:
        piece = await self._trouver_piece(acteur, lien.objet_id)
        if piece is None:
            return None
        headers = {**ENTETES, "Content-Disposition": disposition(piece.nom_fichier)}
        headers |= {"Accept-Ranges": "bytes", "ETag": f'"{piece.sha256}"'}
        try:
            debut, fin = plage(request.headers, piece.taille, headers["ETag"])
        except Insatisfaisable:
            ailleurs = {"Content-Range": f"bytes */{piece.taille}"}
            return Response(status_code=416, headers={**headers, **ailleurs})
        headers["Content-Length"] = str(fin - debut)
        partie = fin - debut < piece.taille
        if partie:
            headers["Content-Range"] = f"bytes {debut}-{fin - 1}/{piece.taille}"
        statut = 206 if partie else 200
        if request.method == "HEAD":
            return Response(b"", statut, headers, piece.type_mime)
        corps = self._octets(piece.cle, debut, fin)
        return StreamingResponse(corps, statut, headers, piece.type_mime)

    async def _export(self, acteur: Acteur, lien: Lien, request: Request) -> Response | None:
        trouve = await self._exporter(acteur, lien.objet_id)
        if trouve is None:
            return None
        nom, type_mime, ouvrir = trouve
        if request.method == "HEAD":  # its length is not known before it is made
            reponse = Response(headers=entetes(nom), media_type=type_mime)
            del reponse.headers["Content-Length"]
            return reponse
        octets = await ouvrir()
        return Flot(octets, self._delai, headers=entetes(nom), media_type=type_mime)


class Flot(StreamingResponse):
    """
    An answer that is made while it is sent: the client that goes away ends it, or time does.

    Cut short it is left incomplete, which the server tells by closing the connection.
    """

    def __init__(self, octets: AsyncGenerator[bytes, None], delai: float, **options: Any) -> None:
        super().__init__(octets, **options)
        self._octets, self._delai = octets, delai

    async def stream_response(self, send: Send) -> None:
        try:
            async with aclosing(self._octets), asyncio.timeout(self._delai):
                await super().stream_response(send)
        except (TimeoutError, SolliError) as e:
            log.warning("export_interrompu", raison=type(e).__name__)


def disposition(nom: str) -> str:
    """Name a file to be kept (RFC 6266): as it is, and in ASCII for who reads no other."""
    simple = "".join(c if c.isascii() and (c.isalnum() or c in " ._-()") else "_" for c in nom)
    return f"attachment; filename=\"{simple}\"; filename*=UTF-8''{quote(nom, safe='')}"


def entetes(nom: str) -> dict[str, str]:
    """Give the headers of a file to keep; its name must be plain ASCII."""
    return {**ENTETES, "Content-Disposition": f'attachment; filename="{nom}"'}


def fichier(corps: bytes, nom: str, type_mime: str) -> Response:
    """Send a file to be kept, never shown; its name must be plain ASCII."""
    return Response(corps, headers=entetes(nom), media_type=type_mime)
