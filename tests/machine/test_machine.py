"""Lives of sollicitations that nobody wrote, played through the schema beside a pure model."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from machine.lecteur import EMETTEURS, Lecteur
from machine.modele import EN_COURS, GESTES, Demande, Dossier, Monde, Qui
from machine.salle import GENS, TRIS, Salle
from machine.vues import cherchables

DOSSIERS_MAXIMUM = 4
ORDINAIRE = "20x30"
PAR_NOM = {qui.nom: qui for qui in GENS}
EMET, AILLEURS = PAR_NOM["emetteur"], PAR_NOM["emetteur_ailleurs"]
TEMOINS = (EMET, AILLEURS, *(PAR_NOM[n] for n in ("recepteur", "support", "analyste")))
VERS = (("P1", None), ("P1", "S1"), ("P2", None), (None, None))
VERSIONS = ("aucune", "juste", "avant", "apres", "autre_vue")
VARIANTES = ("meme", "texte", "version", "geste", "rang", "qui", "simulation")
rangs = st.integers(0, 9999)


def concernes(d: Dossier) -> list[Qui]:
    """List those whose view a change must have reached."""
    noms = ["emetteur" if d.emettrice == "E1" else "emetteur_ailleurs", "support"]
    noms += {"P1": ["recepteur"], "P2": ["recepteur_ailleurs"]}.get(d.destinataire or "", [])
    return [PAR_NOM[n] for n in noms]


class Vies(RuleBasedStateMachine):
    """Plays each step on the application and on the model, then compares them."""

    salle: ClassVar[Salle]

    def __init__(self) -> None:
        super().__init__()
        self.monde, self.mots, self.pas = Monde(), list[str](), 0
        self.avec_cle: list[Demande] = []
        self.confirmations: dict[tuple[str, str], str] = {}
        self.lecteur = Lecteur(self.salle, f"objet {self.salle.mot()[3:]}")
        self.sain = False
        self.vus: dict[tuple[str, str], tuple[Monde | None, str]] = {}

    @initialize(vers=st.sampled_from(VERS))
    def commencer(self, vers: Any) -> None:
        """Somebody has submitted something."""
        self._jouer(Demande(EMET, "SOUMETTRE", None, self._mot(), lieux=("E1", *vers)))

    @precondition(lambda self: len(self.monde.dossiers) < DOSSIERS_MAXIMUM)
    @rule(
        qui=st.sampled_from(GENS),
        emettrice=st.sampled_from(["E1", "E2"]),
        vers=st.sampled_from(VERS),
        cle=st.booleans(),
        simulation=st.booleans(),
    )
    def soumettre(self, qui: Qui, emettrice: str, vers: Any, cle: bool, simulation: bool) -> None:  # noqa: FBT001
        """Somebody submits, for their structure or another."""
        d = Demande(qui, "SOUMETTRE", None, self._mot(), lieux=(emettrice, *vers))
        self._jouer(replace(d, cle=self._cle(cle), simulation=simulation))

    @rule(rang=rangs, version=st.sampled_from(["aucune", "juste"]), cle=st.booleans())
    def agir(self, rang: int, version: str, cle: bool) -> None:  # noqa: FBT001
        """Somebody does what is open to them."""
        possibles = list(self.monde.possibles(GENS))
        dossier, qui, geste = possibles[rang % len(possibles)]
        d = Demande(qui, geste, dossier, self._mot(), cle=self._cle(cle))
        self._jouer(replace(d, version=self._version(dossier, qui, version)))

    @rule(
        qui=st.sampled_from(GENS),
        geste=st.sampled_from(GESTES),
        rang=rangs,
        version=st.sampled_from(VERSIONS),
        cle=st.booleans(),
        vide=st.sampled_from([None, None, None, "", " \u200b\n"]),
        simulation=st.booleans(),
    )
    def tenter(
        self,
        qui: Qui,
        geste: str,
        rang: int,
        version: str,
        cle: bool,  # noqa: FBT001
        vide: str | None,
        simulation: bool,  # noqa: FBT001
    ) -> None:
        """Somebody tries anything."""
        dossier = rang % len(self.monde.dossiers)
        texte = self._mot() if vide is None else vide
        d = Demande(qui, geste, dossier, texte, self._version(dossier, qui, version))
        self._jouer(replace(d, cle=self._cle(cle), simulation=simulation))

    @precondition(lambda self: self.avec_cle)
    @rule(rang=rangs, variante=st.sampled_from(VARIANTES), autre=st.sampled_from(GENS))
    def rejouer(self, rang: int, variante: str, autre: Qui) -> None:
        """A key comes again: with the same input, another one, or from somebody else."""
        d = self.avec_cle[rang % len(self.avec_cle)]
        changes: dict[str, Any] = {
            "meme": {},
            "texte": {"texte": self._mot()},
            "version": {"version": (d.version or 0) + 1},
            "geste": {"geste": GESTES[(GESTES.index(d.geste) + 1) % len(GESTES)]}
            if d.rang is not None
            else {"lieux": (d.lieux[0], "P2", None)},
            "rang": {"rang": rang % len(self.monde.dossiers)} if d.rang is not None else {},
            "qui": {"qui": autre},
            "simulation": {"simulation": True},
        }
        if d.rang is None and variante in ("version", "rang"):
            variante = "texte"
        self._jouer(replace(d, **changes[variante]))

    def teardown(self) -> None:
        """In the end everybody reads everything, and nobody finds what was not for all."""
        if self.sain:
            for rang, qui in enumerate(GENS):
                self.lecteur.comparer(self.monde, qui, TRIS[(self.pas + rang) % len(TRIS)])
            trouvables = {t for d in self.monde.dossiers for t in cherchables(d)}
            for mot in set(self.mots) - trouvables:
                self.lecteur.chercher(self.monde, EMET, mot)

    def _jouer(self, d: Demande) -> None:
        note(str(d))
        self.sain = False
        avant = self.monde
        attendu, self.monde = avant.demander(d)
        gid = None if d.rang is None else self.lecteur.gids[d.rang]
        membre = self.salle.demander(d, gid, self.lecteur.objet)
        self.lecteur.repondu(d, attendu, self.monde, membre)
        if d.cle and d not in self.avec_cle and not d.simulation:
            self.avec_cle.append(d)
        if d.cle and attendu.code is None and not d.simulation:
            retenue = self.confirmations.setdefault((d.qui.nom, d.cle), membre["confirmation"])
            assert membre["confirmation"] == retenue
        self._comparer(avant, d, attendu.rang)
        self.sain = True

    def _comparer(self, avant: Monde, d: Demande, rang: int | None) -> None:
        """Let read whoever is concerned by a change; else an emitter; and one more in turn."""
        self.pas += 1
        tour, tri = GENS[self.pas % len(GENS)], TRIS[self.pas // 2 % len(TRIS)]
        temoins = [EMET, tour]
        if self.monde is not avant and rang is not None:
            temoins += concernes(self.monde.dossiers[rang])
        for qui in {q.nom: q for q in temoins}.values():
            lu = self.lecteur.comparer(self.monde, qui, tri)
            monde, vu = self.vus.get((qui.nom, tri), (None, lu))
            if qui in EMETTEURS and monde is avant and (temoins[2:] == [] or d.geste == EN_COURS):
                assert vu == lu  # not a byte
            self.vus[qui.nom, tri] = self.monde, lu
        if d.texte in self.mots:
            self.lecteur.chercher(self.monde, TEMOINS[self.pas % len(TEMOINS)], d.texte)

    def _mot(self) -> str:
        self.mots.append(self.salle.mot())
        return self.mots[-1]

    def _cle(self, voulue: bool) -> str | None:  # noqa: FBT001
        return f"une-cle-de-machine-{self.salle.mot()[3:]}" if voulue else None

    def _version(self, rang: int, qui: Qui, laquelle: str) -> int | None:
        dossier = self.monde.dossiers[rang]
        vue = dossier.vue(qui) or "EMETTEUR"
        juste = len(dossier.vues(vue))
        autre = len(dossier.vues("TRAITANT" if vue == "EMETTEUR" else "EMETTEUR"))
        versions = {"juste": juste, "avant": juste - 1, "apres": juste + 1, "autre_vue": autre}
        return versions.get(laquelle)


@pytest.fixture
def salle(empty_url: str) -> Iterator[Salle]:
    """
    An application with a database and a loop of its own.
    """
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        salle = Salle(runner)
        salle.ouvrir(empty_url)
        yield salle
        salle.fermer()


@pytest.mark.usefixtures("anyio_backend")
class TestMachine:
    def test_lives_as_the_model(self, salle: Salle, pytestconfig: pytest.Config) -> None:
        """
        Whoever does whatever, the application answers, shows and hides what the model says.
        """
        taille = pytestconfig.getoption("machine")
        examples, steps = (int(n) for n in (taille or ORDINAIRE).split("x"))
        machine = type("Vies", (Vies,), {"salle": salle})
        profil = settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=taille is None,  # else each run plays other lives
            print_blob=True,
            report_multiple_bugs=False,
            phases=[Phase.generate, Phase.shrink],
            # A step is drawn while the one before it is played on a database: slow by nature.
            suppress_health_check=[HealthCheck.too_slow],
        )

        run_state_machine_as_test(machine, settings=profil)

        assert salle.verifier() == []
