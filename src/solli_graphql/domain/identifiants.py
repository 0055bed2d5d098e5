"""The identifiers of structures: one canonical form per type, or a French refusal (D6)."""

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from stdnum import luhn
from stdnum.eu import vat


class TypeIdentifiant(StrEnum):
    """The kinds of identifier that a structure may have."""

    SIRET = "SIRET"
    UE_HORS_FRANCE = "UE_HORS_FRANCE"
    HORS_UE = "HORS_UE"
    RIDET = "RIDET"
    TAHITI = "TAHITI"
    PARTICULIER = "PARTICULIER"


class IdentifiantInvalide(ValueError):
    """Not an identifier of its type: the message is French and never repeats the text."""


SIREN_LA_POSTE: Final = "356000000"

PAYS_UE: Final = frozenset(
    """
    AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK
    """.split()
)
"""ISO codes of the member states."""

PREFIXES_TVA: Final = PAYS_UE - {"FR", "GR"} | {"EL", "XI"}
"""Of an intra-EU VAT number: Greece writes EL, Northern Ireland XI."""

PAYS_HORS_UE: Final = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AU AW AX AZ BA BB BD BF BH BI BJ BL BM BN BO BQ BR BS
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX DJ DM DO DZ EC EG EH
    ER ET FJ FK FM FO GA GB GD GE GF GG GH GI GL GM GN GP GQ GS GT GU GW GY HK HM HN HT ID
    IL IM IN IO IQ IR IS JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS
    LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MU MV MW MX MY MZ NA NC NE NF NG NI
    NO NP NR NU NZ OM PA PE PF PG PH PK PM PN PR PS PW PY QA RE RS RU RW SA SB SC SD SG SH
    SJ SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA
    UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()
)
"""ISO 3166-1 codes of all the other countries."""

# Longer than any identifier with its separators: what follows never sees a megabyte.
_SAISIE_MAX: Final = 200
_TVA_MAX: Final = 18
_HORS_UE_MAX: Final = 18
_PARTICULIER_MAX: Final = 80

_ESPACES: Final = re.compile(r"[ \t\r\n\u00a0\u2009\u202f]+")
_PONCTUATION: Final = str.maketrans("", "", ".-")
_SIRET: Final = re.compile(r"[0-9]{14}")
_RIDET: Final = re.compile(r"[0-9]{9,10}")
_TAHITI: Final = re.compile(r"[A-Z0-9][0-9]{8}")
_TVA: Final = re.compile(r"[A-Z]{2}[A-Z0-9+*]+")
# Latin letters only, for two alphabets would give two identifiers that look alike.
_NOM: Final = re.compile(r"[A-Z0-9À-ÖØ-ÞĀ-ɏ\u1e00-\u1eff &',./()+-]+")


def normaliser(type_: TypeIdentifiant, valeur: str) -> str:
    """Return the canonical form of an identifier (D6), or raise `IdentifiantInvalide`."""
    if len(valeur) > _SAISIE_MAX:
        raise IdentifiantInvalide("L'identifiant est trop long.")
    texte = _ESPACES.sub(" ", valeur).strip(" ")
    if not texte:
        raise IdentifiantInvalide("L'identifiant est obligatoire.")
    return _NORMALISEURS[type_](texte)


def _siret(texte: str) -> str:
    siret = _sans_separateurs(texte)
    if not _SIRET.fullmatch(siret):
        raise IdentifiantInvalide("Un SIRET comporte exactement 14 chiffres.")
    if not luhn.is_valid(siret) and not _est_de_la_poste(siret):
        raise IdentifiantInvalide("La clé de contrôle de ce SIRET est incorrecte.")
    return siret


def _est_de_la_poste(siret: str) -> bool:
    """Tell whether the exception of La Poste holds: its digits add up to a multiple of 5."""
    return siret.startswith(SIREN_LA_POSTE) and sum(map(int, siret)) % 5 == 0


def _ue_hors_france(texte: str) -> str:
    tva = _sans_separateurs(texte)
    tva = "EL" + tva[2:] if tva.startswith("GR") else tva
    if tva[:2] not in PREFIXES_TVA:
        raise IdentifiantInvalide(
            "Un numéro de TVA intracommunautaire commence par le code d'un État membre "
            "de l'Union européenne autre que la France."
        )
    if not _TVA.fullmatch(tva) or len(tva) > _TVA_MAX or not vat.is_valid(tva):
        raise IdentifiantInvalide("Ce numéro de TVA intracommunautaire n'est pas valide.")
    return vat.compact(tva)


def _hors_ue(texte: str) -> str:
    nom = _nom(texte)
    pays, raison_sociale = nom[:2], nom[2:].lstrip(" ")
    if pays not in PAYS_HORS_UE:
        raise IdentifiantInvalide(
            "Cet identifiant commence par le code ISO à deux lettres d'un pays "
            "extérieur à l'Union européenne."
        )
    _exiger_un_nom(raison_sociale)
    if len(pays + raison_sociale) > _HORS_UE_MAX:
        raise IdentifiantInvalide(
            "Après le code du pays, indiquez seulement les 16 premiers caractères "
            "de la raison sociale."
        )
    return pays + raison_sociale


def _ridet(texte: str) -> str:
    ridet = _sans_separateurs(texte)
    if not _RIDET.fullmatch(ridet):
        raise IdentifiantInvalide("Un numéro RIDET comporte 9 ou 10 chiffres.")
    return ridet


def _tahiti(texte: str) -> str:
    tahiti = _sans_separateurs(texte)
    if not _TAHITI.fullmatch(tahiti):
        raise IdentifiantInvalide(
            "Un numéro TAHITI comporte 9 caractères : une lettre ou un chiffre, puis 8 chiffres."
        )
    return tahiti


def _particulier(texte: str) -> str:
    nom = _nom(texte)
    _exiger_un_nom(nom)
    if len(nom) > _PARTICULIER_MAX:
        raise IdentifiantInvalide(
            f"L'identifiant d'un particulier ne dépasse pas {_PARTICULIER_MAX} caractères."
        )
    return nom


def _sans_separateurs(texte: str) -> str:
    """Drop spaces, dots and dashes, and capitalise; what is not ASCII is refused."""
    if not texte.isascii():
        raise IdentifiantInvalide(
            "Cet identifiant ne comporte que des chiffres et des lettres sans accent."
        )
    return texte.replace(" ", "").translate(_PONCTUATION).upper()


def _nom(texte: str) -> str:
    """Capitalise a name in the Latin alphabet, accents composed, apostrophes straight."""
    nom = unicodedata.normalize("NFC", texte.replace("\u2019", "'").upper())
    if not _NOM.fullmatch(nom):
        raise IdentifiantInvalide(
            "Cet identifiant comporte un caractère interdit : lettres latines, chiffres et "
            "ponctuation courante seulement."
        )
    return nom


def _exiger_un_nom(nom: str) -> None:
    if not any(caractere.isalnum() for caractere in nom):
        raise IdentifiantInvalide("Cet identifiant doit comporter un nom.")


_NORMALISEURS: Final[dict[TypeIdentifiant, Callable[[str], str]]] = {
    TypeIdentifiant.SIRET: _siret,
    TypeIdentifiant.UE_HORS_FRANCE: _ue_hors_france,
    TypeIdentifiant.HORS_UE: _hors_ue,
    TypeIdentifiant.RIDET: _ridet,
    TypeIdentifiant.TAHITI: _tahiti,
    TypeIdentifiant.PARTICULIER: _particulier,
}
