"""The read plan against the oracle: whatever is asked, both answer the same text."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from random import Random
from typing import Any

import orjson
import pytest

from conftest import new_database
from graphql import get_named_type, is_interface_type, is_object_type
from oracle.banc import Banc, banc, ecart
from oracle.generateur import Demande
from oracle.monde import COMPTES, EMETTEURS, NOMBRE, espaces, monde
from oracle.pages import gid
from oracle.valeurs import Valeurs, en_json
from solli_graphql.graphql.schema import core

APPELANTS_PAR_DEMANDE, ECARTS_MONTRES = 3, 5
SCHEMA, PAS = core(), 10
FILTRES_PAR_CRITERE = 1
CHERCHER = """query($espace: Espace!, $filtre: FiltreSollicitations!) {
  sollicitations(espace: $espace, filtre: $filtre, tri: DATE_MISE_A_JOUR_DESC, first: 100) {
    totalCount nodes { id version } } }"""
LIRE_COMPTES = """query($ids: [ID!]!) { nodes(ids: $ids) {
  __typename id ... on Compte { courriel habilitations { role } } } }"""
LECTEURS_DE_LISTES = ("recepteur", "analyste_de_tout", "administrateur_de_un", "tous_les_roles")
MOTEURS = ("sqlite", "postgresql")
# Types that are read by queries; the others are answers of mutations.
DES_MUTATIONS = (
    *("Mutation", "ActionPriseEnCompte", "ResultatSimulation", "ChampInvalide", "ErreurDeChamp"),
    *(
        "AdministrationPriseEnCompte",
        "TransitionInterdite",
        "ConflitDeVersion",
        "AccesRefuse",
        "Introuvable",
    ),
    *("CleIdempotenceReutilisee", "TeleversementPrepare", "Televersement", "EnTete"),
    "ExportPrepare",
)


@pytest.fixture(scope="module")
async def bancs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mapping[tuple[str, bool], Banc]]:
    """
    The world on each engine, and its twin, in which no EN_COURS ever happened.
    """
    dossier, serveur = tmp_path_factory.mktemp("oracle"), request.getfixturevalue("postgres")
    async with AsyncExitStack() as stack:
        ouverts = {}
        for brouillons in (True, False):
            fait = monde(brouillons=brouillons)
            for moteur in MOTEURS:
                url = f"sqlite:///{dossier / f'{brouillons}.db'}"
                if moteur == "postgresql":
                    url = await new_database(serveur)
                ouverts[moteur, brouillons] = await stack.enter_async_context(banc(url, fait))
        yield ouverts


def tirer(b: Banc, noms: tuple[str, ...], rang: int) -> tuple[list[str], list[Demande]]:
    """Draw an operation, some who ask it, and the conditions that each asks it with."""
    hasard = Random(rang)  # noqa: S311 - a test, not a secret
    premier = hasard.choice(noms)
    pareils = [n for n in noms if espaces(n) & espaces(premier)]
    autres = [hasard.choice(pareils or noms) for _ in range(APPELANTS_PAR_DEMANDE - 2)]
    d = b.generateur(espaces(premier), str(rang)).demande()
    qui = [premier, *autres, hasard.choice(noms)]
    return qui, [d, *(d.variante(hasard) for _ in qui[1:])]


def montrer(rang: int, moteur: str, qui: str, ou: str, d: Demande) -> str:
    return f"\n--- n° {rang}, {moteur}, {qui}{ou}\n{d.texte}\n{d.variables!r} {d.nom}"


async def test_whatever_is_asked_has_the_same_answer(
    bancs: Mapping[tuple[str, bool], Banc], pytestconfig: pytest.Config
) -> None:
    """
    Any operation, by anybody, on both engines, is answered as plain Python answers it.
    """
    produits = {m: bancs[m, True] for m in MOTEURS}
    temoin, nombre = produits["sqlite"], pytestconfig.getoption("--differentiel")
    ecarts: list[str] = []
    comptes = {"réponses": 0, "pleines": 0, "refus": 0}
    for rang in range(nombre // APPELANTS_PAR_DEMANDE):
        for qui, d in zip(*tirer(temoin, tuple(COMPTES), rang), strict=True):
            naif = None
            for moteur, b in produits.items():
                plan = await b.plan(qui, d)
                refusee = not plan.startswith(b'{"data"')
                naif = naif or (temoin.mal_formee(d) if refusee else None) or temoin.naif(qui, d)
                comptes["réponses"] += 1
                if ou := ecart(plan, naif):
                    ecarts.append(montrer(rang, moteur, qui, ou, d))
            comptes["pleines"] += len(naif or b"") > 300
            comptes["refus"] += b'"errors"' in (naif or b"")
    print(f"{comptes}, {len(ecarts)} écarts")  # noqa: T201 - shown by pytest -s
    assert ecarts == [], f"{len(ecarts)} écarts, {comptes} :" + "".join(ecarts[:ECARTS_MONTRES])
    assert comptes["pleines"] > nombre // 5
    assert comptes["refus"] > nombre // 50


async def test_both_engines_hold_the_same_rows(bancs: Mapping[tuple[str, bool], Banc]) -> None:
    """
    What the oracle reads of a database is the same on both engines.
    """
    lues = [
        {nom: sorted(map(repr, x)) for nom, x in bancs[m, True].oracle.base.tables.items()}
        for m in MOTEURS
    ]
    assert lues[0] == lues[1]


async def test_every_field_of_a_row_has_the_same_value(
    bancs: Mapping[tuple[str, bool], Banc],
) -> None:
    """
    Whatever a query can read, everybody reads as plain Python does, each of other rows.
    """
    temoin = bancs["sqlite", True]
    champs = temoin.oracle.schema.query_type.fields  # type: ignore[union-attr]
    listes = (
        "utilisateurs(first: 3)",
        "synthese(espace: RECUES, first: 1)",
        "structures(first: 100)",
        "moi",
        "categories",
        "statistiques(espace: RECUES, grouperPar: [STATUT])",
    )
    textes = [f"{{ {x} {tout(champs[x.partition('(')[0]].type)} }}" for x in listes]
    noeuds = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {tout(champs['nodes'].type)} }}"
    for rang, qui in enumerate(COMPTES):
        ids = [gid("Sollicitation", i) for i in range(1 + rang % PAS, NOMBRE + 1, PAS)]
        ids += [gid("Utilisateur", i + 1) for i in range(len(COMPTES))]
        administres = [gid("Compte", i + 1) for i in range(len(COMPTES))]
        demandes = [Demande(noeuds, {"ids": ids}, None)]
        demandes += [Demande(LIRE_COMPTES, {"ids": administres}, None)]
        demandes += [Demande(t, {}, None) for t in textes if qui in LECTEURS_DE_LISTES]
        for d in demandes:
            naif = temoin.naif(qui, d)
            for moteur in MOTEURS:
                ou = ecart(await bancs[moteur, True].plan(qui, d), naif)
                assert ou is None, montrer(rang, moteur, qui, ou, d)
    voulus = {
        (nom, champ)
        for nom, type_ in temoin.oracle.schema.type_map.items()
        if is_object_type(type_)
        and not nom.startswith("__")
        and nom not in (*DES_MUTATIONS, "Query")
        for champ in type_.fields
    }
    assert voulus - temoin.oracle.lus == set()


def tout(type_: Any) -> str:
    """Select every field of a type, and of all that is below."""
    nomme: Any = get_named_type(type_)
    if is_interface_type(nomme):
        types = ("Sollicitation", "Utilisateur")
        return "{ " + " ".join(f"... on {t} {tout(SCHEMA.type_map[t])}" for t in types) + " }"
    if not is_object_type(nomme):
        return ""
    champs = " ".join(f"{n} {tout(f.type)}" for n, f in nomme.fields.items())
    return f"{{ __typename {champs} }}"


async def test_every_criterion_finds_the_same(bancs: Mapping[tuple[str, bool], Banc]) -> None:
    """
    Each criterion alone finds, for everybody, what plain Python finds; no draft helps an emitter.
    """
    temoin = bancs["sqlite", True]
    for qui in COMPTES:
        valeurs = Valeurs(Random(qui), temoin.oracle.base)  # noqa: S311 - a test, not a secret
        for espace in sorted(espaces(qui)):
            for filtre in filtres(valeurs):
                d = Demande(f"{CHERCHER} # {qui}", {"espace": espace, "filtre": filtre}, None)
                naif = temoin.naif(qui, d)
                for (moteur, brouillons), b in bancs.items():
                    if brouillons or qui in EMETTEURS:
                        ou = ecart(await b.plan(qui, d), naif)
                        assert ou is None, montrer(0, moteur, qui, ou, d)


def filtres(valeurs: Valeurs) -> Iterator[dict[str, Any]]:
    """Draw some filters of one criterion, for each of them."""
    for _ in range(FILTRES_PAR_CRITERE):
        for nom, tirage in valeurs.criteres().items():
            yield {nom: en_json(tirage())}
    for statut in ("A_TRAITER", "EN_COURS"):
        yield {"statut": statut}
        yield {"statut": [statut, "CLOTUREE"]}


async def test_an_emitter_sees_the_same_without_drafts(
    bancs: Mapping[tuple[str, bool], Banc], pytestconfig: pytest.Config
) -> None:
    """
    Had no EN_COURS ever happened, every answer to an emitter would be the same, byte for byte.
    """
    nombre = pytestconfig.getoption("--differentiel") // 5
    ecarts: list[str] = []
    for rang in range(nombre // APPELANTS_PAR_DEMANDE):
        for qui, d in zip(*tirer(bancs["sqlite", True], EMETTEURS, rang), strict=True):
            for moteur in MOTEURS:
                avec, sans = [await bancs[moteur, b].plan(qui, d) for b in (True, False)]
                if avec != sans:
                    ou = ecart(avec, sans) or " : errors"
                    ecarts.append(montrer(rang, moteur, qui, ou, d))
    assert ecarts == [], f"{len(ecarts)} écarts :" + "".join(ecarts[:ECARTS_MONTRES])


def test_the_same_seed_gives_the_same_operation(
    bancs: Mapping[tuple[str, bool], Banc],
) -> None:
    """
    An operation can be made again from its number alone.
    """
    b: Any = bancs["sqlite", True]
    deux = [[tirer(b, EMETTEURS, rang) for rang in range(5)] for _ in range(2)]
    assert deux[0] == deux[1]
    assert orjson.dumps([d.variables for _, ds in deux[0] for d in ds])


def test_the_world_is_in_every_state(bancs: Mapping[tuple[str, bool], Banc]) -> None:
    """
    The compared world has every statut at each side, and a history longer than a page.
    """
    vies = bancs["sqlite", True].oracle.vies.values()
    etats = {(v.row["statut"], v.row["destinataire_actuel"]) for v in vies}
    assert len(etats) == 5 * 2
    assert max(len(v.visibles) for v in vies) > 100
