"""Accounts and habilitations, as administrators make, give, take back and read them."""

from typing import Any

import pytest
import sqlalchemy as sa

from client import Client, Compte
from documents import SOUMETTRE
from evenements import Evenements
from fabrique import Lieu, Make, depot
from solli_graphql.db import models as m
from solli_graphql.db.database import Statement, read
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.domain.numeros import identifiant

COMPTE = """compte { id courriel nom prenom actif sujet client
  habilitations { role structure { id } services { code } } }"""
AGIR = """mutation($input: {}Input!) {{ {}(input: $input) {{ __typename
  ... on AdministrationPriseEnCompte {{ confirmation rejoue {} }}
  ... on Refus {{ code message }} ... on ChampInvalide {{ erreurs {{ champ code }} }} }} }}"""
INPUTS = {
    "creerUtilisateur": "CreerUtilisateur",
    "lierUtilisateur": "LierUtilisateur",
    "accorderHabilitation": "AccorderHabilitation",
    "retirerHabilitation": "RetirerHabilitation",
    "desactiverUtilisateur": "Compte",
    "reactiverUtilisateur": "Compte",
}
LISTER = f"""query($filtre: FiltreUtilisateurs, $after: String) {{
  utilisateurs(filtre: $filtre, first: 20, after: $after) {{
    totalCount pageInfo {{ endCursor hasNextPage }} nodes {{ {COMPTE[9:-1]} }} }} }}"""


async def agir(client: Client, par: Compte, racine: str, /, **entree: Any) -> Any:
    """Do an act of administration, and give the member that answers."""
    document = AGIR.format(INPUTS[racine], racine, COMPTE)
    reply = await client.execute(document, par=par, input=entree)
    return reply.data[racine]


def adresse(make: Make) -> str:
    return f"neuf{next(make.rangs)}@tests.example"


def droit(role: Role, lieu: Lieu | None = None, *services: str) -> dict[str, Any]:
    """Write an habilitation as an input."""
    return {"role": role, "structure": lieu and lieu.gid, "services": [*services]}


def tenues(compte: Any) -> list[tuple[str, str | None, list[str]]]:
    """Give what an account holds."""
    return [
        (h["role"], h["structure"] and h["structure"]["id"], [s["code"] for s in h["services"]])
        for h in compte["habilitations"]
    ]


@pytest.fixture(scope="session")
async def chef(make: Make) -> Compte:
    """
    An administrator of the whole portal.
    """
    return await make.role(Role.ADMINISTRATEUR)


class TestWholePortal:
    async def test_from_creation_to_use(self, client: Client, make: Make, chef: Compte) -> None:
        """
        An account made with an habilitation on a service serves at once.
        """
        emettrice, courriel = await make.lieu(publique=False), adresse(make)
        fait = await agir(
            *(client, chef, "creerUtilisateur"),
            courriel=f" {courriel.upper()} ",
            nom="Petit",
            prenom="Zoé",
            habilitation=droit(Role.EMETTEUR, emettrice, "S1", "S2"),
        )
        assert (fait["confirmation"], fait["rejoue"]) == ("Le compte est prêt.", False)
        compte = fait["compte"]
        assert (compte["courriel"], compte["nom"], compte["prenom"]) == (courriel, "Petit", "Zoé")
        assert tenues(compte) == [("EMETTEUR", emettrice.gid, ["S1", "S2"])]
        neuf = Compte(0, courriel, "", "")
        entree = depot(emettrice, None, serviceEmetteur="S1")
        assert (await client.execute(SOUMETTRE, neuf, input=entree)).codes == []

    async def test_give_and_take_back(self, client: Client, make: Make, chef: Compte) -> None:
        """
        Giving replaces what is held in the same role there; taking back leaves the rest.
        """
        lieu, autre = await make.lieu(), await make.lieu()
        qui = await make.compte(
            Habilitation(Role.RECEPTEUR, lieu.id), Habilitation(Role.RECEPTEUR, autre.id)
        )
        un = {"utilisateur": qui.gid, "habilitation": droit(Role.RECEPTEUR, lieu, "S2")}
        fait = await agir(client, chef, "accorderHabilitation", **un)
        attendu = {("RECEPTEUR", lieu.gid, ("S2",)), ("RECEPTEUR", autre.gid, ())}
        assert {(r, s, tuple(v)) for r, s, v in tenues(fait["compte"])} == attendu

        ote = {"utilisateur": qui.gid, "role": Role.RECEPTEUR, "structure": lieu.gid}
        fait = await agir(client, chef, "retirerHabilitation", **ote)
        assert tenues(fait["compte"]) == [("RECEPTEUR", autre.gid, [])]
        assert (await agir(client, chef, "retirerHabilitation", **ote))["code"] == "INTROUVABLE"

    async def test_out_of_use_and_back(self, client: Client, make: Make, chef: Compte) -> None:
        """
        An account that is put out of use is refused, and accepted again once it is back.
        """
        qui = await make.role(Role.SUPPORT)
        for racine, statut in (("desactiverUtilisateur", 401), ("reactiverUtilisateur", 200)):
            fait = await agir(client, chef, racine, utilisateur=qui.gid)
            assert fait["compte"]["actif"] is (statut == 200)
            assert (await client.execute("{ moi { id } }", par=qui)).status == statut

    async def test_identities(self, client: Client, make: Make, chef: Compte) -> None:
        """
        One says who an account is at the identity provider; no two accounts are the same.
        """
        sujet, autre = f"s{next(make.rangs)}", f"s{next(make.rangs)}"
        base = {"nom": "Partenaire", "client": sujet}
        fait = await agir(client, chef, "creerUtilisateur", courriel=adresse(make), **base)
        assert (fait["compte"]["client"], fait["compte"]["habilitations"]) == (sujet, [])
        refus = await agir(client, chef, "creerUtilisateur", courriel=adresse(make), **base)
        assert refus["erreurs"] == [{"champ": "client", "code": "INTERDIT"}]
        lien = {"utilisateur": fait["compte"]["id"], "sujet": autre}
        compte = (await agir(client, chef, "lierUtilisateur", **lien))["compte"]
        assert (compte["sujet"], compte["client"]) == (autre, None)

    async def test_never_oneself(self, client: Client, chef: Compte) -> None:
        """
        Nobody takes back their own administration, or puts their own account out of use.
        """
        ote = {"utilisateur": chef.gid, "role": Role.ADMINISTRATEUR}
        for racine, entree in (
            ("retirerHabilitation", ote),
            ("desactiverUtilisateur", {"utilisateur": chef.gid}),
        ):
            assert (await agir(client, chef, racine, **entree))["code"] == "ACCES_REFUSE"

    async def test_wrong_fields_are_told_at_once(
        self, client: Client, make: Make, chef: Compte
    ) -> None:
        """
        All that is wrong with an account and its habilitation is told in one answer.
        """
        prive = await make.lieu(publique=False)
        cas: list[tuple[dict[str, Any], set[tuple[str, str]]]] = [
            (droit(Role.RECEPTEUR), {("structure", "OBLIGATOIRE")}),
            (droit(Role.RECEPTEUR, prive), {("structure", "INTERDIT")}),
            (droit(Role.SUPPORT, prive), {("structure", "INTERDIT")}),
            (droit(Role.ADMINISTRATEUR, prive, "S1"), {("services", "INTERDIT")}),
            (droit(Role.EMETTEUR, prive, "S9"), {("services", "INCONNU")}),
            ({"role": "EMETTEUR", "structure": "rien"}, {("structure", "INCONNU")}),
        ]
        for habilitation, attendu in cas:
            reply = await agir(
                *(client, chef, "creerUtilisateur"),
                courriel="pas une adresse",
                nom="\u200b",
                habilitation=habilitation,
            )
            lus = {(e["champ"], e["code"]) for e in reply["erreurs"]}
            assert lus == attendu | {("courriel", "FORMAT"), ("nom", "OBLIGATOIRE")}

    async def test_once_for_one_key(self, client: Client, make: Make, chef: Compte) -> None:
        """
        The same key and input do it once; another input is refused.
        """
        qui, lieu = await make.compte(), await make.lieu()
        cle = f"cle-d-idempotence-{next(make.rangs)}"
        un = {"utilisateur": qui.gid, "habilitation": droit(Role.RECEPTEUR, lieu)}
        rejoues = []
        for _ in range(2):
            fait = await agir(client, chef, "accorderHabilitation", **un, cleIdempotence=cle)
            rejoues.append(fait["rejoue"])
            assert tenues(fait["compte"]) == [("RECEPTEUR", lieu.gid, [])]
        assert rejoues == [False, True]
        autre = {**un, "habilitation": droit(Role.EMETTEUR, lieu)}
        refus = await agir(client, chef, "accorderHabilitation", **autre, cleIdempotence=cle)
        assert refus["code"] == "CLE_IDEMPOTENCE_REUTILISEE"

    async def test_leaves_a_trace(
        self, client: Client, make: Make, chef: Compte, evenements: Evenements
    ) -> None:
        """
        Each act leaves one event that names nobody.
        """
        qui, lieu = await make.compte(), await make.lieu()
        entree = {"utilisateur": qui.gid, "habilitation": droit(Role.RECEPTEUR, lieu)}
        await agir(client, chef, "accorderHabilitation", **entree)
        (trace,) = await evenements.lus("ACCORDER_HABILITATION")
        assert (trace["role"], trace["structure"]) == ("RECEPTEUR", lieu.id)
        assert not {str(trace["acteur"]), str(trace["cible"])} & {str(chef.id), str(qui.id)}
        assert qui.courriel not in str(trace)


class TestOneStructure:
    async def test_gives_on_it_alone(self, client: Client, make: Make) -> None:
        """
        An administrator of a structure gives rights on it, and on nothing else.
        """
        lieu, ailleurs = await make.lieu(), await make.lieu()
        local = await make.role(Role.ADMINISTRATEUR, lieu)
        qui = await make.role(Role.EMETTEUR, lieu)
        codes = {}
        for nom, h in {
            "ici": droit(Role.RECEPTEUR, lieu),
            "ailleurs": droit(Role.RECEPTEUR, ailleurs),
            "portail": droit(Role.SUPPORT),
            "inconnue": {"role": "RECEPTEUR", "structure": "rien"},
        }.items():
            entree = {"utilisateur": qui.gid, "habilitation": h}
            fait = await agir(client, local, "accorderHabilitation", **entree)
            codes[nom] = fait.get("code")
        refuse = "ACCES_REFUSE"
        assert codes == {"ici": None, "ailleurs": refuse, "portail": refuse, "inconnue": refuse}

    async def test_sees_nobody_from_elsewhere(self, client: Client, make: Make) -> None:
        """
        An account without a right on the structure does not exist for its administrator.
        """
        lieu = await make.lieu()
        local = await make.role(Role.ADMINISTRATEUR, lieu)
        etranger = await make.role(Role.EMETTEUR, await make.lieu())
        absent = identifiant(etranger.gid, "Utilisateur")
        assert absent is not None
        reponses = []
        for gid in (etranger.gid, Compte(10**9, "", "", "").gid, "rien"):
            entree = {"utilisateur": gid, "habilitation": droit(Role.RECEPTEUR, lieu)}
            reponses.append(await agir(client, local, "accorderHabilitation", **entree))
            reponses.append(await agir(client, local, "desactiverUtilisateur", utilisateur=gid))
        assert {r["code"] for r in reponses} == {"INTROUVABLE"}
        assert len({str(r) for r in reponses}) == 1
        for filtre in ({"courriel": etranger.courriel}, {"role": "EMETTEUR"}):
            reply = await client.execute(LISTER, local, filtre=filtre)
            assert reply.data["utilisateurs"]["nodes"] == []

    async def test_sees_rights_on_it_alone(self, client: Client, make: Make) -> None:
        """
        Of somebody's rights, the administrator of a structure reads and finds those on it.
        """
        lieu, ailleurs = await make.lieu(), await make.lieu()
        local = await make.role(Role.ADMINISTRATEUR, lieu)
        qui = await make.compte(
            Habilitation(Role.RECEPTEUR, lieu.id),
            Habilitation(Role.EMETTEUR, ailleurs.id),
            Habilitation(Role.SUPPORT),
        )
        filtres: list[tuple[dict[str, Any], list[str]]] = [
            ({"courriel": qui.courriel}, [qui.gid_compte]),
            ({"role": "SUPPORT"}, []),
            ({"structure": ailleurs.gid}, []),
            ({"role": "RECEPTEUR", "structure": lieu.gid}, [qui.gid_compte]),
            ({"role": "EMETTEUR", "structure": lieu.gid}, []),
        ]
        for filtre, attendu in filtres:
            lus = (await client.execute(LISTER, local, filtre=filtre)).data["utilisateurs"]
            assert [n["id"] for n in lus["nodes"]] == attendu, filtre
            assert lus["totalCount"] == len(attendu)
        lus = (await client.execute(LISTER, local, filtre={})).data["utilisateurs"]["nodes"]
        assert {n["id"]: tenues(n) for n in lus} == {
            qui.gid_compte: [("RECEPTEUR", lieu.gid, [])],
            local.gid_compte: [("ADMINISTRATEUR", lieu.gid, [])],
        }

    async def test_finds_an_account_by_its_own_id(self, client: Client, make: Make) -> None:
        """
        An account has an id of its own, by which its administrators alone can read it.
        """
        lieu = await make.lieu()
        local, qui = [await make.role(r, lieu) for r in (Role.ADMINISTRATEUR, Role.RECEPTEUR)]
        autre = await make.role(Role.ADMINISTRATEUR, await make.lieu())
        query = """query($ids: [ID!]!) { nodes(ids: $ids) {
          __typename id ... on Compte { courriel habilitations { role } } } }"""
        vus = [
            (await client.execute(query, par, ids=[qui.gid_compte])).data["nodes"]
            for par in (local, autre, qui)
        ]
        compte = {
            "__typename": "Compte",
            "id": qui.gid_compte,
            "courriel": qui.courriel,
            "habilitations": [{"role": "RECEPTEUR"}],
        }
        assert vus == [[compte], [None], [None]]

    async def test_acts_on_the_account_that_was_listed(self, client: Client, make: Make) -> None:
        """
        An act names somebody by the id of the account, or by that of the person.
        """
        lieu = await make.lieu()
        local, qui = [await make.role(r, lieu) for r in (Role.ADMINISTRATEUR, Role.RECEPTEUR)]
        for id_, racine in ((qui.gid_compte, "desactiver"), (qui.gid, "reactiver")):
            fait = await agir(client, local, f"{racine}Utilisateur", utilisateur=id_)
            assert fait["compte"]["id"] == qui.gid_compte

    async def test_cannot_put_out_of_use_who_serves_elsewhere(
        self, client: Client, make: Make
    ) -> None:
        """
        An account that holds more than one administers is not one's to put out of use.
        """
        lieu, ailleurs = await make.lieu(), await make.lieu()
        local = await make.role(Role.ADMINISTRATEUR, lieu)
        qui = await make.compte(
            Habilitation(Role.RECEPTEUR, lieu.id), Habilitation(Role.RECEPTEUR, ailleurs.id)
        )
        fait = await agir(client, local, "desactiverUtilisateur", utilisateur=qui.gid)
        assert fait["code"] == "ACCES_REFUSE"

    async def test_never_says_who_somebody_is(self, client: Client, make: Make) -> None:
        """
        Binding an account to an identity is for the administrators of the whole portal.
        """
        lieu = await make.lieu()
        local = await make.role(Role.ADMINISTRATEUR, lieu)
        entree = {"nom": "Moi", "habilitation": droit(Role.RECEPTEUR, lieu)}
        refus = [
            await agir(
                client, local, "creerUtilisateur", **entree, courriel=adresse(make), sujet="s"
            ),
            await agir(client, local, "creerUtilisateur", courriel=adresse(make), nom="Sans"),
            await agir(client, local, "lierUtilisateur", utilisateur=local.gid, sujet="s"),
        ]
        assert {r["code"] for r in refus} == {"ACCES_REFUSE"}

    async def test_an_account_that_exists_keeps_its_names(self, client: Client, make: Make) -> None:
        """
        Creating an account that exists adds the habilitation, and changes nothing else.
        """
        lieu = await make.lieu()
        local = await make.role(Role.ADMINISTRATEUR, lieu)
        connu = await make.role(Role.EMETTEUR, await make.lieu())
        entree = {"nom": "Autre nom", "habilitation": droit(Role.RECEPTEUR, lieu)}
        fait = await agir(client, local, "creerUtilisateur", courriel=connu.courriel, **entree)
        assert (fait["compte"]["id"], fait["compte"]["nom"]) == (connu.gid_compte, connu.nom)
        assert tenues(fait["compte"]) == [("RECEPTEUR", lieu.gid, [])]

    async def test_limited_to_services_administers_nothing(
        self, client: Client, make: Make
    ) -> None:
        """
        An administration limited to some services reaches no account.
        """
        par = await make.role(Role.ADMINISTRATEUR, await make.lieu(), "S1")
        lus = (await client.execute(LISTER, par)).data["utilisateurs"]
        assert (lus["nodes"], lus["totalCount"]) == ([], 0)


class TestOthers:
    @pytest.mark.parametrize("role", [r for r in Role if r is not Role.ADMINISTRATEUR])
    async def test_are_refused(self, client: Client, make: Make, role: Role) -> None:
        """
        No other role reads accounts or acts on them.
        """
        lieu = await make.lieu() if role in (Role.EMETTEUR, Role.RECEPTEUR) else None
        par = await make.role(role, lieu)
        assert (await client.execute(LISTER, par)).codes == ["ACCES_REFUSE"]
        h = droit(Role.ADMINISTRATEUR)
        entrees: dict[str, dict[str, Any]] = {
            "creerUtilisateur": {"courriel": adresse(make), "nom": "X", "habilitation": h},
            "lierUtilisateur": {"utilisateur": par.gid, "sujet": "s"},
            "accorderHabilitation": {"utilisateur": par.gid, "habilitation": h},
            "retirerHabilitation": {"utilisateur": par.gid, "role": role},
            "desactiverUtilisateur": {"utilisateur": par.gid},
            "reactiverUtilisateur": {"utilisateur": par.gid},
        }
        assert {*entrees} == {*INPUTS}
        for racine, entree in entrees.items():
            assert (await agir(client, par, racine, **entree))["code"] == "ACCES_REFUSE", racine
        _h = m.habilitation.c
        compte: Statement[int] = Statement(
            sa.select(sa.func.count()).where(
                _h.utilisateur_id == sa.bindparam("qui", type_=sa.BigInteger)
            ),
            int,
        )
        assert await read(client.db, compte, qui=par.id) == [1]
