"""`solli export`."""

import csv
from pathlib import Path

import orjson
import pytest

from commandes import Solli, copier, done, refused

ESPACE = ("--courriel", "recepteur@demo.example", "--espace", "RECUES")


def lues(fichier: Path) -> list[dict[str, str]]:
    """Read a CSV as a French spreadsheet does."""
    texte = fichier.read_text("utf-8-sig")
    return list(csv.DictReader(texte.splitlines(), delimiter=";"))


def noms(dossier: Path) -> str:
    """Name what a folder holds."""
    return " ".join(sorted(f.name for f in dossier.iterdir()))


class TestExport:
    async def test_writes_what_its_reader_sees(
        self, modele: str, tmp_path: Path, solli: Solli
    ) -> None:
        """
        The file holds the rows that are counted, or the filter's alone; nothing is left beside.
        """
        url, dossier = await copier(modele, tmp_path), tmp_path / "exports"
        dossier.mkdir()
        tous, statut = dossier / "tous.csv", dossier / "statut.jsonl"
        dit = done(await solli("export", tous, *ESPACE, "--deposee-du", "2000-01-01", url=url))
        done(await solli("export", statut, *ESPACE, "--statut", "CLOTUREE", url=url))
        nombre = len(lues(tous))
        assert f"{nombre} sollicitations" in dit.stderr
        closes = [orjson.loads(x)["statut"] for x in statut.read_bytes().splitlines()]
        assert 0 < len(closes) < nombre
        assert {*closes} == {"CLOTUREE"}
        assert noms(dossier) == "statut.jsonl tous.csv"

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (("liste.csv", *ESPACE), "critère"),
            (("liste.txt", *ESPACE, "--synthese"), "--format"),
            (("liste.csv", *ESPACE, "--synthese", "--texte", "facture"), "synthese"),
            (("liste.csv", *ESPACE[:3], "SUPPORT", "--synthese"), "habilitation"),
            (("liste.csv", "--courriel", "x@y.example", *ESPACE[2:], "--synthese"), "x@y.example"),
        ],
    )
    async def test_refuses(
        self, modele: str, tmp_path: Path, solli: Solli, words: tuple[str, ...], message: str
    ) -> None:
        """
        What cannot be exported is told in a sentence, and no file is made.
        """
        url = await copier(modele, tmp_path)
        answer = await solli("export", *words, url=url)
        assert message in refused(answer)
        assert "liste" not in noms(tmp_path)

    async def test_never_overwrites(self, modele: str, tmp_path: Path, solli: Solli) -> None:
        """
        A file that is there stays as it is.
        """
        fichier = tmp_path / "liste.csv"
        fichier.write_text("À garder.")
        answer = await solli("export", fichier, *ESPACE, "--synthese", url=modele)
        assert "existe déjà" in refused(answer)
        assert fichier.read_text() == "À garder."
