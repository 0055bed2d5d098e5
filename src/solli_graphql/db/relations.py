"""What each noun of the schema is read from."""

from solli_graphql.db import models
from solli_graphql.db.plan.sources import Linked, Relation

SOLLICITATION = Relation(models.sollicitation)
HISTORIQUE = Relation(models.historique, models.historique_texte)
STRUCTURE = Relation(models.structure)
SERVICE = Relation(models.service)
CATEGORIE = Relation(models.categorie)
SOUS_CATEGORIE = Relation(models.sous_categorie)
UTILISATEUR = Relation(models.utilisateur)
COMPTE = Relation(models.utilisateur, name="compte")
HABILITATION = Relation(models.habilitation)
SERVICE_HABILITE = Linked(models.service, models.habilitation_service)
PIECE_JOINTE = Relation(models.piece_jointe)
