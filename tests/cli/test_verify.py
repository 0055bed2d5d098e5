"""`solli verify`: every planted fault is found, and nothing else is."""

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from commandes import Solli, copier, done, execute, first, one
from solli_graphql.db import models as m
from solli_graphql.domain.mesures import AU_DEPOT

S, H, T = m.sollicitation, m.historique, m.historique_texte
VISEE = 17
# What is changed behind the program's back: a table, the columns, and whether text is internal.
FAUTES: dict[str, tuple[sa.Table, dict[str, Any]]] = {
    "statut": (S, {"statut": "CLOTUREE", "brouillon": None, "prise_en_charge_par_id": None}),
    "destinataire": (S, {"destinataire_actuel": "SUPPORT"}),
    "motif": (S, {"motif": "TRANSFEREE"}),
    "version": (S, {"version": S.c.version + 1}),
    "version emetteur": (S, {"version_emetteur": S.c.version_emetteur + 1}),
    "statut emetteur": (S, {"statut_emetteur": "CLOTUREE"}),
    "transferts": (S, {"transferts": S.c.transferts + 1}),
    "reouvertures": (S, {"reouvertures": S.c.reouvertures + 1}),
    "allers-retours": (S, {"allers_retours": sa.not_(S.c.allers_retours)}),
    "passe par le support": (S, {"passe_support": sa.not_(S.c.passe_support)}),
    **{n: (S, {n: sa.func.coalesce(S.c[n], 0) + 1}) for n in AU_DEPOT},
    "description": (S, {"description": "Une autre question"}),
    "tete": (S, {"tete": b"0" * 32}),
    "texte": (T, {"texte": "Un autre texte", "texte_interne": None}),
    "auteur": (T, {"auteur_nom": "Autre"}),
    "auteur_id": (T, {"auteur_id": 1}),
    "sel": (T, {"sel": b"0" * 16}),
    "sel absent, texte change": (T, {"sel": None, "texte": "Un autre texte"}),
    "sel absent, auteur change": (T, {"sel": None, "auteur_nom": "Autre"}),
}


async def corrupt(url: str, faute: str) -> str:
    """Change one sollicitation by hand, and give its number."""
    table, values = FAUTES[faute]
    key = S.c.id if table is S else T.c.sollicitation_id
    update = table.update().where(key == VISEE).values(values)
    if table is T:
        update = update.where(T.c.seq == 2)
    await execute(url, update)
    numero: str = await one(url, sa.select(S.c.numero).where(S.c.id == VISEE))
    return numero


class TestVerify:
    async def test_a_clean_database(self, demo_url: str, solli: Solli) -> None:
        """
        A clean demonstration has no fault, and an empty database none either.
        """
        result = done(await solli("verify", url=demo_url, mode="production"))
        assert result.stdout == ""
        assert "40 sollicitations, 0 en faute" in result.stderr

    async def test_names_each_fault(self, demo_url: str, tmp_path: Path, solli: Solli) -> None:
        """
        Each planted corruption is found, and its sollicitation is named; nothing else is.
        """
        missed = []
        for faute in FAUTES:
            url = await copier(demo_url, tmp_path / faute)
            numero = await corrupt(url, faute)
            result = await solli("verify", url=url)
            named = re.findall(r"S-\d{4}-\d{8}", result.stdout)
            if (result.exit_code, set(named)) != (1, {numero}):
                missed.append(faute)
        assert missed == []

    async def test_finds_a_draft_that_is_not_its_line_s(
        self, demo_url: str, tmp_path: Path, solli: Solli
    ) -> None:
        """
        A draft, or its taker, other than that of the last line is a fault.
        """
        en_cours = S.c.statut == "EN_COURS"
        draft = sa.select(S.c.id, S.c.prise_en_charge_par_id).where(en_cours)
        id_, taker = await first(demo_url, draft)
        other = {"prise_en_charge_par_id": 1 if taker != 1 else 2}
        missed = []
        for values in ({"brouillon": "Autre"}, other):
            url = await copier(demo_url, tmp_path / next(iter(values)))
            await execute(url, S.update().where(S.c.id == id_).values(values))
            result = await solli("verify", url=url)
            if result.exit_code != 1 or f"-{id_:08d}" not in result.stdout:
                missed.append(values)
        assert missed == []

    async def test_finds_an_internal_text_made_public(self, demo_url: str, solli: Solli) -> None:
        """
        A text for the treating side that was moved to where the emitter reads it is a fault.
        """
        interne = sa.select(T.c.sollicitation_id, T.c.seq).where(T.c.texte_interne.is_not(None))
        id_, seq = await first(demo_url, interne)
        moved = {"texte": T.c.texte_interne, "texte_interne": None}
        line = T.update().where(T.c.sollicitation_id == id_, T.c.seq == seq)
        await execute(demo_url, line.values(moved))
        result = await solli("verify", url=demo_url)
        assert (result.exit_code, f"-{id_:08d}" in result.stdout) == (1, True)

    async def test_accepts_an_erased_line(self, demo_url: str, solli: Solli) -> None:
        """
        A line whose text and author were erased, and its salt dropped, is no fault.
        """
        efface = "[effacé]"
        erased = {"auteur_id": None, "auteur_nom": efface, "auteur_prenom": efface, "sel": None}
        line = T.update().where(T.c.sollicitation_id == VISEE, T.c.seq == 2)
        texts = {n: sa.case((T.c[n].is_not(None), efface)) for n in ("texte", "texte_interne")}
        await execute(demo_url, line.values(**erased, **texts))
        done(await solli("verify", url=demo_url))

    @pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "TRUNCATE"])
    async def test_the_history_is_only_added_to(self, demo_url: str, verb: str) -> None:
        """
        The database itself refuses to change or delete a line of history.
        """
        sql = {
            "UPDATE": "UPDATE historique SET action = 'TRAITER'",
            "DELETE": "DELETE FROM historique",
            "TRUNCATE": "TRUNCATE historique CASCADE",
        }[verb]
        if verb == "TRUNCATE" and demo_url.startswith("sqlite"):
            sql = "DELETE FROM historique WHERE 1"
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            await execute(demo_url, sa.text(sql))


class TestAttachments:
    @pytest.mark.parametrize("faute", ["manque", "au lieu de", "ont changé"])
    async def test_in_fault_are_named(self, demo_url: str, solli: Solli, faute: str) -> None:
        """
        A file that is gone, cut or changed is told, and nothing else is.
        """
        cle, taille = await first(
            demo_url, sa.select(m.piece_jointe.c.cle, m.piece_jointe.c.taille)
        )
        beside = f"{demo_url.removeprefix('sqlite:///')}.pieces"
        path = Path(beside if demo_url.startswith("sqlite") else "pieces") / cle
        octets = {"manque": b"", "au lieu de": b"x", "ont changé": b"x" * taille}[faute]
        path.write_bytes(octets)
        if not octets:
            path.unlink()

        result = await solli("verify", url=demo_url)

        assert result.exit_code == 1
        (ligne,) = result.stdout.splitlines()
        assert faute in ligne
        assert "0 en faute" in result.stderr
        assert "1 en faute" in result.stderr
