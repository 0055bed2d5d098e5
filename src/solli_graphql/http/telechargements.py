"""GET /telechargements/…: a personal link is followed, its rights checked again."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.errors import NonAuthentifie, Occupe
from solli_graphql.http import auth
from solli_graphql.quotas import QuotaDepasse
from solli_graphql.services.identite import Identite
from solli_graphql.services.liens import Genre, Lien, Liens

ENTETES = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
}
POINTS = 20  # what a PDF takes from its reader's bucket
ABSENT = "Ce lien n'existe pas ou n'est plus valable.\n"

LireFiche = Callable[[Acteur, int], Awaitable[dict[str, Any] | None]]
Rendre = Callable[[Mapping[str, Any], str, datetime], Awaitable[bytes]]


class Telechargements:
    """Answers links. Whatever is wrong with one, the answer is the same 404."""

    def __init__(self, liens: Liens, identite: Identite, lire: LireFiche, rendre: Rendre) -> None:
        self._liens, self._identite = liens, identite
        self._lire, self._rendre = lire, rendre

    async def respond(self, request: Request) -> Response:
        """Answer with the file of a link, for the person to whom it was given."""
        try:
            lien = self._liens.lire(request.path_params["jeton"])
            found = await self._trouver(request, lien) if lien else None
        except Occupe as e:
            return PlainTextResponse(e.message + "\n", 503, {**ENTETES, "Retry-After": "1"})
        except QuotaDepasse as e:
            attente = {"Retry-After": str(e.attente)}
            return PlainTextResponse(e.message + "\n", 429, {**ENTETES, **attente})
        return found or PlainTextResponse(ABSENT, 404, ENTETES)

    async def _trouver(self, request: Request, lien: Lien) -> Response | None:
        try:
            porteur = await auth.acteur(request.headers.raw, self._identite)
        except NonAuthentifie:
            return None
        if porteur is not None and porteur.id != lien.acteur_id:
            return None
        acteur = await self._identite.par_id(lien.acteur_id)
        return await self._pdf(acteur, lien) if acteur and lien.genre is Genre.PDF else None

    async def _pdf(self, acteur: Acteur, lien: Lien) -> Response | None:
        fiche = await self._lire(acteur, lien.objet_id)
        if fiche is None:
            return None
        lecteur = " ".join(n for n in (acteur.prenom, acteur.nom) if n)
        corps = await self._rendre(fiche, lecteur, datetime.now(UTC))
        return fichier(corps, f"{fiche['numero']}.pdf", "application/pdf")


def fichier(corps: bytes, nom: str, type_mime: str) -> Response:
    """Send a file to be kept, never shown; its name must be plain ASCII."""
    disposition = {"Content-Disposition": f'attachment; filename="{nom}"'}
    return Response(corps, headers={**ENTETES, **disposition}, media_type=type_mime)
