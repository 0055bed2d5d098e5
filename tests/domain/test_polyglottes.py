"""Hostile files are refused, or are harmless where nothing looks inside."""

from hashlib import sha256

import pytest

from bombes import autres, mortes, noms
from polyglottes import Cas, croises, macros, particuliers
from solli_graphql.demo.pieces import fichiers
from solli_graphql.domain.archives import FichierRefuse
from solli_graphql.domain.fichiers import Examen
from solli_graphql.domain.formats import EXTENSIONS, TYPES, type_annonce

POLYGLOTTES = [*croises(), *particuliers(), *macros()]
BOMBES = [*mortes(), *noms(), *autres()]


def garde(extension: str, octets: bytes) -> bool:
    """
    Tell whether bytes are kept as the type of this extension.
    """
    examen = Examen(EXTENSIONS[extension], taille=len(octets), empreinte=sha256(octets).hexdigest())
    for debut in range(0, len(octets), 65536):
        examen.lire(octets[debut : debut + 65536])
    try:
        examen.conclure()
    except FichierRefuse:
        return False
    return True


@pytest.mark.parametrize("cas", [*POLYGLOTTES, *BOMBES], ids=lambda cas: cas.nom)
def test_is_refused_or_known_as_harmless(cas: Cas) -> None:
    """
    A file that is two things, or an archive that harms, is only kept where it is known to be safe.
    """
    assert garde(cas.extension, cas.octets) == cas.garde


def test_are_enough() -> None:
    """
    There are 200 polyglots and 40 archives at least, no two alike.
    """
    assert len({(c.extension, c.octets) for c in POLYGLOTTES}) >= 200
    assert len({c.octets for c in BOMBES}) >= 40


@pytest.mark.parametrize("rang", range(3))
def test_the_demonstrations_files_are_kept(rang: int) -> None:
    """
    What the demonstration joins could have been sent.
    """
    for _, mime, octets in fichiers(rang):
        type_ = type_annonce(mime, TYPES)
        assert type_
        assert garde(type_.extensions[0], octets)
