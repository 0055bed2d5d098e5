"""The labelled accounts of the demonstration."""

from dataclasses import dataclass

from solli_graphql.domain.acteur import Role


@dataclass(frozen=True)
class Compte:
    """A labelled demonstration account."""

    courriel: str
    nom: str
    prenom: str
    role: Role
    de: tuple[str, int] | None = None  # ("publique" | "fournisseur", rank in the reference data)


COMPTES = (
    Compte("emetteur@demo.example", "Lambert", "Élise", Role.EMETTEUR, ("fournisseur", 0)),
    Compte("autre-emetteur@demo.example", "Roche", "Bastien", Role.EMETTEUR, ("fournisseur", 1)),
    Compte("recepteur@demo.example", "Moreau", "Camille", Role.RECEPTEUR, ("publique", 0)),
    Compte("collegue@demo.example", "Nguyen", "Sacha", Role.RECEPTEUR, ("publique", 0)),
    Compte("autre-recepteur@demo.example", "Diallo", "Inès", Role.RECEPTEUR, ("publique", 1)),
    Compte("support@demo.example", "Garnier", "Thomas", Role.SUPPORT),
    Compte("analyste@demo.example", "Benali", "Nora", Role.ANALYSTE),
    Compte("admin@demo.example", "Leroy", "Pascale", Role.ADMINISTRATEUR),
)
