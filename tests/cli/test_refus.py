"""What every command refuses, in French: settings, databases, ports."""

import re
import socket
from pathlib import Path

import pytest

from commandes import BON, Solli, ecrire, refused

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

    @pytest.mark.parametrize(
        ("name", "env"),
        [
            ("OIDC_ISSUER", {"OIDC_ISSUER": "http://fournisseur.example", "OIDC_AUDIENCE": "x"}),
            ("OIDC_ISSUER", {"OIDC_ISSUER": "https://a@b.example", "OIDC_AUDIENCE": "x"}),
            ("OIDC_ISSUER", {"OIDC_ISSUER": "fournisseur.example", "OIDC_AUDIENCE": "x"}),
            ("OIDC_AUDIENCE", {"OIDC_ISSUER": "https://fournisseur.example"}),
            ("OIDC_CLIENT_SECRET", {"OIDC_CLIENT_ID": "solli"}),
            ("OIDC_INTROSPECTION", {"OIDC_INTROSPECTION": "tous"}),
            ("OIDC_REPONSE_SIGNEE", {"OIDC_REPONSE_SIGNEE": "true"}),
            ("OIDC_CLE_PRIVEE", {"OIDC_CLE_PRIVEE": "/absente.pem"}),
            ("OIDC_COURRIEL", {"OIDC_COURRIEL": "toujours"}),
        ],
    )
    async def test_an_unsafe_issuer(self, solli: Solli, name: str, env: dict[str, str]) -> None:
        """
        An issuer without TLS, audience or secret is refused by the name of what is missing.
        """
        reglages = {f"SOLLI_{n}": v for n, v in env.items()}
        said = refused(await solli("verify", mode="production", **reglages))
        assert f"SOLLI_{name}" in said

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
