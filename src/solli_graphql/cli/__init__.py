"""The operator's hands: every command, its help and its errors in French."""

from solli_graphql.cli import documents, donnees, exportation, service, statistiques
from solli_graphql.cli.outils import main

__all__ = ["documents", "donnees", "exportation", "main", "service", "statistiques"]
