"""Stable stand-ins for people, for those who count without needing to know them."""

import hmac

from solli_graphql.domain.identifiants import TypeIdentifiant


def empreinte(valeur: object, cle: bytes) -> str:
    """Give 12 hexadecimal digits, always the same for a value and a key, that tell nothing."""
    return hmac.digest(cle, str(valeur).encode(), "sha256").hex()[:12]


def nom(id_: int | None, cle: bytes) -> str:
    """Name a person; one whose data was erased has no id any more."""
    return "[effacé]" if id_ is None else f"Personne {empreinte(id_, cle)[:6]}"


def utilisateur(id_: int, cle: bytes) -> str:
    """Give the id of a person."""
    return f"p{empreinte(id_, cle)}"


def contact(courriel: str | None, cle: bytes) -> str | None:
    """Give an address to which nothing can be sent."""
    return None if courriel is None else f"{empreinte(courriel, cle)}@pseudonyme.invalid"


def structure(type_: str, texte: str, cle: bytes) -> str:
    """Name a structure, but for a private person."""
    if type_ != TypeIdentifiant.PARTICULIER:
        return texte
    return f"Particulier {empreinte(texte, cle)[:6]}"
