"""The sandbox: an integrator plays a whole cycle alone, then finds the world as it was."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from solli_graphql.db import commandes as c
from solli_graphql.db import models as m
from solli_graphql.db.database import Database, Statement, Tx
from solli_graphql.db.visibilite import rights
from solli_graphql.demo.copie import Copie
from solli_graphql.domain.acteur import Acteur, Droits, Role
from solli_graphql.domain.errors import AccesRefuse, Introuvable
from solli_graphql.domain.numeros import identifiant
from solli_graphql.domain.partie import GesteAutrePartie, action, role
from solli_graphql.domain.workflow import Action, StatutTraitement
from solli_graphql.services import identite
from solli_graphql.services.sollicitations import Options, PriseEnCompte, Sollicitations

LE_VOTRE = "Ce geste est le vôtre : faites-le par la mutation qui lui est propre."
PERSONNE = "Personne ne tient l'autre partie de cette sollicitation."
PORTAIL_ENTIER = "Seul un administrateur de tout le portail peut réinitialiser la démonstration."
JOUE = "L'autre partie a agi."
REMISE = "La démonstration est comme au premier jour : {} sollicitations."
TEXTES: Mapping[Action | StatutTraitement, str] = {
    StatutTraitement.RESOLUE: "Réponse de démonstration : votre demande est traitée.",
    StatutTraitement.DEMANDE_INFORMATION: "Question de démonstration : précisez votre demande.",
    StatutTraitement.MAUVAISE_AFFECTATION: "Transfert de démonstration : ceci vous revient.",
    Action.REPONDRE_COMPLEMENT: "Complément de démonstration : voici l'information demandée.",
    Action.ROUVRIR: "Réouverture de démonstration : la réponse ne convient pas.",
    Action.CLOTURER: "Clôture de démonstration.",
}
_s, _h, _u = m.sollicitation.c, m.habilitation.c, m.utilisateur.c


def _tient(role_: Role, structure: sa.ColumnElement[Any]) -> Statement[int]:
    """Find who holds a role on a structure of the sollicitation `id`, or (null) on the portal."""
    restreinte = sa.exists().where(m.habilitation_service.c.habilitation_id == _h.id)
    joint = sa.and_(_h.role == str(role_), _h.structure_id.is_not_distinct_from(structure))
    select = (
        sa.select(_h.utilisateur_id)
        .join_from(m.sollicitation, m.habilitation, joint)
        .join(m.utilisateur, _u.id == _h.utilisateur_id)
        .where(_s.id == sa.bindparam("id", type_=sa.BigInteger), _u.actif, sa.not_(restreinte))
        .order_by(_h.utilisateur_id)
        .limit(1)
    )
    return Statement(select, int)


TIENT = {
    Role.EMETTEUR: _tient(Role.EMETTEUR, _s.structure_emettrice_id),
    Role.RECEPTEUR: _tient(Role.RECEPTEUR, _s.structure_destinataire_id),
    Role.SUPPORT: _tient(Role.SUPPORT, sa.null()),
}


class Bac:
    """What a demonstration offers besides the service itself."""

    def __init__(self, db: Database, sollicitations: Sollicitations, copie: Copie) -> None:
        self._db, self._sollicitations, self._copie = db, sollicitations, copie

    async def jouer(self, acteur: Acteur, gid: str, geste: GesteAutrePartie) -> PriseEnCompte:
        """
        Have the other party act, by the same way as anybody.

        Raises Introuvable, AccesRefuse (one's own geste), TransitionInterdite or Occupe.
        """
        id_ = identifiant(gid, "Sollicitation")
        if id_ is None:
            raise Introuvable
        fait, choix, qui = await self._db.simulate(_partie, acteur, id_, geste)
        autre = await identite.acteur(self._db, qui, par="id")
        if autre is None:
            raise AccesRefuse(PERSONNE)
        await self._faire(autre, gid, fait, choix)
        return PriseEnCompte(JOUE, id_)

    async def _faire(
        self, autre: Acteur, gid: str, fait: Action, choix: StatutTraitement | None
    ) -> None:
        s, texte = self._sollicitations, TEXTES[choix or fait]
        if choix is not None:
            await s.traiter(autre, gid, statut=choix, texte=texte, options=Options())
            return
        joues = {
            Action.REPONDRE_COMPLEMENT: s.repondre_complement,
            Action.ROUVRIR: s.rouvrir,
            Action.CLOTURER: s.cloturer,
        }
        await joues[fait](autre, gid, texte=texte, options=Options())

    async def reinitialiser(self, acteur: Acteur) -> PriseEnCompte:
        """
        Give the demonstration's world back.

        Raises AccesRefuse for whoever does not administer the whole portal, or for a world that
        is too large to be loaded again while it serves, or Occupe.
        """
        if not acteur.administre(None):
            raise AccesRefuse(PORTAIL_ENTIER)
        return PriseEnCompte(REMISE.format(await self._copie.remettre()), None)


async def _partie(
    tx: Tx, acteur: Acteur, id_: int, geste: GesteAutrePartie
) -> tuple[Action, StatutTraitement | None, int]:
    """Find who plays a geste on what the caller sees, and by which action."""
    droits = rights(acteur)
    etat = await tx.one(c.verrouiller(droits.shape), **droits.values, id=id_)
    if etat is None:
        raise Introuvable
    fait, choix = action(geste, etat.statut)
    joueur = role(fait, etat.destinataire_actuel)
    if Droits[joueur] & etat.droits:
        raise AccesRefuse(LE_VOTRE)
    qui = await tx.one(TIENT[joueur], id=id_)
    if qui is None:
        raise AccesRefuse(PERSONNE)
    return fait, choix, qui
