"""Two worlds that differ only in what somebody may not see: they have no means to tell (Z3)."""

import io
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from random import Random
from shutil import copy
from typing import Any

import httpx
import orjson
import pytest

from conftest import new_database
from documents import STATISTIQUES, demander
from graphql import GraphQLSchema
from histoires import GESTES
from oracle.generateur import Demande, Generateur
from oracle.jumeau import CLE_CONNUE, Jumeaux, jumeaux, octets
from oracle.monde import COMPTES, Monde, espaces
from oracle.naif import schema
from oracle.pages import gid
from oracle.vues import Base
from solli_graphql.app import create_app
from solli_graphql.db.migrate import migrate
from solli_graphql.db.opening import connect_to
from solli_graphql.domain.statistiques import AxeStatistiques
from solli_graphql.graphql.schema import sdl
from solli_graphql.http import telechargements
from solli_graphql.services import identite, jetons
from solli_graphql.services.liens import Genre, Liens
from solli_graphql.settings import Mode, Settings

NOMBRE = 80  # sollicitations of a world
INSTANT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ABSENT = 10**15 + 7
DEMANDES = 8
LECTEURS: Mapping[str, tuple[str, ...]] = {
    "sqlite": (
        *("emetteur", "emetteur_par_services", "emetteur_particulier", "recepteur"),
        *("recepteur_par_services", "support", "recepteur_et_support", "analyste_par_service"),
        *("emetteur_et_analyste", "des_deux_par_services", "administrateur_de_un", "personne"),
    ),
    "postgresql": ("emetteur_par_services", "analyste", "administrateur_de_plusieurs"),
}
COMPTER = (
    """query($espace: Espace!, $axe: AxeStatistiques!) {
  statistiques(espace: $espace, grouperPar: [$axe]) {
    total
    """
    + STATISTIQUES
    + """
  }
  synthese(espace: $espace, first: 0) {
    totalCount facettes(axes: [$axe]) { axe autres valeurs { code libelle nombre } }
  }
}"""
)
DESACTIVER = """mutation($input: CompteInput!) { desactiverUtilisateur(input: $input) {
  __typename ... on Refus { code message } } }"""
EXPORTER = """mutation($input: ExporterInput!) { exporter(input: $input) {
  __typename ... on ExportPrepare { url nombre } ... on Refus { code message } } }"""


class Horloge(datetime):
    """A clock that has stopped: a PDF says when it was made."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "Horloge":
        return cls.fromtimestamp(INSTANT.timestamp(), tz)


@dataclass(frozen=True)
class Modele:
    """An empty database, with the keys that both worlds have."""

    url: str
    jetons: bytes
    liens: Liens

    async def copier(self, moteur: str, vers: Path) -> str:
        """Copy it."""
        if moteur == "postgresql":
            serveur, _, nom = self.url.partition("?")[0].rpartition("/")
            options = self.url.partition("?")[2]
            ailleurs = f"{serveur}/postgres" + (f"?{options}" if options else "")
            return await new_database(ailleurs, template=nom)
        copy(self.url.removeprefix("sqlite:///"), vers)
        return f"sqlite:///{vers}"

    def porteur(self, qui: str) -> dict[str, str]:
        """Give somebody's bearer: the same in both worlds."""
        courriel = f"{qui}@tests.example"
        jeton = jetons.signer(self.jetons, courriel, minutes=60, maintenant=datetime.now(UTC))
        return {"authorization": f"Bearer {jeton}"}


@dataclass(frozen=True)
class Paire:
    """Both worlds, as one reader asks them."""

    deux: Jumeaux
    clients: tuple[httpx.AsyncClient, httpx.AsyncClient]
    entetes: Mapping[str, str]
    liens: Liens
    moi: int

    async def demander(self, methode: str, url: str, **options: Any) -> list[Any]:
        """Ask both the same, and give all that each answers: status, headers, bytes."""
        lues = [
            await c.request(methode, url, headers=self.entetes, **options) for c in self.clients
        ]
        return [(r.status_code, tuple(r.headers.raw), r.content) for r in lues]

    async def graphql(self, query: str, variables: Any, nom: str | None = None) -> list[Any]:
        corps = {"query": query, "variables": variables, "operationName": nom}
        return await self.demander("POST", "/graphql", json=corps)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask as a dozen readers; as all of them, on both engines, for more than CI asks."""
    plus = metafunc.config.getoption("--mondes") > DEMANDES
    tous = [nom for nom in COMPTES if nom != "tous_les_roles"]  # from whom nothing is hidden
    cas = [(m, qui) for m, choisis in LECTEURS.items() for qui in (tous if plus else choisis)]
    if "paire" in metafunc.fixturenames:
        ids = ["-".join(c) for c in cas]
        metafunc.parametrize(("moteur", "paire"), cas, indirect=True, ids=ids, scope="module")


@pytest.fixture(scope="module")
def moteur(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
async def modele(
    moteur: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Modele:
    url = f"sqlite:///{tmp_path_factory.mktemp('mondes') / 'vide.db'}"
    if moteur == "postgresql":
        url = await new_database(request.getfixturevalue("postgres"))
    await migrate(url)
    db = connect_to(url, pool=1)
    await db.open()
    cle = await db.write(identite.cle_demo)
    secret = await identite.cle(db, identite.PSEUDONYMES)
    await db.close()
    assert secret
    return Modele(url, cle, Liens(secret, horloge=INSTANT.timestamp))


@asynccontextmanager
async def servir(url: str, pieces: Path, monde: Monde) -> AsyncIterator[httpx.AsyncClient]:
    """Serve a world by the whole application."""
    await monde.charger(url)
    stockage = f"file://{pieces}"
    lents = {"delai_sql": 60, "delai_operation": 60}  # one of two refused for a delay says nothing
    base = Settings(mode=Mode.DEMO, database_url=url, storage_url=stockage, _env_file=None)
    app = create_app(base.model_copy(update=lents))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as http,
    ):
        yield http


@pytest.fixture(scope="module")
async def paire(
    request: pytest.FixtureRequest,
    moteur: str,
    modele: Modele,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Paire]:
    """
    Two worlds, as one reader asks them.
    """
    qui = request.param
    deux, dossier = jumeaux(qui, nombre=NOMBRE), tmp_path_factory.mktemp("mondes")
    for p in deux.monde.tables["piece_jointe"]:
        chemin = dossier / "pieces" / p["cle"]
        chemin.parent.mkdir(parents=True, exist_ok=True)
        chemin.write_bytes(octets(p["id"]))
    with pytest.MonkeyPatch.context() as patch:
        initial: Any = Liens.__init__
        patch.setitem(initial.__kwdefaults__, "horloge", INSTANT.timestamp)
        patch.setattr(telechargements, "datetime", Horloge)
        async with AsyncExitStack() as stack:
            clients = [
                await stack.enter_async_context(
                    servir(await modele.copier(moteur, dossier / nom), dossier / "pieces", monde)
                )
                for nom, monde in (("un.db", deux.monde), ("autre.db", deux.autre))
            ]
            moi = [*COMPTES].index(qui) + 1
            yield Paire(deux, (clients[0], clients[1]), modele.porteur(qui), modele.liens, moi)


@pytest.fixture(scope="module")
def types() -> GraphQLSchema:
    return schema(sdl())


def demandes(paire: Paire, types: GraphQLSchema, qui: str, nombre: int) -> Iterator[Demande]:
    """Draw operations, by values of either world."""
    bases = [
        Base({n: [*x] for n, x in m.tables.items()}) for m in (paire.deux.monde, paire.deux.autre)
    ]
    for rang in range(nombre):
        yield Generateur(
            types, bases[rang % 2], f"{qui} {rang}", tuple(sorted(espaces(qui)))
        ).demande()


class TestTwoWorlds:
    async def test_differ(self, paire: Paire) -> None:
        """
        The worlds differ in sollicitations, drafts, people and files, as far as some are hidden.
        """
        un, autre = (m.tables for m in (paire.deux.monde, paire.deux.autre))
        for nom in ("sollicitation", "historique_texte", "piece_jointe", "structure", "export"):
            assert sorted(map(repr, un.get(nom, ()))) != sorted(map(repr, autre[nom])), nom
        assert paire.deux.cachees

    async def test_answer_any_operation_alike(
        self, paire: Paire, types: GraphQLSchema, pytestconfig: pytest.Config
    ) -> None:
        """
        Whatever is read, both give the same bytes, headers and status.
        """
        qui, pleines = [*COMPTES][paire.moi - 1], 0
        nombre = pytestconfig.getoption("--mondes")
        for d in demandes(paire, types, qui, nombre):
            un, autre = await paire.graphql(d.texte, d.variables, d.nom)
            assert un == autre, f"{qui}\n{d.texte}\n{d.variables!r} {d.nom}"
            pleines += len(un[2]) > 300
        assert pleines or not espaces(qui)

    @pytest.mark.parametrize("axe", AxeStatistiques)
    async def test_count_alike(self, paire: Paire, axe: AxeStatistiques) -> None:
        """
        Statistics and facets by any axis are the same: a count is a way to see.
        """
        for espace in espaces([*COMPTES][paire.moi - 1]):
            un, autre = await paire.graphql(COMPTER, {"espace": espace, "axe": axe})
            assert un == autre
            assert b'"totalCount"' in un[2]

    @pytest.mark.parametrize("geste", GESTES)
    async def test_answer_commands_alike(self, paire: Paire, geste: str) -> None:
        """
        What is tried on any sollicitation has one answer; on a hidden one, that of an absent one.
        """
        document, entree = demander(geste)
        hasard = Random(geste)  # noqa: S311 - a test, not a secret
        refus = set()
        for visible, ids in ((True, paire.deux.visibles), (False, paire.deux.cachees | {ABSENT})):
            for id_ in hasard.sample(sorted(ids), min(len(ids), 4)):
                version = hasard.choice((None, 1, 2))
                cible = {"id": gid("Sollicitation", id_), "versionAttendue": version}
                cle = {"cleIdempotence": CLE_CONNUE, "simulation": visible}
                lues = await paire.graphql(document, {"input": {**entree, **cible, **cle}})
                assert lues[0] == lues[1], (geste, id_)
                refus |= set() if visible else {lues[0][2]}
        assert len(refus) == 1

    async def test_administer_alike(self, paire: Paire) -> None:
        """
        An account out of sight is answered, in both, as one that does not exist.
        """
        lues = set()
        for id_ in [*sorted(paire.deux.comptes_caches)[:6], ABSENT]:
            entree = {"utilisateur": gid("Compte", id_)}
            lues |= {r[2] for r in await paire.graphql(DESACTIVER, {"input": entree})}
        assert len(lues) == 1

    async def test_close_links_alike(self, paire: Paire) -> None:
        """
        A link to what is hidden is answered, in both, as a link to nothing.
        """
        signer = paire.liens.pour(paire.moi)
        pieces = {p["id"]: p for p in paire.deux.monde.tables["piece_jointe"]}
        cachees = [i for i, p in pieces.items() if p["sollicitation_id"] in paire.deux.cachees]
        autres = [e["id"] for e in paire.deux.autre.tables["export"]]
        par_genre = {
            Genre.PDF: sorted(paire.deux.cachees)[:8],
            Genre.PIECE: cachees[:8],
            Genre.EXPORT: autres[:2],
            Genre.TELEVERSEMENT: [1],
        }
        lues = set()
        for genre, ids in par_genre.items():
            for id_ in (*ids, ABSENT):
                lues |= {*await paire.demander("GET", signer(genre, id_))}
        assert {statut for statut, *_ in lues} == {404}
        assert len(lues) == 1

    async def test_give_the_same_files(self, paire: Paire) -> None:
        """
        What may be read is read in both: each attachment, and a PDF, byte for byte.
        """
        signer = paire.liens.pour(paire.moi)
        pieces = paire.deux.monde.tables["piece_jointe"]
        visibles = [p["id"] for p in pieces if p["sollicitation_id"] in paire.deux.visibles]
        urls = [signer(Genre.PIECE, i) for i in visibles[:12]]
        urls += [signer(Genre.PDF, i) for i in sorted(paire.deux.visibles)[:2]]
        for url in urls:
            un, autre = await paire.demander("GET", url)
            assert un == autre

    @pytest.mark.parametrize("format_", ["CSV", "JSONL", "XLSX"])
    async def test_export_alike(self, paire: Paire, format_: str) -> None:
        """
        An export counts and holds the same in both.
        """
        qui = [*COMPTES][paire.moi - 1]
        for espace in ("EMISES", "RECUES", "SUPPORT"):
            for quoi in ({"synthese": True}, {"filtre": {"deposeeDu": "2020-01-01"}}):
                entree = {"espace": espace, "format": format_, **quoi}
                prets = await paire.graphql(EXPORTER, {"input": entree})
                fichiers = [
                    await _telecharger(c, r[2]) for c, r in zip(paire.clients, prets, strict=True)
                ]
                assert fichiers[0] == fichiers[1]
                assert (fichiers[0][0] is not None) == (espace in espaces(qui))


async def _telecharger(client: httpx.AsyncClient, corps: bytes) -> tuple[Any, ...]:
    """Fetch what was prepared: its count, and its content without the instant it was made."""
    pret = orjson.loads(corps)["data"]["exporter"]
    if "url" not in pret:
        return None, pret
    r = await client.get(pret["url"])
    if not r.content.startswith(b"PK"):
        return pret["nombre"], r.headers.raw, r.content
    with zipfile.ZipFile(io.BytesIO(r.content)) as lu:
        membres = {n: lu.read(n) for n in lu.namelist() if n != "docProps/core.xml"}
    return pret["nombre"], membres
