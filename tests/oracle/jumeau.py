"""The twin of a world for one reader: all that they may not see is otherwise, the rest the same."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import orjson

from oracle.monde import COMPTES, NOMBRE, Monde, joindre, jouer, monde, raconter_tout, tirer
from oracle.vies import Ligne, Pas, Vie, dire
from oracle.vues import Appelant, Base, Vue
from oracle.vues import Vie as VieLue
from solli_graphql.domain.textes import replier

ESSAIS = 20  # draws of another life that must stay out of sight
SUPPLEMENT = 4  # lives more, for each of them that there were
CLE_CONNUE = "cle-que-tous-connaissent"


@dataclass(frozen=True)
class Jumeaux:
    """A world, its twin, and how much of it one reader may see, out of how much."""

    monde: Monde
    autre: Monde
    visibles: frozenset[int]
    cachees: frozenset[int]
    comptes_caches: frozenset[int]


def jumeaux(qui: str, *, nombre: int = NOMBRE, graine: int = 2018) -> Jumeaux:
    """Make two worlds between which somebody has no means to tell."""
    un = monde(nombre=nombre, graine=graine)
    for p in un.tables["piece_jointe"]:
        p["taille"] = len(octets(p["id"]))
    base = Base({nom: [*lignes] for nom, lignes in un.tables.items()})
    appelant = _appelant(base, qui)
    vues: dict[int, Vue] = {v.row["id"]: v for v in appelant.voit(None)}
    autre = _Autre(Random(f"{graine} {qui}"), un, base, appelant, vues)  # noqa: S311
    cachees = frozenset(base.par_id["sollicitation"]) - frozenset(vues)
    comptes = {u for u in base.par_id["utilisateur"] if appelant.administre(u) is None}
    fait = autre.faire(nombre, graine)
    return Jumeaux(un, fait, frozenset(vues), cachees, frozenset(comptes))


def octets(piece: int) -> bytes:
    """Give what an attachment holds."""
    return b"%%%d" % piece


def _appelant(base: Base, qui: str) -> Appelant:
    vies = {r["id"]: VieLue(r, base.vies[r["id"]]) for r in base.tables["sollicitation"]}
    return Appelant(base, [*COMPTES].index(qui) + 1, vies)


@dataclass
class _Autre:
    """What it takes to make the twin."""

    hasard: Random
    un: Monde
    base: Base
    appelant: Appelant
    vues: Mapping[int, Vue]

    def faire(self, nombre: int, graine: int) -> Monde:
        """Make all tables, each in an order of its own."""
        vies, _ = raconter_tout(nombre, graine)
        autres = [*self._vies(vies)]
        lignes = vars(jouer(autres))
        tables = {nom: [dict(x) for x in un] for nom, un in self.un.tables.items()} | lignes
        tables["structure"] += _particulier(self.hasard)
        tables["piece_jointe"] = self._pieces(autres, tables["piece_jointe"])
        self._structures(tables["structure"])
        self._gens(tables)
        self._auteurs(tables["historique_texte"])
        for lignes_ in tables.values():
            self.hasard.shuffle(lignes_)
        return Monde(tables | self._ailleurs(tables))

    # Sollicitations, and what is joined to them.

    def _vies(self, vies: list[Vie]) -> Iterator[Vie]:
        for vie in vies:
            vue = self.vues.get(vie.id)
            if vue is None and self.hasard.random() < 0.6:
                yield from self._cachee(vie.id - 1)
            elif vue is not None and vue.emetteur:
                yield self._autres_brouillons(vie)
            elif vue is not None and vue.analyste:
                yield self._autres_secrets(vie)
            elif vue is not None:
                yield vie
        for rang in range(len(vies), len(vies) + len(vies) // SUPPLEMENT):
            yield from self._cachee(rang)

    def _cachee(self, rang: int) -> Iterator[Vie]:
        """Draw a life that stays out of sight, if one comes."""
        for _ in range(ESSAIS):
            vie = tirer(self.hasard, rang)
            lue = jouer([vie])
            if not self._voit(lue.sollicitation[0], lue.historique):
                yield vie
                return

    def _voit(self, row: Ligne, lignes: list[Ligne]) -> bool:
        lue = VieLue(row, lignes)
        return any(h.atteint(lue) for h in self.appelant.habilitations)

    def _autres_brouillons(self, vie: Vie) -> Vie:
        """Change what the treating side alone knows: its drafts, the texts of its transfers."""
        pas: list[Pas] = []
        modele = Pas("B", vie.emetteur, vie.emetteur, vie.emetteur, None, vie.date, bytes(16))
        for p in (p for p in vie.pas if p.lettre != "B"):
            pas += self._brouillons(pas[-1] if pas else modele) if p.lettre in "QRT" else ()
            pas.append(replace(p, texte=dire(self.hasard)) if p.lettre == "T" else p)
        if not pas or pas[-1].lettre in "CTO":
            pas += self._brouillons(pas[-1] if pas else modele)
        return replace(vie, pas=tuple(pas))

    def _brouillons(self, avant: Pas) -> list[Pas]:
        nombre, h = self.hasard.choice((0, 1, 1, 3)), self.hasard
        return [
            replace(avant, lettre="B", texte=dire(h), sel=h.randbytes(16)) for _ in range(nombre)
        ]

    def _autres_secrets(self, vie: Vie) -> Vie:
        """Change what an analyst never reads: telephones, and the texts of drafts."""
        telephone = self.hasard.choice((None, f"06 39 98 {self.hasard.randint(10, 99)} 11"))
        pas = (replace(p, texte=dire(self.hasard)) if p.lettre == "B" else p for p in vie.pas)
        return replace(vie, depot={**vie.depot, "contact_telephone": telephone}, pas=tuple(pas))

    def _auteurs(self, textes: list[Ligne]) -> None:
        """Give other names to those whom an analyst knows by a pseudonym of their id."""
        for t in textes:
            vue = self.vues.get(t["sollicitation_id"])
            if (vue is None or vue.analyste) and t["auteur_id"] is not None:
                t |= {"auteur_nom": dire(self.hasard), "auteur_prenom": "Autre"}

    def _pieces(self, autres: Iterable[Vie], pieces: list[Ligne]) -> list[Ligne]:
        gardees = [p for p in pieces if p["sollicitation_id"] in self.vues]
        for p in gardees:
            if self.vues[p["sollicitation_id"]].analyste and p["auteur_id"] is not None:
                p |= {"auteur_nom": dire(self.hasard), "auteur_prenom": "Autre"}
        libres = [p["id"] for p in pieces if p["sollicitation_id"] not in self.vues]
        neuves = joindre(self.hasard, (v for v in autres if v.id not in self.vues))
        ids = [*libres, *(len(pieces) + 1 + i for i in range(len(neuves)))]
        for id_, p in zip(ids, neuves, strict=False):
            p |= {
                "id": id_,
                "taille": 3,
                "sha256": f"{id_ + 10**6:064x}",
                "cle": f"ff/ff/{id_:032x}",
            }
        return [*gardees, *neuves[: len(ids)]]

    # Structures and people.

    def _structures(self, structures: list[Ligne]) -> None:
        """Rename the private persons whom nothing shows to the reader."""
        montrees = {
            s for v in self.vues.values() for n, s in v.row.items() if n.startswith("structure_")
        }
        for c in self.base.tables["utilisateur"]:
            montrees |= {h["structure_id"] for h in self.appelant.administre(c["id"]) or ()}
        for s in structures:
            if s["id"] not in montrees and not self.appelant.voit_structure(s):
                s.update(_noms(f"Caché {s['id']}", self.hasard))

    def _gens(self, tables: dict[str, list[Ligne]]) -> None:
        """Change accounts and rights, but those that the reader holds, sees or administers."""
        ses_prises = {v.prise["auteur_id"] for v in self.vues.values() if v.traitant and v.prise}
        gardees = {h["id"] for h in tables["habilitation"] if self._montree(h)}
        for u in tables["utilisateur"]:
            moi = u["id"] == self.appelant.id
            if moi or self.appelant.administre(u["id"]):
                continue
            if not self.appelant.voit_utilisateur(u["id"]) and u["id"] not in ses_prises:
                u |= {"nom": dire(self.hasard), "prenom": "Autre"}
            u |= {"courriel": f"autre{u['id']}@tests.example", "sujet": f"autre{u['id']}"}
        if not self._administre_tout():
            tables["utilisateur"] += self._inconnus()
        tables["habilitation"] = [h for h in tables["habilitation"] if h["id"] in gardees]
        tables["habilitation_service"] = [
            x for x in tables["habilitation_service"] if x["habilitation_id"] in gardees
        ]
        tables["habilitation"] += self._droits(tables["utilisateur"])

    def _montree(self, h: Ligne) -> bool:
        """Tell whether a right shows: one's own, a colleague's, one that one administers."""
        qui: int = h["utilisateur_id"]
        administrees = {x["id"] for x in self.appelant.administre(qui) or ()}
        treats = h["role"] in ("RECEPTEUR", "SUPPORT") and self.appelant.voit_utilisateur(qui)
        return qui == self.appelant.id or treats or h["id"] in administrees

    def _administre_tout(self) -> bool:
        return any(
            h.role == "ADMINISTRATEUR" and h.structure is None and not h.services
            for h in self.appelant.habilitations
        )

    def _inconnus(self) -> list[Ligne]:
        noms = {"nom": "Inconnu", "prenom": "", "actif": True, "sujet": None, "client": None}
        ids = range(len(COMPTES) + 1, len(COMPTES) + 6)
        return [{"id": i, "courriel": f"inconnu{i}@tests.example", **noms} for i in ids]

    def _droits(self, gens: list[Ligne]) -> list[Ligne]:
        """Give rights that do not show: none to treat, none where the reader administers."""
        if self._administre_tout():
            return []
        miens = {h.structure for h in self.appelant.habilitations if h.role == "ADMINISTRATEUR"}
        lieux = [s["id"] for s in self.base.tables["structure"] if s["id"] not in miens]
        return [
            {
                "id": 1000 + u["id"],
                "utilisateur_id": u["id"],
                "role": self.hasard.choice(("EMETTEUR", "ANALYSTE", "ADMINISTRATEUR")),
                "structure_id": self.hasard.choice(lieux),
            }
            for u in gens
            if u["id"] != self.appelant.id and self.hasard.random() < 0.7
        ]

    def _ailleurs(self, tables: Mapping[str, list[Ligne]]) -> dict[str, list[Ligne]]:
        """Add what other people asked, sent and announced."""
        autres = [u["id"] for u in tables["utilisateur"] if u["id"] != self.appelant.id]
        date = datetime(2026, 1, 1, tzinfo=UTC)
        demande = {"espace": "RECUES", "format": "CSV", "filtre": None, "synthese": True}
        exports = [
            {
                "id": i,
                "utilisateur_id": self.hasard.choice(autres),
                "date": date,
                "demande": orjson.dumps({**demande, "tri": None}).decode(),
            }
            for i in range(10**6, 10**6 + 8)  # beyond what a sequence gives
        ]
        cles = [
            {
                "utilisateur_id": u,
                "cle": CLE_CONNUE,
                "empreinte": bytes(32),
                "date": date,
                "confirmation": "Fait.",
                "sollicitation_id": None,
                "compte_id": None,
                "version": 1,
            }
            for u in autres
        ]
        return {"export": exports, "idempotence": cles}


def _noms(nom: str, hasard: Random) -> dict[str, Any]:
    valeur = f"{nom.upper()} {hasard.randint(1, 999)}"
    noms = {"designation": nom, "raison_sociale": f"{nom} & Cie"}
    return {**noms, "identifiant_valeur": valeur, "recherche": replier(nom, noms["raison_sociale"])}


def _particulier(hasard: Random) -> list[Ligne]:
    """Make a private person more, whom nobody acts for."""
    noms = _noms("Nickel Absent", hasard)
    return [{"id": 11, "identifiant_type": "PARTICULIER", "publique": False, **noms}]
