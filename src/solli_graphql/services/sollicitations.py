"""The five commands on a sollicitation: one path, one transaction each."""

import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial

from solli_graphql.db import commandes as c
from solli_graphql.db.database import Database, Tx
from solli_graphql.db.visibilite import rights
from solli_graphql.domain import ecriture
from solli_graphql.domain.acteur import Acteur, Espace, Role
from solli_graphql.domain.errors import AccesRefuse, Introuvable, SolliError
from solli_graphql.domain.libelles import Cote, libelle
from solli_graphql.domain.numeros import identifiant, numero
from solli_graphql.domain.textes import Champs, replier
from solli_graphql.domain.workflow import (
    Action,
    DestinataireActuel,
    Etat,
    Geste,
    Routage,
    StatutSollicitation,
    StatutTraitement,
    Transition,
    autoriser,
    franchir,
    liste_de_travail,
)
from solli_graphql.services import depot as d
from solli_graphql.services.idempotence import Cle, deja, lire
from solli_graphql.services.televersements import Jointes, Televersements, joindre

CONFIRMATIONS: dict[Action | StatutTraitement, str] = {
    StatutTraitement.DEMANDE_INFORMATION: "Votre demande d'information a été prise en compte.",
    StatutTraitement.RESOLUE: "Votre réponse a été prise en compte.",
    StatutTraitement.MAUVAISE_AFFECTATION: "Le transfert a été pris en compte.",
    StatutTraitement.EN_COURS: "La prise en charge et le brouillon ont été pris en compte.",
    Action.REPONDRE_COMPLEMENT: "Votre complément d'information a été pris en compte.",
    Action.ROUVRIR: "La réouverture a été prise en compte.",
    Action.CLOTURER: "La clôture a été prise en compte.",
}
# D7: with an answer or a question. The emitter would see, by a file, that there is a draft.
BROUILLON = "Un brouillon n'a pas de pièces jointes : joignez-les à la réponse ou à la question."
DEPOSEE = "Votre sollicitation a été prise en compte."


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a command would do."""

    statut: StatutSollicitation
    libelle_emetteur: str
    libelle_traitant: str
    quitte: Espace | None
    entre: Espace | None


@dataclass(frozen=True, slots=True)
class PriseEnCompte:
    """
    An accepted command; id is None where nothing was written.

    simuler tells what it does; of an outcome that is only told again, nothing.
    """

    confirmation: str
    id: int | None
    rejoue: bool = False
    simuler: Callable[[], Simulation | None] = lambda: None


@dataclass(frozen=True, slots=True)
class Options:
    """What every command may be given besides its own fields."""

    version_attendue: int | None = None
    cle: str | None = None
    simulation: bool = False
    pieces_jointes: tuple[str, ...] = ()


class Sollicitations:
    """What an acteur can do to sollicitations."""

    def __init__(self, db: Database, televersements: Televersements | None = None) -> None:
        self._db, self._televersements = db, televersements

    async def soumettre(self, acteur: Acteur, depot: d.Depot, options: Options) -> PriseEnCompte:
        """
        Submit; the routing of catégorie and sous-catégorie decides who receives it (D1).

        Raises ChampInvalide, AccesRefuse (an emitting structure that is not one's own), Occupe.
        """
        champs = Champs()
        lu = d.lire(champs, depot)
        jointes = await self._jointes(champs, acteur, options)
        demande = {**asdict(lu), "piecesJointes": jointes.ids}
        cle = lire(champs, options.cle, ecriture.SOUMETTRE, demande)
        return await self._play(options)(
            deposer, acteur, lu, champs, jointes, None if options.simulation else cle
        )

    async def traiter(
        self, acteur: Acteur, id_: str, *, statut: StatutTraitement, texte: str, options: Options
    ) -> PriseEnCompte:
        """Treat: choose a statut and write the mise à jour (D11, D12)."""
        champs = Champs()
        lu = champs.texte("miseAJour", texte)
        return await self._agir(acteur, id_, Action.TRAITER, statut, lu, champs, options)

    async def repondre_complement(
        self, acteur: Acteur, id_: str, *, texte: str, options: Options
    ) -> PriseEnCompte:
        """Answer a request for information; it goes back to whoever asked (D15, D19)."""
        champs = Champs()
        lu = champs.texte("reponse", texte)
        return await self._agir(acteur, id_, Action.REPONDRE_COMPLEMENT, None, lu, champs, options)

    async def rouvrir(
        self, acteur: Acteur, id_: str, *, texte: str, options: Options
    ) -> PriseEnCompte:
        """Refuse an answer; a métier sollicitation goes back to its first structure (D18)."""
        champs = Champs()
        lu = champs.texte("commentaire", texte)
        return await self._agir(acteur, id_, Action.ROUVRIR, None, lu, champs, options)

    async def cloturer(
        self, acteur: Acteur, id_: str, *, texte: str | None, options: Options
    ) -> PriseEnCompte:
        """Close an answered sollicitation (D20)."""
        champs = Champs()
        lu = champs.facultatif("commentaire", texte)
        return await self._agir(acteur, id_, Action.CLOTURER, None, lu, champs, options)

    async def _agir(
        self,
        acteur: Acteur,
        gid: str,
        action: Action,
        choix: StatutTraitement | None,
        texte: str | None,
        champs: Champs,
        options: Options,
    ) -> PriseEnCompte:
        """
        Do one action on one sollicitation.

        Raises Introuvable, AccesRefuse, ChampInvalide, ConflitDeVersion, TransitionInterdite,
        CleIdempotenceReutilisee or Occupe; nothing changes then.
        """
        geste = Geste(action, choix, texte, options.version_attendue)
        if options.pieces_jointes and choix is StatutTraitement.EN_COURS:
            champs.refuser("piecesJointes", "INTERDIT", BROUILLON)
        jointes = await self._jointes(champs, acteur, options)
        demande = {"id": gid, **geste._asdict(), "piecesJointes": jointes.ids}
        cle = lire(champs, options.cle, action, demande)
        id_ = identifiant(gid, "Sollicitation")
        if id_ is None:
            raise Introuvable
        retenue = None if options.simulation else cle
        return await self._play(options)(agir, acteur, id_, geste, champs, jointes, retenue)

    def _play(self, options: Options) -> Callable[..., Awaitable[PriseEnCompte]]:
        """Choose how a command runs: uploads, and the quotas of what they join, are locked."""
        if options.simulation:
            return self._db.simulate
        return self._db.write if options.pieces_jointes else self._db.write_once

    async def _jointes(self, champs: Champs, acteur: Acteur, options: Options) -> Jointes:
        """Read which uploads a command joins."""
        if not options.pieces_jointes:
            return Jointes()
        if self._televersements is None:
            message = "nothing receives uploads here"
            raise RuntimeError(message)
        return await self._televersements.jointes(champs, acteur, options.pieces_jointes)


async def agir(
    tx: Tx,
    acteur: Acteur,
    id_: int,
    geste: Geste,
    champs: Champs,
    jointes: Jointes,
    cle: Cle | None,
) -> PriseEnCompte:
    """
    Do a geste, whole; a refusal leaves no trace.

    Unless the row is locked, whoever else acts meanwhile takes the same rank in the history, which
    is unique, and a used key is found as it is written again, or where the geste is refused.
    """
    droits = rights(acteur)
    select = c.verrouiller if tx.held else c.lire
    etat = await tx.one(select(droits.shape), **droits.values, id=id_)
    if etat is None:
        raise Introuvable
    autoriser(etat, geste.action)
    champs.verifier()
    if tx.held and (issue := await deja(tx, acteur, cle)):
        return _rejouer(issue)
    try:
        transition, chez = franchir(etat, geste)
    except SolliError:
        if not tx.held and (issue := await deja(tx, acteur, cle)):
            return _rejouer(issue)
        raise
    date = datetime.now(UTC)
    pieces = await joindre(tx, champs, acteur, jointes, sollicitation_id=id_, date=date)
    trace = ecriture.ecrire(etat, transition, chez, geste, acteur, date=date, sel=os.urandom(16))
    confirmation = CONFIRMATIONS[geste.choix or geste.action]
    writes = [
        (c.METTRE_A_JOUR[transition.visible], {**trace.row, "cible": id_}),
        (c.LIGNE, trace.ligne),
        (c.TEXTE, trace.texte),
        (c.EVENEMENT, trace.evenement),
        *pieces,
    ]
    if geste.texte and transition.roles == {Role.EMETTEUR}:  # D9: the emitter's texts alone
        writes.append((c.COMPLETER_RECHERCHE, {"ajout": "\n" + replier(geste.texte), "cible": id_}))
    if cle:
        version = etat.vu[1] + 1  # an emitter's own actions are always visible to them
        retenu = cle.a_retenir(
            acteur, confirmation=confirmation, id_=id_, version=version, date=date
        )
        writes.append((c.RETENIR, retenu))
    await tx.write(*writes)
    return PriseEnCompte(confirmation, id_, simuler=partial(_simuler, etat, transition, chez))


def _rejouer(issue: c.Issue) -> PriseEnCompte:
    return PriseEnCompte(issue.confirmation, issue.sollicitation_id, rejoue=True)


def _simuler(etat: Etat, t: Transition, chez: DestinataireActuel) -> Simulation:
    vu = t.statut if t.visible else etat.statut_emetteur
    avant = liste_de_travail(etat.statut, etat.destinataire_actuel)
    return _decrire(t.statut, vu, chez, avant)


def _decrire(
    statut: StatutSollicitation,
    vu: StatutSollicitation,
    chez: DestinataireActuel,
    avant: Espace | None,
) -> Simulation:
    """Say a state in the words of each side, and which work lists it changes (D22)."""
    traitant = Cote.RECEPTEUR if chez is DestinataireActuel.STRUCTURE else Cote.SUPPORT
    apres = liste_de_travail(statut, chez)
    bouge = avant is not apres
    return Simulation(
        statut,
        str(libelle(vu, chez, Cote.EMETTEUR)),
        str(libelle(statut, chez, traitant)),
        quitte=avant if bouge else None,
        entre=apres if bouge else None,
    )


async def deposer(
    tx: Tx, acteur: Acteur, depot: d.Lu, champs: Champs, jointes: Jointes, cle: Cle | None
) -> PriseEnCompte:
    """Write a new sollicitation, whole, at whoever its routing says."""
    service = await d.service(
        tx, champs, "serviceEmetteur", depot.emettrice, depot.service_emetteur
    )
    if depot.emettrice is None or not acteur.peut_emettre(depot.emettrice, service):
        raise AccesRefuse(d.PAS_LA_VOTRE)
    if issue := await deja(tx, acteur, cle):
        return _rejouer(issue)
    colonnes, routage = await d.resoudre(tx, champs, depot)
    champs.verifier()
    id_, date = await tx.next_id(), datetime.now(UTC)
    pieces = await joindre(
        tx, champs, acteur, jointes, sollicitation_id=id_, date=date, nouvelle=True
    )
    colonnes |= {"service_emetteur_id": service, "numero": numero(id_, date)}
    trace = ecriture.soumettre(
        colonnes, acteur, id_=id_, routage=Routage(routage), date=date, sel=os.urandom(16)
    )
    cherche = replier(colonnes["description"], colonnes["numero_objet"])
    writes = [
        (c.INSERER, trace.row),
        (c.LIGNE, trace.ligne),
        (c.TEXTE, trace.texte),
        (c.EVENEMENT, trace.evenement),
        (c.RECHERCHE, {"sollicitation_id": id_, "texte": cherche}),
        *pieces,
    ]
    if cle:
        retenu = cle.a_retenir(acteur, confirmation=DEPOSEE, id_=id_, version=1, date=date)
        writes.append((c.RETENIR, retenu))
    await tx.write(*writes)
    chez = DestinataireActuel(trace.row["destinataire_actuel"])
    a_traiter = StatutSollicitation.A_TRAITER
    simuler = partial(_decrire, a_traiter, a_traiter, chez, None)
    return PriseEnCompte(DEPOSEE, id_, simuler=simuler)
