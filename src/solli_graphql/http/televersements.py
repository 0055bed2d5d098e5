"""PUT /televersements/…: the bytes of an upload are received where its link says."""

import orjson
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.archives import FichierRefuse
from solli_graphql.domain.errors import Introuvable, NonAuthentifie, Occupe, SolliError
from solli_graphql.domain.fichiers import FichierTropGros
from solli_graphql.http import auth
from solli_graphql.logs import trace
from solli_graphql.services.identite import Identite
from solli_graphql.services.liens import Genre, Lien, Liens
from solli_graphql.services.securite import Trace
from solli_graphql.services.televersements import Televersements

log = structlog.get_logger()
PLACES = 64  # uploads at once in one process
STATUTS = {Introuvable: 404, FichierTropGros: 413, FichierRefuse: 422, Occupe: 503}
ABSENT = "Cet envoi n'est pas attendu, ou son lien n'est plus valable."


class Reception:
    """Receives uploads. Whatever is wrong with a link, the same 404; a bad bearer is 401."""

    def __init__(
        self, liens: Liens, identite: Identite, televersements: Televersements, trace: Trace
    ) -> None:
        self._liens, self._identite, self._trace = liens, identite, trace
        self._televersements, self._en_cours = televersements, 0

    async def respond(self, request: Request) -> Response:
        """Receive the body of a request as the bytes of the upload that its link names."""
        try:
            await self._recevoir(request)
        except NonAuthentifie as e:
            self._refuse(None, e.code)
            return auth.refus({})
        except (Introuvable, FichierTropGros, FichierRefuse, Occupe) as e:
            self._refuse(self._liens.lire(request.path_params["jeton"]), e.code)
            return _refus(e)
        except OSError as e:  # a full disk, most often
            log.error("envoi_impossible", **trace(e))  # noqa: TRY400 - see trace
            return _refus(Occupe())
        except ClientDisconnect:
            return Response(status_code=499)
        return Response(status_code=204)

    def _refuse(self, lien: Lien | None, code: str) -> None:
        genre = Genre.TELEVERSEMENT.name
        self._trace.refuser(lien and lien.acteur_id, [code], lien=genre)

    async def _recevoir(self, request: Request) -> None:
        acteur, id_ = await self._qui(request)
        if self._en_cours >= PLACES:
            raise Occupe
        self._en_cours += 1
        try:
            await self._televersements.recevoir(acteur, id_, request.stream())
            self._trace.noter("TELEVERSER", acteur=acteur.id, televersement=id_)
        finally:
            self._en_cours -= 1

    async def _qui(self, request: Request) -> tuple[Acteur, int]:
        """Give who sends what: the link suffices; a bearer must be of the same person."""
        lien = self._liens.lire(request.path_params["jeton"])
        if lien is not None and lien.genre is not Genre.TELEVERSEMENT:
            lien = None
        acteur = await auth.suivi(request.headers.raw, self._identite, lien, ecriture=True)
        if acteur is None or lien is None:
            raise Introuvable(ABSENT)
        return acteur, lien.objet_id


def _refus(error: SolliError) -> Response:
    message = ABSENT if isinstance(error, Introuvable) else error.message
    errors = [{"message": message, "extensions": {"code": error.code}}]
    entetes = {"Retry-After": "1"} if isinstance(error, Occupe) else None
    corps = orjson.dumps({"errors": errors})
    return Response(corps, STATUTS[type(error)], entetes, "application/json")
