"""`solli statistiques`."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from commandes import Solli, copier, done, refused

QUI = ("--courriel", "analyste@demo.example", "--espace", "RECUES")
SVG = "{http://www.w3.org/2000/svg}"


class TestStatistiques:
    async def test_prints_a_table(self, modele: str, tmp_path: Path, solli: Solli) -> None:
        """
        Each group has its line of figures, and the groups add up to all of them.
        """
        url = await copier(modele, tmp_path)
        tout = done(await solli("statistiques", *QUI, url=url)).stdout.splitlines()
        par_statut = done(await solli("statistiques", *QUI, "--par", "STATUT", url=url))
        titres, *groupes = par_statut.stdout.splitlines()
        assert titres.split()[:3] == ["Nombre", "1re", "réponse"]
        assert tout[1].startswith("Ensemble")
        nombres = [int(x[len("En attente d'informations") :].split()[0]) for x in groupes]
        assert sum(nombres) == int(tout[1].split()[1])
        assert groupes[0].split("  ")[0] == "A traiter"

    async def test_draws(self, modele: str, tmp_path: Path, solli: Solli) -> None:
        """
        The drawing is an SVG that names each group, in a file that was not there.
        """
        url, fichier = await copier(modele, tmp_path), tmp_path / "mois.svg"
        words = ("statistiques", *QUI, "--par", "STATUT", "--graphique", fichier)
        done(await solli(*words, url=url))
        racine = ET.fromstring(fichier.read_text("utf-8"))  # noqa: S314 - ours
        textes = [x.text for x in racine.iter(f"{SVG}text")]
        assert textes.count("Réponse apportée") == 2
        assert len([*racine.iter(f"{SVG}rect")]) > 3
        assert "existe déjà" in refused(await solli(*words, url=url))

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (
                ("--courriel", "personne@demo.example", "--espace", "RECUES"),
                "personne@demo.example",
            ),
            (("--courriel", "analyste@demo.example", "--espace", "EMISES"), "habilitation"),
            (
                (*QUI, *("--par", "JOUR", "--par", "MOIS", "--par", "STATUT", "--par", "SERVICE")),
                "3",
            ),
        ],
    )
    async def test_refuses_in_french(
        self, modele: str, tmp_path: Path, solli: Solli, words: tuple[str, ...], message: str
    ) -> None:
        """
        What cannot be counted is refused in a sentence.
        """
        url = await copier(modele, tmp_path)
        assert message in refused(await solli("statistiques", *words, url=url))
