"""What a sollicitation is about, what is joined to it, and how lists are ordered and exported."""

from enum import StrEnum


class TypeObjet(StrEnum):
    """The types of object of D3."""

    FACTURE = "FACTURE"
    FACTURE_TRAVAUX = "FACTURE_TRAVAUX"
    MEMOIRE_FRAIS_JUSTICE = "MEMOIRE_FRAIS_JUSTICE"
    DEMANDE_REMBOURSEMENT = "DEMANDE_REMBOURSEMENT"
    ENGAGEMENT_JURIDIQUE = "ENGAGEMENT_JURIDIQUE"
    STRUCTURE = "STRUCTURE"
    UTILISATEUR = "UTILISATEUR"
    RACCORDEMENT = "RACCORDEMENT"
    AUTRE = "AUTRE"


class TriSollicitations(StrEnum):
    """The orders of `sollicitations`."""

    DATE_DEPOT_DESC = "DATE_DEPOT_DESC"
    DATE_DEPOT_ASC = "DATE_DEPOT_ASC"
    DATE_MISE_A_JOUR_DESC = "DATE_MISE_A_JOUR_DESC"
    DATE_MISE_A_JOUR_ASC = "DATE_MISE_A_JOUR_ASC"


class FormatExport(StrEnum):
    """The formats of an export."""

    CSV = "CSV"
    XLSX = "XLSX"
    JSONL = "JSONL"


class EtatPieceJointe(StrEnum):
    """Whether an attachment can be fetched."""

    EN_ANALYSE = "EN_ANALYSE"
    DISPONIBLE = "DISPONIBLE"
    REFUSEE = "REFUSEE"


class EtatTeleversement(StrEnum):
    """Whether the bytes of an upload are there, or are to be removed."""

    ATTENDU = "ATTENDU"
    RECU = "RECU"
    PERIME = "PERIME"
