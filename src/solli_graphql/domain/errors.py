"""Every refusal of the product: a stable code and a French message each."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class ErreurDeChamp:
    """What is wrong with one input field, named as in the schema."""

    champ: str
    code: str
    message: str


class Empechement(RuntimeError):
    """What keeps a command of the operator's from being done; its message says why in French."""


class SolliError(Exception):
    """A refusal that its caller may read: its code never changes, its message is French."""

    code: ClassVar[str]
    message: str = ""

    def __init__(self, message: str = "") -> None:
        self.message = message or self.message
        super().__init__(self.message)


LECTURE_SEULE = "Ce jeton ne permet que de lire."


class AccesRefuse(SolliError):
    """The caller's role does not allow this."""

    code = "ACCES_REFUSE"
    message = "Votre habilitation ne permet pas cette action."


class Introuvable(SolliError):
    """Absent, or hidden from the caller: the two look alike."""

    code = "INTROUVABLE"
    message = "Cette sollicitation n'existe pas ou ne vous est pas accessible."


class ChampInvalide(SolliError):
    """One or several fields of a mutation's input are wrong; all are told at once."""

    code = "CHAMP_INVALIDE"

    def __init__(self, *erreurs: ErreurDeChamp) -> None:
        self.erreurs = erreurs
        super().__init__(erreurs[0].message)


class TransitionInterdite(SolliError):
    """The table has no such transition from the present statut."""

    code = "TRANSITION_INTERDITE"

    def __init__(self, message: str, statut_actuel: str) -> None:
        self.statut_actuel = statut_actuel
        super().__init__(message)


class ConflitDeVersion(SolliError):
    """Somebody acted since the version that the caller expected; both are of the caller's view."""

    code = "CONFLIT_DE_VERSION"
    message = "La sollicitation a changé depuis que vous l'avez lue : relisez-la avant de valider."

    def __init__(self, id_: int, attendue: int, actuelle: int) -> None:
        self.id, self.attendue, self.actuelle = id_, attendue, actuelle
        super().__init__()


class CleIdempotenceReutilisee(SolliError):
    """The same idempotency key came with another operation or another input."""

    code = "CLE_IDEMPOTENCE_REUTILISEE"
    message = "Cette clé d'idempotence a déjà servi pour une autre demande."


class CritereRequis(SolliError):
    """A search needs at least one criterion (D9)."""

    code = "CRITERE_REQUIS"
    message = "Renseignez au moins un critère de recherche."


class NonAuthentifie(SolliError):
    """No bearer token, or one that is not valid now."""

    code = "NON_AUTHENTIFIE"
    message = "Un jeton d'accès valide est requis."


class LimiteDepassee(SolliError):
    """The request is larger or deeper than what is served."""

    code = "LIMITE_DEPASSEE"


class Occupe(SolliError):
    """Somebody holds what this needs for longer than we wait: try again."""

    code = "OCCUPE"
    message = "Le service est momentanément occupé : réessayez dans quelques secondes."


class EntreeInvalide(SolliError):
    """The request itself is malformed."""

    code = "BAD_USER_INPUT"


class DocumentInconnu(SolliError):
    """No document has the id, or the hash, by which a request names it."""

    code = "PERSISTED_QUERY_NOT_FOUND"
    message = "Aucun document n'est connu sous cet identifiant."


class ApqRefusees(SolliError):
    """Documents are not registered by their hash here."""

    code = "PERSISTED_QUERY_NOT_SUPPORTED"
    message = "PersistedQueryNotSupported"  # the words that clients look for


class DocumentRefuse(SolliError):
    """Only the documents of the list are served, by their id."""

    code = "DOCUMENT_REFUSE"
    message = "Ce service n'admet que les documents de sa liste : nommez-les par documentId."
