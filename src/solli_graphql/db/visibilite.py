"""The one place that says which rows a caller may see, and in which view (D14, D21)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from solli_graphql.db import models
from solli_graphql.db.plan.dialects import contains
from solli_graphql.db.plan.sources import Columns
from solli_graphql.db.vues import INEXISTANT_SANS, Read, au_lieu, literal
from solli_graphql.domain.acteur import ROLES_DE_L_ESPACE, Acteur, Droits, Espace, Role, Vue


class Portee(NamedTuple):
    """How far one role reaches: what its SQL depends on, never its values."""

    role: Role
    tout: bool
    structures: int  # 0, 1, or 2 for several
    services: int


class Rights(NamedTuple):
    """An acteur's rights: the shape that makes the SQL, and the values bound to it."""

    shape: tuple[Portee, ...]
    values: Mapping[str, Any]
    key: int  # of the shape: a number is looked up faster


_KEYS: dict[tuple[Portee, ...], int] = {}  # a few dozens: roles, and none, one or several of each


def _rights(shape: tuple[Portee, ...], values: Mapping[str, Any]) -> Rights:
    return Rights(shape, values, _KEYS.setdefault(shape, len(_KEYS)))


@lru_cache(maxsize=4096)
def rights(acteur: Acteur) -> Rights:
    """Turn habilitations into a shape and values."""
    shape: list[Portee] = []
    values: dict[str, Any] = {"acteur": acteur.id}
    for role in (Role.EMETTEUR, Role.RECEPTEUR, Role.SUPPORT, Role.ANALYSTE):
        held = [h for h in acteur.habilitations if h.role is role]
        structures = sorted({h.structure_id for h in held if h.structure_id and not h.services})
        services = sorted({s for h in held for s in h.services})
        tout = any(h.structure_id is None for h in held)
        if held:
            shape.append(Portee(role, tout, min(len(structures), 2), min(len(services), 2)))
            values[f"{role}_structures"] = structures[0] if len(structures) == 1 else structures
            values[f"{role}_services"] = services[0] if len(services) == 1 else services
    return _rights(tuple(shape), values)


@lru_cache(maxsize=4096)
def administration(acteur: Acteur) -> Rights:
    """Give what an administrator reaches; one limited to services reaches nothing."""
    tenues = [h for h in acteur.habilitations if h.role is Role.ADMINISTRATEUR and not h.services]
    structures = sorted({h.structure_id for h in tenues if h.structure_id})
    tout = any(h.structure_id is None for h in tenues)
    shape = (Portee(Role.ADMINISTRATEUR, tout, min(len(structures), 2), 0),) if tenues else ()
    un = structures[0] if len(structures) == 1 else structures
    return _rights(shape, {"acteur": acteur.id, "administrees": un})


def d_un_tenant(shape: tuple[Portee, ...]) -> bool:
    """Tell whether what somebody reaches stands together: one structure's, one service's, all."""
    return len(shape) == 1 and (shape[0].tout or shape[0].structures + shape[0].services == 1)


_COTES = {
    Role.EMETTEUR: ("structure_emettrice_id", "service_emetteur_id"),
    Role.RECEPTEUR: ("structure_destinataire_id", "service_destinataire_id"),
    Role.ANALYSTE: ("structure_destinataire_id", "service_destinataire_id"),
}


def _reach(portee: Portee, c: Columns) -> sa.ColumnElement[bool]:
    """Say which sollicitations one role reaches."""
    if portee.role is Role.SUPPORT:  # from transfer on, and what is routed to it
        return c["passe_support"]
    structure, service = (c[name] for name in _COTES[portee.role])
    if portee.tout:
        return structure.is_not(None)
    parts = []
    if portee.structures:
        parts.append(contains(structure, f"{portee.role}_structures", portee.structures))
    if portee.services:
        parts.append(contains(service, f"{portee.role}_services", portee.services))
    return sa.or_(*parts)


def visible(
    shape: tuple[Portee, ...], espace: Espace | None, c: Columns
) -> tuple[sa.ColumnElement[bool], "Regard"]:
    """
    Give the condition of the sollicitations that somebody may see, and how they see them.

    Without an espace (`node`, `sollicitation`, commands), every role counts.
    """
    reaches = {p.role: _reach(p, c) for p in shape}
    counted = [r for r in reaches if espace is None or r in ROLES_DE_L_ESPACE[espace]]
    if not counted:
        return sa.false(), Regard(Droits.AUCUN, (Vue.EMETTEUR,), espace)
    condition = sa.or_(*(reaches[r] for r in counted))
    return condition, _regard(reaches, espace)


def _regard(reaches: Mapping[Role, sa.ColumnElement[bool]], espace: Espace | None) -> "Regard":
    if len(reaches) == 1:
        (role,) = reaches
        return Regard(Droits[role], (_VUE_DU_ROLE[role],), espace)
    bits = (sa.case((r, literal(Droits[role])), else_=literal(0)) for role, r in reaches.items())
    droits: sa.ColumnElement[int] = sum(bits, start=literal(0))
    possible = {_VUE_DU_ROLE[role] for role in reaches}
    if espace not in (None, Espace.EMISES):
        possible -= {Vue.EMETTEUR}  # such a row is reached by a treating role, whose view wins
    return Regard(droits, tuple(v for v in Vue if v in possible), espace, _which_view(reaches))


def _which_view(reaches: Mapping[Role, sa.ColumnElement[bool]]) -> sa.ColumnElement[str]:
    """Say in SQL what `acteur.vue` says in Python."""
    whens = [
        (sa.or_(*(r for role, r in reaches.items() if _VUE_DU_ROLE[role] is v)), literal(v))
        for v in (Vue.TRAITANT, Vue.ANALYSTE)
        if any(_VUE_DU_ROLE[role] is v for role in reaches)
    ]
    return sa.case(*whens, else_=literal(Vue.EMETTEUR))


_VUE_DU_ROLE = {
    Role.EMETTEUR: Vue.EMETTEUR,
    Role.RECEPTEUR: Vue.TRAITANT,
    Role.SUPPORT: Vue.TRAITANT,
    Role.ANALYSTE: Vue.ANALYSTE,
}


def structures_visibles(shape: tuple[Portee, ...], c: Columns) -> sa.ColumnElement[bool]:
    """List every organisation, but private persons only where the caller acts for them."""
    mine = [contains(c["id"], f"{p.role}_structures", p.structures) for p in shape if p.structures]
    return sa.or_(c["identifiant_type"] != "PARTICULIER", *mine)


def utilisateurs_visibles(c: Columns) -> sa.ColumnElement[bool]:
    """Show oneself, and those who treat where one treats: a colleague, or the support's."""
    moi, autre = models.habilitation.alias(), models.habilitation.alias()
    treats = (Role.RECEPTEUR.value, Role.SUPPORT.value)
    acteur = sa.bindparam("acteur", type_=sa.BigInteger)
    colleague = sa.exists().where(
        moi.c.utilisateur_id == acteur,
        autre.c.utilisateur_id == c["id"],
        moi.c.role.in_([literal(r) for r in treats]),
        autre.c.role.in_([literal(r) for r in treats]),
        sa.or_(
            moi.c.structure_id == autre.c.structure_id,
            moi.c.role == literal(Role.SUPPORT),
            sa.and_(moi.c.structure_id.is_(None), autre.c.structure_id.is_(None)),
        ),
    )
    return sa.or_(c["id"] == acteur, colleague)


def habilitations_administrees(shape: tuple[Portee, ...], c: Columns) -> sa.ColumnElement[bool]:
    """Show the rights that one may give and take back."""
    if not shape:
        return sa.false()
    return (
        sa.true()
        if shape[0].tout
        else contains(c["structure_id"], "administrees", shape[0].structures)
    )


def comptes_administres(
    shape: tuple[Portee, ...], c: Columns
) -> tuple[sa.ColumnElement[bool], "Regard"]:
    """Show the accounts that hold one of those rights; all of them to who administers all."""
    regard = RegardAdministrateur(Droits.AUCUN, (Vue.TRAITANT,), None, administre=shape)
    if shape and shape[0].tout:
        return sa.true(), regard
    h = dict(models.habilitation.alias().c)
    return sa.exists().where(
        h["utilisateur_id"] == c["id"], habilitations_administrees(shape, h)
    ), regard


@dataclass(frozen=True, eq=False)
class Regard:
    """How the caller of one statement sees its rows: their rights on each, and their view."""

    droits: int | sa.ColumnElement[int]
    vues: tuple[Vue, ...]
    espace: Espace | None
    vue: sa.ColumnElement[str] | None = None  # where several views are possible

    def read(self, relation: str, name: str, c: Columns, v: Vue) -> Read:
        """Give what this view reads for a column: SQL, a function of raw columns, or nothing."""
        instead = au_lieu(relation, name, v)
        if callable(instead):
            return instead(c)
        return c[instead] if isinstance(instead, str) else instead

    def sql(self, relation: str, name: str, c: Columns) -> sa.ColumnElement[Any]:
        """Give a column as SQL, for criteria and orders too; what a view hides is null."""
        reads = {v: _as_sql(self.read(relation, name, c, v)) for v in self.vues}
        first, *others = reads.values()
        if self.vue is None or all(o is first for o in others):
            return first
        *cases, (_, last) = [(self.vue == literal(v), r) for v, r in reads.items()]
        return sa.case(*cases, else_=last)

    def is_seen_as(self, v: Vue) -> sa.ColumnElement[bool]:
        """Give the condition under which the caller has this view of a row."""
        if v not in self.vues:
            return sa.false()
        return sa.true() if len(self.vues) == 1 else self.vue == literal(v)  # type: ignore[return-value]

    def exists(self, relation: str, c: Columns) -> list[sa.ColumnElement[bool]]:
        """Give the condition under which a row exists in the caller's view."""
        name = INEXISTANT_SANS.get(relation)
        if name is None or Vue.EMETTEUR not in self.vues:
            return []
        return [self.sql(relation, name, c).is_not(None)]


@dataclass(frozen=True, eq=False)
class RegardAdministrateur(Regard):
    """How an administrator sees accounts: of their rights, those that are theirs to administer."""

    administre: tuple[Portee, ...] = ()

    def exists(self, relation: str, c: Columns) -> list[sa.ColumnElement[bool]]:
        if relation == "habilitation":
            return [habilitations_administrees(self.administre, c)]
        return super().exists(relation, c)


def _as_sql(read: Read) -> sa.ColumnElement[Any]:
    return read if isinstance(read, sa.ColumnElement) else sa.null()


PORTAIL = Regard(Droits.AUCUN, (Vue.TRAITANT,), None)  # reference data: the same for all
