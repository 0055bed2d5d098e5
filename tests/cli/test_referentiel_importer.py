"""`solli referentiel importer`."""

from pathlib import Path
from typing import Any

import pytest

from commandes import BON, CATEGORIE, SOUS, STRUCTURE, Solli, done, ecrire, refused, tables


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
