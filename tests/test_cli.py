"""The operator's hands: each command, its promises, and its refusals in French."""

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from conftest import new_database
from solli_graphql.cli import main
from solli_graphql.db import models as m
from solli_graphql.db.migrate import SQLITE, migrate, on
from solli_graphql.demo.comptes import COMPTES
from solli_graphql.domain.acteur import Role

Solli = Callable[..., Awaitable[Result]]
RACINE = Path(__file__).parent.parent
LEUR_CLE = {"cle", "idempotence"}  # what no two databases share


@pytest.fixture
def solli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Solli:
    """
    Run a command where no .env interferes; a database is given by `url`, demo mode by default.
    """
    monkeypatch.chdir(tmp_path)
    for name in ("MODE", "DATABASE_URL", "POOL"):
        monkeypatch.delenv(f"SOLLI_{name}", raising=False)

    async def run(*args: Any, url: str = "", mode: str = "demo", **env: str) -> Result:
        settings = {"SOLLI_MODE": mode, **env} | ({"SOLLI_DATABASE_URL": url} if url else {})
        words = [str(a) for a in args]
        return await asyncio.to_thread(CliRunner().invoke, main, words, env=settings)

    return run


def done(result: Result) -> Result:
    """Check that a command has succeeded."""
    assert result.exit_code == 0, (result.output, result.exception)
    return result


ANGLAIS = re.compile(
    r"\b(the|is|not|must|should|input|invalid|expected|failed|error)\b", re.IGNORECASE
)


def refused(result: Result) -> str:
    """Check that a command has failed with a French sentence, without a traceback; give it."""
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    said = result.stderr.removeprefix("Error: ").removeprefix("Erreur : ").strip()
    assert said.endswith((".", ")")) or "\n" in said or " : " in said, said
    assert not ANGLAIS.search(said), said
    return said


async def tables(url: str) -> dict[str, list[Any]]:
    """Read a database whole, table by table."""

    def read(connection: sa.Connection) -> dict[str, list[Any]]:
        return {
            t.name: [
                tuple(row) for row in connection.execute(sa.select(t).order_by(*t.primary_key))
            ]
            for t in m.metadata.sorted_tables
            if t.name not in LEUR_CLE
        }

    return await on(url, read)


async def execute(url: str, statement: Any, values: Any = None) -> None:
    """Change a database by hand, behind the program's back."""
    await on(url, lambda c: c.execute(statement, values or {}))


async def one(url: str, statement: Any) -> Any:
    """Read one value by hand."""
    return await on(url, lambda c: c.execute(statement).scalar_one())


async def first(url: str, statement: Any) -> Any:
    """Read the first row by hand."""
    return await on(url, lambda c: tuple(c.execute(statement).first() or ()))


@pytest.fixture(scope="module")
async def modele(
    engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """
    Give a demonstration of 40 to copy, on each engine.
    """
    if engine == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('modele') / 'modele.db'}"
    else:
        url = await new_database(request.getfixturevalue("postgres"))
    env, args = (
        {"SOLLI_MODE": "demo", "SOLLI_DATABASE_URL": url},
        ["demo", "--sollicitations", "40"],
    )
    done(await asyncio.to_thread(CliRunner().invoke, main, args, env=env))
    return url


async def copier(modele: str, tmp_path: Path) -> str:
    """Copy a database that nobody is connected to."""
    if modele.startswith(SQLITE):
        copie = tmp_path.with_suffix(".db")
        shutil.copy(modele.removeprefix(SQLITE), copie)
        return f"{SQLITE}{copie}"
    before, _, options = modele.partition("?")
    base, name = before.rsplit("/", 1)
    server = f"{base}/postgres" + (f"?{options}" if options else "")
    return await new_database(server, template=name)


@pytest.fixture(scope="module")
def vide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Give a migrated SQLite database to copy.
    """
    path = tmp_path_factory.mktemp("vide") / "vide.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture
def migre(vide: Path, tmp_path: Path) -> str:
    """
    Give a migrated SQLite database.
    """
    shutil.copy(vide, tmp_path / "solli.db")
    return f"sqlite:///{tmp_path / 'solli.db'}"


class TestMigrate:
    async def test_twice(self, empty_url: str, solli: Solli) -> None:
        """
        The first migrate makes the database, the second changes nothing and says so.
        """
        first = done(await solli("migrate", url=empty_url, mode="production"))
        before = await tables(empty_url)
        second = done(await solli("migrate", url=empty_url, mode="production"))
        assert (first.stdout, second.stdout) == ("", "")
        assert "prête" in first.stderr
        assert "déjà à jour" in second.stderr
        assert await tables(empty_url) == before

    async def test_makes_the_folders(self, tmp_path: Path, solli: Solli) -> None:
        """
        The folders of an SQLite file are made where they are missing.
        """
        url = f"sqlite:///{tmp_path / 'a' / 'b' / 'solli.db'}"
        done(await solli("migrate", url=url))
        assert (await tables(url))["sollicitation"] == []


def start(*args: str, **env: str) -> "subprocess.Popen[str]":
    """Start a command of its own process."""
    return subprocess.Popen(
        [sys.executable, "-m", "solli_graphql.cli", *args],
        env={**os.environ, "SOLLI_MODE": "demo", **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class TestDemo:
    @pytest.mark.parametrize("nombre", [30, 500])
    async def test_is_reproducible_on_both_engines(
        self, tmp_path: Path, postgres: str, solli: Solli, nombre: int
    ) -> None:
        """
        Two demonstrations are equal table by table, on SQLite and on PostgreSQL.
        """
        urls = [f"sqlite:///{tmp_path / 'a.db'}", f"sqlite:///{tmp_path / 'b.db'}"]
        urls.append(await new_database(postgres))
        for url in urls:
            done(await solli("demo", "--sollicitations", nombre, url=url))
        first, second, third = [await tables(url) for url in urls]
        assert len(first["sollicitation"]) == nombre
        assert first == second
        for other in (first, third):
            other.pop("compteur")  # PostgreSQL counts with a sequence
        assert first == third

    async def test_loads_500_by_default_and_only_once(self, empty_url: str, solli: Solli) -> None:
        """
        Without a number there are 500; on a filled database nothing changes, and it says so.
        """
        first = done(await solli("demo", url=empty_url))
        before = await tables(empty_url)
        second = done(await solli("demo", "--sollicitations", 30, url=empty_url))
        assert len(before["sollicitation"]) == 500
        assert "500 sollicitations" in first.stderr
        assert "rien n'a été changé" in second.stderr
        assert await tables(empty_url) == before

    async def test_reset_keeps_tokens(self, demo_url: str, solli: Solli) -> None:
        """
        --reset rebuilds everything but the key that signs tokens, so that they stay valid.
        """
        cle = sa.select(m.cle.c.valeur).where(m.cle.c.nom == "jetons_demo")
        key = await one(demo_url, cle)
        await execute(demo_url, m.sollicitation.update().values(description="Autre"))
        done(await solli("demo", "--reset", "--sollicitations", 31, url=demo_url))
        count = sa.select(sa.func.count()).select_from(m.sollicitation)
        changed = count.where(m.sollicitation.c.description == "Autre")
        assert await one(demo_url, cle) == key
        assert await one(demo_url, count) == 31
        assert await one(demo_url, changed) == 0
        done(await solli("verify", url=demo_url))

    async def test_reset_is_refused_in_production(self, demo_url: str, solli: Solli) -> None:
        """
        --reset is refused in production, and nothing changes.
        """
        before = await tables(demo_url)
        said = refused(await solli("demo", "--reset", url=demo_url, mode="production"))
        assert "production" in said
        assert await tables(demo_url) == before

    @pytest.mark.parametrize("nombre", [0, -1, 10_000_001, "beaucoup"])
    async def test_bounds(self, solli: Solli, nombre: object) -> None:
        """
        The number of sollicitations has bounds.
        """
        result = await solli("demo", "--sollicitations", nombre)
        assert result.exit_code == 2

    async def test_the_next_number_follows(self, demo_url: str) -> None:
        """
        The first sollicitation submitted to a demonstration takes the number after its last.
        """
        if demo_url.startswith(SQLITE):
            following = await one(demo_url, sa.select(m.compteur.c.valeur)) + 1
        else:
            following = await one(demo_url, sa.text("SELECT nextval('sollicitation_numero')"))
        assert following == 41


@pytest.fixture(params=[30, 500])
async def monde(request: pytest.FixtureRequest, tmp_path: Path, solli: Solli) -> sa.Engine:
    """
    Give a demonstration of some size, to be read.
    """
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    done(await solli("demo", "--sollicitations", request.param, url=url))
    return sa.create_engine(f"sqlite:///{tmp_path / 'demo.db'}", poolclass=sa.NullPool)


def habilitations(monde: sa.Engine) -> dict[str, list[Any]]:
    """List what each account holds."""
    u, h, s = m.utilisateur, m.habilitation, m.habilitation_service
    select = sa.select(u.c.courriel, h.c.role, h.c.structure_id, s.c.service_id)
    held: dict[str, list[Any]] = {}
    with monde.connect() as connection:
        for courriel, *rest in connection.execute(select.select_from(u.join(h).outerjoin(s))):
            held.setdefault(courriel, []).append(tuple(rest))
    return held


class TestDemoAccounts:
    async def test_hold_one_habilitation_each(self, monde: sa.Engine) -> None:
        """
        Each account holds one habilitation, on a whole structure or on the whole portal.
        """
        held = habilitations(monde)
        for compte in COMPTES:
            ((role, structure, service),) = held[compte.courriel]
            portail = compte.role in {Role.SUPPORT, Role.ANALYSTE, Role.ADMINISTRATEUR}
            assert (role, structure is None, service) == (compte.role, portail, None)

    async def test_are_those_of_the_contract(self, monde: sa.Engine) -> None:
        """
        The accounts of the contract exist, in use, each with a nom and a prénom.
        """
        names = "emetteur autre-emetteur recepteur collegue autre-recepteur support analyste admin"
        select = sa.select(*(m.utilisateur.c[n] for n in ("courriel", "nom", "prenom", "actif")))
        with monde.connect() as connection:
            found = {c: rest for c, *rest in connection.execute(select)}
        for name in names.split():
            nom, prenom, actif = found[f"{name}@demo.example"]
            assert nom
            assert prenom
            assert actif

    async def test_only_recepteur_and_collegue_share_a_structure(self, monde: sa.Engine) -> None:
        """
        Among the accounts, only recepteur and collegue share a structure; receivers' are public.
        """
        held = habilitations(monde)
        of = {c.courriel.split("@")[0]: held[c.courriel][0][1] for c in COMPTES}
        assert of["recepteur"] == of["collegue"]
        others = [s for name, s in of.items() if s is not None and name != "collegue"]
        assert len(set(others)) == len(others)
        public = sa.select(m.structure.c.id).where(m.structure.c.publique)
        with monde.connect() as connection:
            ids = {row[0] for row in connection.execute(public)}
        assert {of["recepteur"], of["autre-recepteur"]} <= ids

    async def test_recepteur_has_work(self, monde: sa.Engine) -> None:
        """
        Recepteur's Synthèse holds at least 20, even in a demonstration of 30.
        """
        structure = habilitations(monde)["recepteur@demo.example"][0][1]
        c = m.sollicitation.c
        select = sa.select(sa.func.count()).where(
            c.structure_destinataire_id == structure,
            c.destinataire_actuel == "STRUCTURE",
            c.statut.in_(["A_TRAITER", "EN_COURS"]),
        )
        with monde.connect() as connection:
            assert connection.execute(select).scalar_one() >= 20

    async def test_there_is_one_in_each_statut(self, monde: sa.Engine) -> None:
        """
        From emetteur's structure to recepteur's there is at least one in each statut.
        """
        held, c = habilitations(monde), m.sollicitation.c
        select = sa.select(c.statut).where(
            c.structure_emettrice_id == held["emetteur@demo.example"][0][1],
            c.structure_destinataire_id == held["recepteur@demo.example"][0][1],
        )
        with monde.connect() as connection:
            found = {row[0] for row in connection.execute(select)}
        expected = {"A_TRAITER", "EN_COURS", "EN_ATTENTE_INFORMATIONS"}
        assert found == expected | {"REPONSE_APPORTEE", "CLOTUREE"}


class TestToken:
    async def test_is_alone_on_standard_output(self, demo_url: str, solli: Solli) -> None:
        """
        A token stands alone on standard output.
        """
        result = done(await solli("token", "recepteur@demo.example", url=demo_url))
        assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+\n", result.stdout)

    async def test_of_nobody_is_refused(self, migre: str, solli: Solli) -> None:
        """
        An unknown account is refused, and the known ones are named.
        """
        result = await solli("token", "personne@demo.example", url=migre)
        assert result.stdout == ""
        assert "recepteur@demo.example" in refused(result)

    async def test_is_refused_in_production(self, demo_url: str, solli: Solli) -> None:
        """
        No token is signed in production, even for an account that exists.
        """
        result = await solli("token", "admin@demo.example", url=demo_url, mode="production")
        assert result.stdout == ""
        assert "production" in refused(result)

    @pytest.mark.parametrize("minutes", [0, -1, 61, "x", 1.5])
    async def test_bounds(self, solli: Solli, minutes: object) -> None:
        """
        A token lasts from 1 to 60 minutes.
        """
        result = await solli("token", "admin@demo.example", "--minutes", minutes)
        assert (result.exit_code, result.stdout) == (2, "")


class TestSchema:
    async def test_is_the_committed_one(self, solli: Solli) -> None:
        """
        `solli schema` prints schema.graphql, and needs no setting.
        """
        printed = done(await solli("schema", mode="production")).stdout
        assert printed == (RACINE / "schema.graphql").read_text(encoding="utf-8")


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


@pytest.fixture
async def demo_url(modele: str, tmp_path: Path) -> str:
    """
    Give a small demonstration to change, on each engine.
    """
    return await copier(modele, tmp_path)


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


CATEGORIE = {"code": "C1", "libelle": "Un", "sousCategories": []}
SOUS = {"code": "S1", "libelle": "Sous", "routage": "SUPPORT"}
STRUCTURE: dict[str, Any] = {
    "identifiant": {"type": "SIRET", "valeur": "73282932000074"},
    "designation": "Ville",
    "raisonSociale": "VILLE",
    "publique": True,
    "services": [{"code": "V1", "libelle": "Voirie"}],
}
BON = {
    "categories": [{**CATEGORIE, "sousCategories": [SOUS, {**SOUS, "code": "S2"}]}],
    "structures": [STRUCTURE],
}


def ecrire(tmp_path: Path, contenu: Any) -> Path:
    """Write a file of reference data."""
    fichier = tmp_path / "referentiel.json"
    texte = contenu if isinstance(contenu, bytes) else json.dumps(contenu).encode()
    fichier.write_bytes(texte)
    return fichier


class TestReferentiel:
    async def test_is_shown_then_applied(
        self, empty_url: str, tmp_path: Path, solli: Solli
    ) -> None:
        """
        What a file adds is shown and applied; a second run shows nothing and changes nothing.
        """
        done(await solli("migrate", url=empty_url))
        fichier = ecrire(tmp_path, BON)
        first = done(await solli("referentiel", "importer", fichier, url=empty_url))
        applied = await tables(empty_url)
        second = done(await solli("referentiel", "importer", fichier, url=empty_url))
        assert first.stdout.splitlines() == [
            "+ categorie C1 : Un",
            "+ sous-categorie C1 / S1 : Sous",
            "+ sous-categorie C1 / S2 : Sous",
            "+ structure SIRET / 73282932000074 : Ville",
            "+ service SIRET / 73282932000074 / V1 : Voirie",
        ]
        assert "5 ajouts" in first.stderr
        assert second.stdout == ""
        assert "0 ajouts, 0 modifications, 0 mises" in second.stderr
        assert await tables(empty_url) == applied
        assert len(applied["structure"]) == 1

    async def test_simulation_writes_nothing(
        self, empty_url: str, tmp_path: Path, solli: Solli
    ) -> None:
        """
        --simulation shows the same difference and writes nothing.
        """
        done(await solli("migrate", url=empty_url))
        before, fichier = await tables(empty_url), ecrire(tmp_path, BON)
        shown = done(await solli("referentiel", "importer", "--simulation", fichier, url=empty_url))
        assert await tables(empty_url) == before
        applied = done(await solli("referentiel", "importer", fichier, url=empty_url))
        assert shown.stdout == applied.stdout
        assert "Simulation" in shown.stderr

    async def test_the_withdrawn_goes_out_of_use(
        self, empty_url: str, tmp_path: Path, solli: Solli
    ) -> None:
        """
        What a file no longer lists goes out of use, and comes back when it is listed again.
        """
        done(await solli("migrate", url=empty_url))
        done(await solli("referentiel", "importer", ecrire(tmp_path, BON), url=empty_url))
        sans = {
            "categories": [{**CATEGORIE, "libelle": "Première", "sousCategories": [SOUS]}],
            "structures": [{**STRUCTURE, "services": []}],
        }
        fichier = ecrire(tmp_path, sans)
        result = done(await solli("referentiel", "importer", fichier, url=empty_url))
        assert result.stdout.splitlines() == [
            "~ categorie C1 : libelle 'Un' → 'Première'",
            "- sous-categorie C1 / S2 : actif True → False",
            "- service SIRET / 73282932000074 / V1 : actif True → False",
        ]
        left = await tables(empty_url)
        assert [len(left[n]) for n in ("categorie", "sous_categorie", "service")] == [1, 2, 1]
        again = done(await solli("referentiel", "importer", ecrire(tmp_path, BON), url=empty_url))
        assert "actif False → True" in again.stdout

    @pytest.mark.parametrize(
        ("contenu", "place"),
        [
            (b"", "fichier"),
            (b"{", "fichier"),
            (b"\xff", "fichier"),
            (b"[]", "fichier"),
            (b'"x"', "fichier"),
            (b"[" * 10_000, "fichier"),
            ({"categorie": []}, "categorie"),
            ({"categories": {}}, "categories"),
            ({"categories": [1]}, "categories.0"),
            ({"categories": [{"code": "C"}]}, "categories.0.libelle"),
            ({"categories": [{**CATEGORIE, "code": " "}]}, "categories.0.code"),
            ({"categories": [{**CATEGORIE, "libelle": 1}]}, "categories.0.libelle"),
            ({"categories": [{**CATEGORIE, "libelle": "x" * 201}]}, "categories.0.libelle"),
            ({"categories": [{**CATEGORIE, "libelle": "a\0b"}]}, "categories.0.libelle"),
            ({"categories": [CATEGORIE, CATEGORIE]}, "categorie C1"),
            (
                {"categories": [{**CATEGORIE, "sousCategories": [{**SOUS, "routage": "X"}]}]},
                "categories.0.sousCategories.0.routage",
            ),
            (
                {"categories": [{**CATEGORIE, "sousCategories": [{**SOUS, "modele": 1}]}]},
                "categories.0.sousCategories.0.modele",
            ),
            ({"structures": [{**STRUCTURE, "publique": "peut-être"}]}, "structures.0.publique"),
            ({"structures": [{**STRUCTURE, "publique": None}]}, "structures.0.publique"),
            ({"structures": [{**STRUCTURE, "identifiant": "7"}]}, "structures.0.identifiant"),
            (
                {"structures": [{**STRUCTURE, "identifiant": {"type": "SIRET", "valeur": "1"}}]},
                "Ville",
            ),
            ({"structures": [STRUCTURE, STRUCTURE]}, "73282932000074"),
        ],
    )
    async def test_a_wrong_file_is_refused(
        self, migre: str, tmp_path: Path, solli: Solli, contenu: Any, place: str
    ) -> None:
        """
        A file that is not reference data is refused, with the place and the reason in French.
        """
        fichier = ecrire(tmp_path, contenu)
        said = refused(await solli("referentiel", "importer", fichier, url=migre))
        assert place in said
        assert (await tables(migre))["categorie"] == []

    async def test_a_missing_file_is_refused(self, solli: Solli) -> None:
        """
        A file that is not there is refused.
        """
        result = await solli("referentiel", "importer", "absent.json")
        assert result.exit_code == 2
        assert "absent.json" in result.stderr


class TestAdministrateur:
    async def test_twice(self, empty_url: str, solli: Solli) -> None:
        """
        Somebody is made administrator once; a second time changes nothing and says so.
        """
        done(await solli("migrate", url=empty_url))
        args = ("administrateur", "creer", "Chef@Portail.example", "--nom", "Chef")
        first = done(await solli(*args, url=empty_url, mode="production"))
        made = await tables(empty_url)
        second = done(await solli(*args, url=empty_url, mode="production"))
        assert "est administrateur" in first.stderr
        assert "était déjà administrateur" in second.stderr
        assert made["utilisateur"] == [(1, "chef@portail.example", "Chef", "", True)]
        assert made["habilitation"] == [(1, 1, "ADMINISTRATEUR", None)]
        assert await tables(empty_url) == made

    @pytest.mark.parametrize("courriel", ["", "x", "a@b", "a b@c.example", "a@c.example\0", "é@"])
    async def test_a_bad_address_is_refused(self, migre: str, solli: Solli, courriel: str) -> None:
        """
        An address that is none is refused, and nobody is made.
        """
        said = refused(await solli("administrateur", "creer", courriel, url=migre))
        assert "courriel" in said
        assert (await tables(migre))["utilisateur"] == []


NEED_A_DATABASE = [
    ("verify",),
    ("token", "admin@demo.example"),
    ("serve",),
    ("administrateur", "creer", "chef@portail.example"),
    ("referentiel", "importer", "referentiel.json"),
]
ALL = [("migrate",), ("demo",), *NEED_A_DATABASE]


class TestRefusals:
    @pytest.mark.parametrize("command", ALL, ids=" ".join)
    @pytest.mark.parametrize(
        "env",
        [{"SOLLI_MODE": "essai"}, {"SOLLI_POOL": "beaucoup"}, {"SOLLI_POOL": "0"}],
        ids=str,
    )
    async def test_a_wrong_setting(
        self, solli: Solli, tmp_path: Path, command: tuple[str, ...], env: dict[str, str]
    ) -> None:
        """
        A wrong setting is named, and stops every command.
        """
        ecrire(tmp_path, BON)
        (name,) = env
        said = refused(await solli(*command, **{"mode": "demo", **env}))
        assert name in said

    @pytest.mark.parametrize("command", ALL, ids=" ".join)
    @pytest.mark.parametrize("url", ["mysql://a/b", "solli.db", "sqlite://", "sqlite:///:memory:"])
    async def test_a_wrong_database_url(
        self, solli: Solli, tmp_path: Path, command: tuple[str, ...], url: str
    ) -> None:
        """
        A database URL that is none of ours is refused in French.
        """
        ecrire(tmp_path, BON)
        assert "SOLLI_DATABASE_URL" in refused(await solli(*command, url=url))

    @pytest.mark.parametrize("command", NEED_A_DATABASE, ids=" ".join)
    async def test_a_database_that_was_not_migrated(
        self, solli: Solli, tmp_path: Path, command: tuple[str, ...]
    ) -> None:
        """
        A command that needs a migrated database says how to make it, and makes none.
        """
        ecrire(tmp_path, BON)
        url = f"sqlite:///{tmp_path / 'absente.db'}"
        assert "solli migrate" in refused(await solli(*command, url=url))
        assert not (tmp_path / "absente.db").exists()

    @pytest.mark.parametrize("command", NEED_A_DATABASE, ids=" ".join)
    async def test_an_empty_postgresql(
        self, solli: Solli, tmp_path: Path, postgres: str, command: tuple[str, ...]
    ) -> None:
        """
        A PostgreSQL database that was not migrated is told as an SQLite one is.
        """
        ecrire(tmp_path, BON)
        assert "solli migrate" in refused(await solli(*command, url=postgres))

    @pytest.mark.parametrize("command", ALL, ids=" ".join)
    async def test_an_unreachable_postgresql(
        self, solli: Solli, tmp_path: Path, command: tuple[str, ...]
    ) -> None:
        """
        A PostgreSQL that does not answer is told in French.
        """
        ecrire(tmp_path, BON)
        with socket.socket() as closed:  # bound, never listening
            closed.bind(("127.0.0.1", 0))
            url = f"postgresql://u:secret@127.0.0.1:{closed.getsockname()[1]}/base"
            assert "secret" not in refused(await solli(*command, url=url))

    @pytest.mark.parametrize("part", ["base", "user"])
    async def test_an_unknown_postgresql_database(
        self, solli: Solli, postgres: str, part: str
    ) -> None:
        """
        A database or a user that PostgreSQL does not know is told in French.
        """
        before, _, options = postgres.partition("?")
        base = before.rsplit("/", 1)[0]
        url = f"{base}/inconnue" if part == "base" else re.sub("//[^:@]+", "//inconnu", before)
        refused(await solli("migrate", url=url + (f"?{options}" if options else "")))

    @pytest.mark.parametrize("command", [("migrate",), ("verify",)], ids=" ".join)
    @pytest.mark.parametrize("kind", ["folder", "text"])
    async def test_a_file_that_is_no_database(
        self, solli: Solli, tmp_path: Path, command: tuple[str, ...], kind: str
    ) -> None:
        """
        A file that is no SQLite database, or a folder, is told in French.
        """
        path = tmp_path / "solli.db"
        if kind == "folder":
            path.mkdir()
        else:
            path.write_text("Ceci n'est pas une base. " * 100)
        refused(await solli(*command, url=f"sqlite:///{path}"))

    async def test_a_port_in_use(self, solli: Solli, migre: str) -> None:
        """
        A port in use is told before anything is served.
        """
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            assert str(port) in refused(await solli("serve", "--port", port, url=migre))


class TestServe:
    async def test_works_beside_the_other_commands(self, tmp_path: Path, solli: Solli) -> None:
        """
        A server answers a token made beside it, while verify checks the same database.
        """
        url = f"sqlite:///{tmp_path / 'solli.db'}"
        done(await solli("demo", "--sollicitations", 30, url=url))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        process = start("serve", "--port", str(port), SOLLI_DATABASE_URL=url)
        try:
            await alive(f"http://127.0.0.1:{port}/vivant", process)
            jeton = done(await solli("token", "recepteur@demo.example", url=url)).stdout.strip()
            done(await solli("verify", url=url))
            async with httpx.AsyncClient() as http:
                r = await http.post(
                    f"http://127.0.0.1:{port}/graphql",
                    json={"query": "{ synthese(espace: RECUES) { totalCount } }"},
                    headers={"authorization": f"Bearer {jeton}"},
                )
            assert r.json()["data"]["synthese"]["totalCount"] >= 20
        finally:
            process.terminate()
            _, err = await asyncio.to_thread(process.communicate, timeout=25)
        assert f"http://127.0.0.1:{port}/" in err
        assert "Traceback" not in err


async def alive(url: str, process: "subprocess.Popen[str]") -> None:
    """Wait until a server answers, 30 seconds at most."""
    deadline = time.monotonic() + 30
    async with httpx.AsyncClient() as http:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if (await http.get(url)).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    message = "the server did not answer"
    raise AssertionError(message)


def commands(group: click.Group = main, *path: str) -> list[tuple[str, ...]]:
    """List every command, by its words."""
    found: list[tuple[str, ...]] = [path]
    for name, command in group.commands.items():
        below = (*path, name)
        found += commands(command, *below) if isinstance(command, click.Group) else [below]
    return found


class TestHelp:
    @pytest.mark.parametrize("command", commands(), ids=" ".join)
    async def test_is_in_french(self, solli: Solli, command: tuple[str, ...]) -> None:
        """
        The help of every command is in French, whole.
        """
        text = done(await solli(*command, "--help")).stdout
        for english in ("Show", "exit.", "Commands:", "default:", "[required]"):
            assert english not in text

    @pytest.mark.parametrize("command", commands(), ids=" ".join)
    async def test_says_what_each_option_does(self, solli: Solli, command: tuple[str, ...]) -> None:
        """
        Every option of every command has a sentence.
        """
        found: Any = main
        for word in command:
            found = found.commands[word]
        assert found.help
        for parameter in found.params:
            if isinstance(parameter, click.Option):
                assert parameter.help
        assert found.help.split(".")[0] in " ".join(
            done(await solli(*command, "--help")).stdout.split()
        )
