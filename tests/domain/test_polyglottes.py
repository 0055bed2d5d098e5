"""Hostile files are refused, or are harmless where nothing looks inside."""

import io
import zipfile

import pytest

from bombes import archives, polyglottes
from fichiers import FIN_PDF, garde
from polyglottes import Cas, pdf
from quine import quine
from solli_graphql.demo.pieces import fichiers
from solli_graphql.domain.formats import TYPES, type_annonce

POLYGLOTTES, ARCHIVES = polyglottes(), archives()


@pytest.mark.parametrize("cas", [*POLYGLOTTES, *ARCHIVES], ids=lambda cas: cas.nom)
def test_is_refused_or_known_as_harmless(cas: Cas) -> None:
    """
    A file that is two things, or an archive that harms, is only kept where it is known to be safe.
    """
    assert garde(cas.extension, cas.octets) == cas.garde


def test_the_quine_holds_itself() -> None:
    """
    The zip that would be expanded for ever is really its own only member.
    """
    octets = quine()
    with zipfile.ZipFile(io.BytesIO(octets)) as z:
        assert [z.read(m) for m in z.namelist()] == [octets]


def test_are_enough() -> None:
    """
    There are 200 polyglots and 40 archives at least, no two alike.
    """
    assert len({(c.extension, c.octets) for c in POLYGLOTTES}) >= 200
    assert len({c.octets for c in ARCHIVES}) >= 40


@pytest.mark.parametrize("rang", range(3))
def test_the_demonstrations_files_are_kept(rang: int) -> None:
    """
    What the demonstration joins could have been sent.
    """
    for _, mime, octets in fichiers(rang):
        type_ = type_annonce(mime, TYPES)
        assert type_
        assert garde(type_.extensions[0], octets)


@pytest.mark.parametrize(
    "octets",
    [
        pdf(),
        pdf().replace(b"\n", b"\r\n"),
        pdf(apres=b"\r\n\0\0\0"),
        pdf(apres=b"2 0 obj<<>>endobj\n" + FIN_PDF),
        b"%PDF-1.7\n1 0 obj<</Linearized 1>>endobj\nstartxref\n0\n%%EOF\n" + pdf()[9:],
        pdf(b"<?xpacket?><x:xmpmeta><rdf:RDF/></x:xmpmeta>" + b"PK\5\6" + b"\0" * 30),
    ],
    ids=["simple", "crlf", "padded", "incremental", "linearised", "metadata"],
)
def test_real_pdfs_are_kept(octets: bytes) -> None:
    """
    A PDF may be saved again at its end, be linearised, padded, or hold metadata.
    """
    assert garde("pdf", octets)
