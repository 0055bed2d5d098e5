"""The life of sollicitations, written a second time from docs/domain.md: pure, without the source.

Plain words stand for the enums, so that nothing of the source can agree with itself by accident.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

A_TRAITER, EN_COURS, EN_ATTENTE = "A_TRAITER", "EN_COURS", "EN_ATTENTE_INFORMATIONS"
REPONDUE, CLOTUREE = "REPONSE_APPORTEE", "CLOTUREE"
EMETTEUR, RECEPTEUR, SUPPORT, ANALYSTE = "EMETTEUR", "RECEPTEUR", "SUPPORT", "ANALYSTE"
STRUCTURE, TRAITANT = "STRUCTURE", "TRAITANT"
PRENABLES = {A_TRAITER, EN_COURS}
CHOIX = ("DEMANDE_INFORMATION", "RESOLUE", "MAUVAISE_AFFECTATION", "EN_COURS")
GESTES = (*CHOIX, "REPONDRE_COMPLEMENT", "ROUVRIR", "CLOTURER")


@dataclass(frozen=True)
class Regle:
    """A line of D21b: who is needed, from where to where, and for whom its text is."""

    par: str  # CHARGE: the side in destinataireActuel
    depuis: set[str]
    vers: str
    motif: str | None = None
    chez: str = "MEME"
    texte: str = "TOUS"


TABLE = {
    "DEMANDE_INFORMATION": Regle("CHARGE", PRENABLES, EN_ATTENTE),
    "RESOLUE": Regle("CHARGE", PRENABLES, REPONDUE),
    "EN_COURS": Regle("CHARGE", PRENABLES, EN_COURS, texte="BROUILLON"),
    "MAUVAISE_AFFECTATION": Regle(
        "CHARGE", PRENABLES, A_TRAITER, "TRANSFEREE", "AUTRE", "TRAITANTS"
    ),
    "REPONDRE_COMPLEMENT": Regle(EMETTEUR, {EN_ATTENTE}, A_TRAITER, "COMPLEMENT_RECU"),
    "ROUVRIR": Regle(EMETTEUR, {REPONDUE, CLOTUREE}, A_TRAITER, "ROUVERTE", "ORIGINE"),
    "CLOTURER": Regle(EMETTEUR, {REPONDUE}, CLOTUREE),
}


@dataclass(frozen=True)
class Droit:
    """A role on a structure, or on one of its services, or on the portal."""

    role: str
    structure: str | None = None
    service: str | None = None


@dataclass(frozen=True)
class Qui:
    """Somebody, and what they may do (section 5)."""

    nom: str
    droits: tuple[Droit, ...]

    @property
    def roles(self) -> set[str]:
        """List the roles held, wherever they apply."""
        return {d.role for d in self.droits}

    def peut_soumettre(self, structure: str) -> bool:
        """Tell whether they may submit for a structure."""
        return any(d.role == EMETTEUR and d.structure == structure for d in self.droits)


@dataclass(frozen=True)
class Ligne:
    """A line of the history, as the treating side has it."""

    nouveau: str
    chez_avant: str | None
    chez: str
    geste: str
    auteur: str
    texte: str | None = None
    pour: str = "TOUS"


@dataclass(frozen=True)
class Dossier:
    """A sollicitation: what was submitted, and what has become of it."""

    emettrice: str
    destinataire: str | None
    service: str | None
    description: str
    chez: str
    lignes: tuple[Ligne, ...]
    motif: str | None = "NOUVELLE"
    brouillon: str | None = None
    preneur: str | None = None
    transferts: int = 0
    reouvertures: int = 0
    allers_retours: bool = False

    @property
    def statut(self) -> str:
        """The internal statut."""
        return self.lignes[-1].nouveau

    @property
    def origine(self) -> str:
        """Who had it first (D1)."""
        return STRUCTURE if self.destinataire else SUPPORT

    def roles(self, qui: Qui) -> set[str]:
        """List the roles that somebody holds on it; the support's, from transfer on."""
        return {d.role for d in qui.droits if self._touche(d)}

    def _touche(self, d: Droit) -> bool:
        if d.role == SUPPORT:
            return any(x.chez == SUPPORT for x in self.lignes)
        cible = self.emettrice if d.role == EMETTEUR else self.destinataire
        return d.structure == cible and d.service in (None, self.service)

    def vue(self, qui: Qui) -> str | None:
        """Give what somebody reads of it; rights on both sides give the treating view (D21)."""
        roles = self.roles(qui)
        if roles & {RECEPTEUR, SUPPORT}:
            return TRAITANT
        return ANALYSTE if ANALYSTE in roles else EMETTEUR if roles else None

    def vues(self, vue: str) -> list[Ligne]:
        """List the lines of a view: in the emitter's, no draft ever happened (D14)."""
        return [x for x in self.lignes if vue != EMETTEUR or x.geste != "EN_COURS"]

    def statut_vu(self, vue: str) -> str:
        """Give the statut in a view."""
        return self.vues(vue)[-1].nouveau

    @property
    def liste(self) -> str | None:
        """Give the one work list that holds it, if any (D22)."""
        if self.statut in PRENABLES:
            return "RECUES" if self.chez == STRUCTURE else SUPPORT
        return "EMISES" if self.statut == EN_ATTENTE else None

    def ouvert(self, qui: Qui, geste: str) -> bool:
        """Tell whether the table opens a geste to somebody, now."""
        regle, vue = TABLE[geste], self.vue(qui)
        en_charge = RECEPTEUR if self.chez == STRUCTURE else SUPPORT
        besoin = en_charge if regle.par == "CHARGE" else EMETTEUR
        sans_retour = regle.chez == "AUTRE" and self.destinataire is None
        if vue is None or besoin not in self.roles(qui) or sans_retour:
            return False
        return self.statut_vu(vue) in regle.depuis

    def apres(self, geste: str, par: str, texte: str | None) -> "Dossier":
        """Give what it becomes by a geste that is open."""
        regle = TABLE[geste]
        autre = SUPPORT if self.chez == STRUCTURE else STRUCTURE
        chez = {"MEME": self.chez, "AUTRE": autre, "ORIGINE": self.origine}[regle.chez]
        ligne = Ligne(regle.vers, self.chez, chez, geste, par, texte, regle.texte)
        brouillon = geste == "EN_COURS"
        boucle = geste == "ROUVRIR" and self.transferts > 0 and self.origine == STRUCTURE
        return replace(
            self,
            chez=chez,
            lignes=(*self.lignes, ligne),
            motif=self.motif if brouillon else regle.motif,
            brouillon=texte if brouillon else None,
            preneur=par if brouillon else None,
            transferts=self.transferts + (geste == "MAUVAISE_AFFECTATION"),
            reouvertures=self.reouvertures + (geste == "ROUVRIR"),
            allers_retours=self.allers_retours or boucle,
        )


@dataclass(frozen=True)
class Demande:
    """What somebody asks: a geste on the dossier of that rank, or a deposit (rang None)."""

    qui: Qui
    geste: str
    rang: int | None
    texte: str
    version: int | None = None
    cle: str | None = None
    simulation: bool = False
    lieux: tuple[str, str | None, str | None] = ("", None, None)  # emitting, receiving, service

    @property
    def entree(self) -> tuple[Any, ...]:
        """Give what a key stands for: the operation and its input."""
        return (self.geste, self.rang, self.texte, self.version, self.lieux)


@dataclass(frozen=True)
class Reponse:
    """What is answered: the code of a refusal or none, and the dossier that it is about."""

    code: str | None
    rang: int | None = None
    rejoue: bool = False
    simule: tuple[Dossier | None, Dossier] | None = None  # before, after


@dataclass(frozen=True)
class Monde:
    """All the dossiers, and the outcomes kept under the keys of each."""

    dossiers: tuple[Dossier, ...] = ()
    cles: Mapping[tuple[str, str], tuple[tuple[Any, ...], int]] = field(default_factory=dict)

    def demander(self, d: Demande) -> tuple[Reponse, "Monde"]:
        """Answer somebody, and give the world after; a refusal changes nothing (S1)."""
        code = self._droit_refuse(d)
        if code or (code := self._texte_refuse(d)):
            return Reponse(code), self
        if d.cle and not d.simulation and (retenu := self.cles.get((d.qui.nom, d.cle))):
            if retenu[0] != d.entree:
                return Reponse("CLE_IDEMPOTENCE_REUTILISEE"), self
            return Reponse(None, retenu[1], rejoue=True), self
        if d.rang is None:
            return self._deposer(d)
        return self._franchir(d, d.rang)

    def _droit_refuse(self, d: Demande) -> str | None:
        """Check the role anywhere, then what may be seen, then the role on it."""
        requis = {RECEPTEUR, SUPPORT} if d.geste in CHOIX else {EMETTEUR}
        if not requis & d.qui.roles:
            return "ACCES_REFUSE"
        if d.rang is None:
            return None if d.qui.peut_soumettre(d.lieux[0]) else "ACCES_REFUSE"
        roles = self.dossiers[d.rang].roles(d.qui)
        if not roles:
            return "INTROUVABLE"
        return None if requis & roles else "ACCES_REFUSE"

    def _texte_refuse(self, d: Demande) -> str | None:
        """Only the comment of a closing may be empty (D12)."""
        vide = not d.texte.strip(" \u200b\n") and d.geste != "CLOTURER"
        return "CHAMP_INVALIDE" if vide else None

    def _franchir(self, d: Demande, rang: int) -> tuple[Reponse, "Monde"]:
        dossier = self.dossiers[rang]
        vue = dossier.vue(d.qui)
        assert vue is not None
        if d.version not in (None, len(dossier.vues(vue))):
            return Reponse("CONFLIT_DE_VERSION", rang), self
        if not dossier.ouvert(d.qui, d.geste):
            return Reponse("TRANSITION_INTERDITE", rang), self
        texte = d.texte.strip(" \u200b\n") or None
        apres = dossier.apres(d.geste, d.qui.nom, texte)
        if d.simulation:
            return Reponse(None, rang, simule=(dossier, apres)), self
        dossiers = (*self.dossiers[:rang], apres, *self.dossiers[rang + 1 :])
        return Reponse(None, rang), Monde(dossiers, self._retenir(d, rang))

    def _deposer(self, d: Demande) -> tuple[Reponse, "Monde"]:
        emettrice, destinataire, service = d.lieux
        chez = STRUCTURE if destinataire else SUPPORT
        ligne = Ligne(A_TRAITER, None, chez, "SOUMETTRE", d.qui.nom)
        nouveau = Dossier(emettrice, destinataire, service, d.texte, chez, (ligne,))
        if d.simulation:
            return Reponse(None, simule=(None, nouveau)), self
        rang = len(self.dossiers)
        return Reponse(None, rang), Monde((*self.dossiers, nouveau), self._retenir(d, rang))

    def _retenir(self, d: Demande, rang: int) -> Mapping[tuple[str, str], Any]:
        return {**self.cles, (d.qui.nom, d.cle): (d.entree, rang)} if d.cle else self.cles

    def possibles(self, gens: tuple[Qui, ...]) -> Iterator[tuple[int, Qui, str]]:
        """List every geste that is open to somebody on something."""
        for rang, dossier in enumerate(self.dossiers):
            for qui in gens:
                yield from ((rang, qui, g) for g in GESTES if dossier.ouvert(qui, g))
