"""Accounts: the first administrator, and those of the demonstration."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email

from solli_graphql.db import models as m
from solli_graphql.db.database import Statement, Tx, insert
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.domain.errors import ChampInvalide, ErreurDeChamp


def _suivant(table: sa.Table) -> Statement[int]:
    return Statement(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0) + 1), int)


_UTILISATEUR, _HABILITATION = insert(m.utilisateur), insert(m.habilitation)
_SERVICE = insert(m.habilitation_service)
_SUIVANTS = {t.name: _suivant(t) for t in (m.utilisateur, m.habilitation)}
_PAR: dict[str, Statement[int]] = {
    n: Statement(
        sa.select(m.utilisateur.c.id).where(
            m.utilisateur.c[n] == sa.bindparam("valeur", type_=sa.Text)
        ),
        int,
    )
    for n in ("courriel", "sujet", "client")
}
STRUCTURE: Statement[bool] = Statement(
    sa.select(m.structure.c.publique).where(
        m.structure.c.id == sa.bindparam("id", type_=sa.BigInteger)
    ),
    bool,
)
# A row that always exists: ids of accounts are drawn by one administrator at a time.
_VERROU: Statement[str] = Statement(
    sa.select(m.cle.c.nom).where(m.cle.c.nom == "pseudonymes").with_for_update(), str
)
_ROLES: Statement[str] = Statement(
    sa.select(m.habilitation.c.role).where(
        m.habilitation.c.utilisateur_id == sa.bindparam("utilisateur", type_=sa.BigInteger),
        m.habilitation.c.structure_id.is_(None),
    ),
    str,
)


def lire_courriel(courriel: str) -> str:
    """Read the address of an account. Raises ChampInvalide."""
    try:
        return validate_email(courriel, check_deliverability=False).normalized.lower()
    except EmailNotValidError as e:
        message = "Cette adresse de courriel n'est pas valide."
        raise ChampInvalide(ErreurDeChamp("courriel", "FORMAT", message)) from e


async def verrouiller(tx: Tx) -> None:
    """Let one act of administration at a time draw ids and count administrators."""
    await tx.one(_VERROU)


async def chercher(tx: Tx, **par: str) -> int | None:
    """Find an account by its courriel, its sujet or its client."""
    ((nom, valeur),) = par.items()
    return await tx.one(_PAR[nom], valeur=valeur)


async def creer(
    tx: Tx,
    courriel: str,
    nom: str,
    prenom: str,
    habilitations: Sequence[Habilitation],
    *,
    sujet: str | None = None,
    client: str | None = None,
) -> int:
    """Create an account with its habilitations, or add them to the one that exists."""
    utilisateur = await chercher(tx, courriel=courriel)
    if utilisateur is None:
        utilisateur = await tx.one(_SUIVANTS["utilisateur"]) or 1
        valeurs: dict[str, Any] = {"courriel": courriel, "nom": nom, "prenom": prenom}
        valeurs |= {"sujet": sujet, "client": client}
        await tx.write((_UTILISATEUR, {"id": utilisateur, "actif": True, **valeurs}))
    await habiliter(tx, utilisateur, habilitations)
    return utilisateur


async def habiliter(tx: Tx, utilisateur: int, habilitations: Sequence[Habilitation]) -> None:
    """Add habilitations to an account."""
    for h in habilitations:
        id_ = await tx.one(_SUIVANTS["habilitation"]) or 1
        ligne = {"id": id_, "utilisateur_id": utilisateur, "role": str(h.role)}
        await tx.write((_HABILITATION, {**ligne, "structure_id": h.structure_id}))
        for service in sorted(h.services):
            await tx.write((_SERVICE, {"habilitation_id": id_, "service_id": service}))


async def creer_administrateur(
    tx: Tx, courriel: str, nom: str, prenom: str, sujet: str | None = None
) -> int | None:
    """Make somebody administrator of the whole portal; give their id, if they were not yet."""
    await verrouiller(tx)
    connu = await chercher(tx, courriel=courriel)
    if connu is not None and Role.ADMINISTRATEUR in await tx.all(_ROLES, utilisateur=connu):
        return None
    droits = [Habilitation(Role.ADMINISTRATEUR)]
    return await creer(tx, courriel, nom, prenom, droits, sujet=sujet)
