"""Reference data: structures, services and categories, loaded from a file that shows its effect."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from solli_graphql.db import models as m
from solli_graphql.db.database import Database, Statement, Tx, read
from solli_graphql.db.plan.dialects import In
from solli_graphql.domain.identifiants import IdentifiantInvalide, TypeIdentifiant, normaliser
from solli_graphql.domain.textes import COURT, LONG, replier
from solli_graphql.domain.workflow import Routage

SANS_CONTROLE = r"^[^\x00-\x1f\x7f-\x9f]*$"
Texte = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=COURT, pattern=SANS_CONTROLE),
]
Modele = Annotated[str, StringConstraints(max_length=LONG, pattern=r"^[^\x00]*$")]
Cle = tuple[str, ...]
Valeurs = Mapping[str, Any]
TABLES = {t.name: t for t in (m.categorie, m.sous_categorie, m.structure, m.service)}
PARENTS = {"sous_categorie": "categorie", "service": "structure"}


class ReferentielInvalide(ValueError):
    """The file is not reference data; the message lists what is wrong, in French."""


class _Lu(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)


class SousCategorieLue(_Lu):
    """A sous-catégorie of the file."""

    code: Texte
    libelle: Texte
    routage: Routage
    numero_objet_requis: bool = False
    modele: Modele | None = None


class CategorieLue(_Lu):
    """A catégorie of the file."""

    code: Texte
    libelle: Texte
    sous_categories: list[SousCategorieLue]


class ServiceLu(_Lu):
    """A service of the file."""

    code: Texte
    libelle: Texte


class IdentifiantLu(_Lu):
    """An identifier of the file."""

    type: TypeIdentifiant
    valeur: str


class StructureLue(_Lu):
    """A structure of the file."""

    identifiant: IdentifiantLu
    designation: Texte
    raison_sociale: Texte
    publique: bool
    services: list[ServiceLu] = []


class Referentiel(_Lu):
    """The file: a part that is absent is left as it is."""

    categories: list[CategorieLue] | None = None
    structures: list[StructureLue] | None = None


class Changement(NamedTuple):
    """One line of the difference: `id` is None for what is new, `apres` what will be written."""

    table: str
    cle: Cle
    id: int | None
    avant: Valeurs
    apres: Valeurs

    def __str__(self) -> str:
        """Say the change on one line."""
        nom = f"{self.table.replace('_', '-')} {' / '.join(self.cle)}"
        if self.id is None:
            return f"+ {nom} : {self.apres.get('libelle') or self.apres.get('designation')}"
        changes = (
            f"{n} {self.avant[n]!r} → {v!r}" for n, v in self.apres.items() if self.avant[n] != v
        )
        signe = "-" if self.apres.get("actif") is False else "~"
        return f"{signe} {nom} : {', '.join(changes)}"


def lire(contenu: bytes) -> Referentiel:
    """Read a file. Raises ReferentielInvalide."""
    try:
        return Referentiel.model_validate_json(contenu)
    except ValidationError as e:
        erreurs = e.errors(include_url=False, include_input=False)[:20]
        lignes = (f"{'.'.join(map(str, x['loc'])) or 'fichier'} : {_dire(x)}" for x in erreurs)
        raise ReferentielInvalide("\n".join(lignes)) from e


_MOTS = {
    "missing": "ce champ manque",
    "extra_forbidden": "ce champ n'est pas attendu",
    "string_type": "un texte est attendu",
    "string_too_short": "un texte vide n'est pas admis",
    "string_too_long": "ce texte est trop long",
    "string_pattern_mismatch": "ce texte contient un caractère de contrôle",
    "bool_type": "true ou false est attendu",
    "bool_parsing": "true ou false est attendu",
    "model_type": "un objet est attendu",
    "model_attributes_type": "un objet est attendu",
    "list_type": "une liste est attendue",
    "enum": "cette valeur n'est pas admise",
    "json_invalid": "ce n'est pas du JSON valide",
}


def _dire(erreur: Any) -> str:
    return _MOTS.get(erreur["type"], "cette valeur n'est pas admise")


def voulu(referentiel: Referentiel) -> dict[tuple[str, Cle], dict[str, Any]]:
    """List what the file says, by table and key. Raises ReferentielInvalide."""
    lignes: dict[tuple[str, Cle], dict[str, Any]] = {}
    for table, cle, valeurs in _lignes(referentiel):
        if (table, cle) in lignes:
            message = f"{table} {' / '.join(cle)} : présent deux fois"
            raise ReferentielInvalide(message)
        lignes[table, cle] = valeurs
    return lignes


def _lignes(referentiel: Referentiel) -> Iterator[tuple[str, Cle, dict[str, Any]]]:
    for ordre, c in enumerate(referentiel.categories or ()):
        yield "categorie", (c.code,), {"libelle": c.libelle, "ordre": ordre, "actif": True}
        for rang, s in enumerate(c.sous_categories):
            valeurs = {"libelle": s.libelle, "ordre": rang, "routage": str(s.routage)}
            valeurs |= {"numero_objet_requis": s.numero_objet_requis, "modele": s.modele}
            yield "sous_categorie", (c.code, s.code), {**valeurs, "actif": True}
    for structure in referentiel.structures or ():
        cle = (str(structure.identifiant.type), _identifiant(structure))
        yield "structure", cle, _structure(structure)
        for service in structure.services:
            yield "service", (*cle, service.code), {"libelle": service.libelle, "actif": True}


def _identifiant(structure: StructureLue) -> str:
    try:
        return normaliser(structure.identifiant.type, structure.identifiant.valeur)
    except IdentifiantInvalide as e:
        message = f"structure {structure.designation} : {e}"
        raise ReferentielInvalide(message) from e


def _structure(structure: StructureLue) -> dict[str, Any]:
    return {
        "designation": structure.designation,
        "raison_sociale": structure.raison_sociale,
        "publique": structure.publique,
        "recherche": replier(structure.designation, structure.raison_sociale),
    }


_t = TABLES
_COLONNES = {
    "categorie": [_t["categorie"].c.code],
    "sous_categorie": [_t["categorie"].c.code, _t["sous_categorie"].c.code],
    "structure": [_t["structure"].c.identifiant_type, _t["structure"].c.identifiant_valeur],
    "service": [
        _t["structure"].c.identifiant_type,
        _t["structure"].c.identifiant_valeur,
        _t["service"].c.code,
    ],
}
_VALEURS = {
    "categorie": ("libelle", "ordre", "actif"),
    "sous_categorie": (*("libelle", "ordre", "routage", "numero_objet_requis", "modele", "actif"),),
    "structure": ("designation", "raison_sociale", "publique", "recherche"),
    "service": ("libelle", "actif"),
}


def _present(table: str) -> Statement[Any]:
    """Read id, key and values: of all categories, of the structures whose `valeurs` are bound."""
    t = TABLES[table]
    source = t.join(TABLES[PARENTS[table]]) if table in PARENTS else t
    cle = (c.label(f"cle{i}") for i, c in enumerate(_COLONNES[table]))
    valeurs = (t.c[n] for n in _VALEURS[table])
    select = sa.select(t.c.id, *cle, *valeurs).select_from(source).order_by(t.c.id)
    if table in ("structure", "service"):
        select = select.where(In(m.structure.c.identifiant_valeur, "valeurs"))
    return Statement(select)


PRESENT = {table: _present(table) for table in TABLES}
DERNIER: Mapping[str, Statement[int]] = {
    nom: Statement(sa.select(sa.func.coalesce(sa.func.max(t.c.id), 0)), int)
    for nom, t in TABLES.items()
}


def _valeurs(cles: Iterable[tuple[str, Cle]]) -> list[str]:
    """List the identifiers of the structures that these keys name."""
    return sorted({cle[1] for table, cle in cles if table in ("structure", "service")})


async def comparer(db: Database, referentiel: Referentiel) -> list[Changement]:
    """Give what the file would change: nothing is ever deleted, what it drops goes out of use."""
    lignes, changements = voulu(referentiel), list[Changement]()
    valeurs = _valeurs(lignes)
    for table in TABLES:
        present: dict[Cle, tuple[int, dict[str, Any]]] = {}
        taille = len(_COLONNES[table])
        for id_, *reste in await read(db, PRESENT[table], valeurs=valeurs):
            avant = dict(zip(_VALEURS[table], reste[taille:], strict=True))
            present[tuple(reste[:taille])] = (id_, avant)
        for (nom, cle), apres in lignes.items():
            connu = present.get(cle)
            if nom == table and (connu is None or connu[1] != apres):
                id_, avant = connu or (None, {})
                changements.append(Changement(table, cle, id_, avant, apres))
        changements += [
            Changement(table, cle, id_, avant, {**avant, "actif": False})
            for cle, (id_, avant) in present.items()
            if _abandonne(table, cle, avant, lignes, referentiel)
        ]
    return changements


def _abandonne(
    table: str, cle: Cle, avant: Valeurs, lignes: Mapping[Any, Any], referentiel: Referentiel
) -> bool:
    """Tell whether the file, which has this part, does not have this line any more."""
    if not avant.get("actif") or (table, cle) in lignes:
        return False
    if table == "service":
        return ("structure", cle[:2]) in lignes
    return referentiel.categories is not None


async def appliquer(tx: Tx, changements: list[Changement]) -> None:
    """Write a difference, parents before children."""
    valeurs = _valeurs((c.table, c.cle) for c in changements)
    for table in TABLES:
        concernes = [c for c in changements if c.table == table]
        if not concernes:
            continue
        suivant = (await tx.one(DERNIER[table]) or 0) + 1
        parents = await _parents(tx, table, valeurs)
        for rang, changement in enumerate(concernes):
            ids = {"id": suivant + rang} if changement.id is None else {"cible": changement.id}
            await tx.write(_ecrire(changement, ids, parents))


async def _parents(tx: Tx, table: str, valeurs: list[str]) -> dict[Cle, int]:
    parent = PARENTS.get(table)
    if parent is None:
        return {}
    taille = len(_COLONNES[parent])
    lignes = await tx.all(PRESENT[parent], valeurs=valeurs)
    return {tuple(reste[:taille]): id_ for id_, *reste in lignes}


def _ecrire(
    c: Changement, ids: dict[str, int], parents: dict[Cle, int]
) -> tuple[Statement[Any], dict[str, Any]]:
    table = TABLES[c.table]
    if c.id is not None:
        cible = table.c.id == sa.bindparam("cible", type_=sa.BigInteger)
        return Statement(table.update().where(cible), columns=[*c.apres]), {**c.apres, **ids}
    cle: dict[str, Any] = {}
    if c.table == "structure":
        cle = {"identifiant_type": c.cle[0], "identifiant_valeur": c.cle[1]}
    else:
        cle["code"] = c.cle[-1]
    if c.table in PARENTS:
        cle[f"{PARENTS[c.table]}_id"] = parents[c.cle[:-1]]
    valeurs = {**c.apres, **cle, **ids}
    return Statement(table.insert(), columns=[*valeurs]), valeurs


@dataclass(frozen=True)
class Bilan:
    """How many lines a file adds, changes, and takes out of use."""

    ajouts: int
    modifications: int
    retraits: int


def compter(changements: list[Changement]) -> Bilan:
    """Count a difference."""
    ajouts = sum(c.id is None for c in changements)
    retraits = sum(c.id is not None and c.apres.get("actif") is False for c in changements)
    return Bilan(ajouts, len(changements) - ajouts - retraits, retraits)
