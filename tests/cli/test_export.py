"""`solli export`."""

import csv
import errno
import os
from dataclasses import fields
from pathlib import Path

import orjson
import pytest

from commandes import Solli, copier, done, refused
from solli_graphql.cli.exportation import CRITERES
from solli_graphql.graphql.query import FiltreSollicitations

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
        journal = tmp_path / "securite.jsonl"
        env = {"url": url, "SOLLI_JOURNAL_SECURITE": str(journal)}
        dit = done(await solli("export", tous, *ESPACE, "--deposee-du", "2000-01-01", **env))
        done(await solli("export", statut, *ESPACE, "--statut", "CLOTUREE", url=url))
        nombre = len(lues(tous))
        assert f"{nombre} sollicitations" in dit.stderr
        assert orjson.loads(journal.read_bytes())["action"] == "EXPORTER"
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
            (("absent/liste.csv", *ESPACE, "--synthese"), "écrit"),
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

    async def test_takes_every_criterion(self, modele: str, tmp_path: Path, solli: Solli) -> None:
        """
        Each criterion of a search has its option, and finds what a search would.
        """
        url = await copier(modele, tmp_path)
        tous = ("--deposee-du", "2000-01-01", "--tri", "date_mise_a_jour_asc")
        done(await solli("export", "tous.jsonl", *ESPACE, *tous, url=url))
        lues = [orjson.loads(x) for x in (tmp_path / "tous.jsonl").read_bytes().splitlines()]
        une = next(x for x in lues if x["serviceDestinataire"] and x["numeroObjet"])
        dates = [x["dateMiseAJour"] for x in lues]
        criteres = {
            "numero": une["numero"],
            "categorie": une["categorie"]["code"],
            "sous-categorie": une["sousCategorie"]["code"],
            "statut": une["statut"],
            "deposee-du": une["dateDepot"][:10],
            "deposee-au": "2100-12-31",
            "identifiant-emetteur": une["structureEmettrice"]["identifiant"]["valeur"],
            "service-destinataire": une["serviceDestinataire"]["code"],
            "type-objet": une["typeObjet"].lower(),
            "numero-objet": une["numeroObjet"],
            "texte": une["description"][:20],
            "destinataire-actuel": une["destinataireActuel"],
        }
        mots = [mot for nom, valeur in criteres.items() for mot in (f"--{nom}", valeur)]
        done(await solli("export", "une.jsonl", *ESPACE, *mots, url=url))

        assert dates == sorted(dates)
        assert [orjson.loads((tmp_path / "une.jsonl").read_bytes())] == [une]
        assert {*CRITERES} == {f.name for f in fields(FiltreSollicitations)}

    async def test_tells_how_a_day_is_written(self, solli: Solli) -> None:
        """
        The help and the refusal of a day are in French.
        """
        aide = done(await solli("export", "--help")).stdout
        refus = await solli("export", "a.csv", *ESPACE, "--deposee-du", "31/03/2026")
        assert "AAAA-MM-JJ" in aide
        assert "%Y" not in aide
        assert "« 31/03/2026 » n'est pas un jour" in refus.stderr

    async def test_never_overwrites_what_came_meanwhile(
        self, modele: str, tmp_path: Path, solli: Solli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        A file that was made while the export ran stays as it is, and nothing is left beside.
        """
        fichier = tmp_path / "dossier" / "liste.csv"
        fichier.parent.mkdir()
        fsync = os.fsync

        def entre_temps(descripteur: int) -> None:
            fichier.write_text("À garder.")
            fsync(descripteur)

        monkeypatch.setattr(os, "fsync", entre_temps)
        answer = await solli("export", fichier, *ESPACE, "--synthese", url=modele)
        assert "existe déjà" in refused(answer)
        assert fichier.read_text() == "À garder."
        assert noms(fichier.parent) == "liste.csv"

    async def test_needs_no_hard_links(
        self, modele: str, tmp_path: Path, solli: Solli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        Where the file system has no hard links the file takes its name all the same.
        """

        def aucun(*_: object) -> None:
            raise OSError(errno.EPERM, "no hard links")

        monkeypatch.setattr(os, "link", aucun)
        done(await solli("export", "liste.csv", *ESPACE, "--synthese", url=modele))
        assert lues(tmp_path / "liste.csv")

    async def test_never_overwrites(self, modele: str, tmp_path: Path, solli: Solli) -> None:
        """
        A file that is there stays as it is.
        """
        fichier = tmp_path / "liste.csv"
        fichier.write_text("À garder.")
        answer = await solli("export", fichier, *ESPACE, "--synthese", url=modele)
        assert "existe déjà" in refused(answer)
        assert fichier.read_text() == "À garder."
