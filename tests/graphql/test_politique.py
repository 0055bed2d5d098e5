"""The matrix: every field × role × relation × state, against a reviewed table."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from client import Client, Compte
from fabrique import Affaire, Make
from histoires import CHEMINS
from politique import ROLES, chemins, document, ecart, racines, table, valeurs
from solli_graphql.db import models as m
from solli_graphql.db.database import Tx
from solli_graphql.db.pieces import JOINDRE
from solli_graphql.db.plan.sources import Column, Entity, Field
from solli_graphql.db.relations import SOLLICITATION
from solli_graphql.db.vues import lecture
from solli_graphql.domain.acteur import Role, Vue
from solli_graphql.domain.workflow import DestinataireActuel, StatutSollicitation
from solli_graphql.graphql import entrees
from solli_graphql.graphql.entrees import ENTREES, FORME
from solli_graphql.graphql.fields import BACKREF, racine
from solli_graphql.graphql.politique import declare
from solli_graphql.graphql.schema import core, sdl

SUPPORT = DestinataireActuel.SUPPORT
DEPOT: dict[str, Any] = {
    "serviceEmetteur": "S1",
    "serviceDestinataire": "S2",
    "telephone": "01 02 03 04 05",
    "typeObjet": "FACTURE",
    "numeroObjet": "F-1",
}


async def dedans(make: Make, s: Affaire) -> dict[str, list[Compte]]:
    """
    Make those who hold each role on it: on its structure, on its service, everywhere.
    """
    assert s.destinataire
    return {
        "EMETTEUR": [s.emetteur, await make.role(Role.EMETTEUR, s.emettrice, "S1")],
        "RECEPTEUR": [s.recepteur, await make.role(Role.RECEPTEUR, s.destinataire, "S2")],
        "SUPPORT": [s.support],
        "ANALYSTE": [
            await make.role(Role.ANALYSTE, s.destinataire),
            await make.role(Role.ANALYSTE, s.destinataire, "S2"),
            await make.role(Role.ANALYSTE),
        ],
    }


async def dehors(make: Make, s: Affaire) -> list[Compte]:
    """
    Make those who hold each role elsewhere, or on the wrong side.
    """
    assert s.destinataire
    ailleurs = await make.lieu()
    return [
        *[await make.role(r, ailleurs) for r in (Role.EMETTEUR, Role.RECEPTEUR, Role.ANALYSTE)],
        await make.role(Role.EMETTEUR, s.destinataire),
        await make.role(Role.EMETTEUR, s.emettrice, "S2"),
        await make.role(Role.RECEPTEUR, s.emettrice),
        await make.role(Role.RECEPTEUR, s.destinataire, "S1"),
        await make.role(Role.ANALYSTE, s.emettrice),
        await make.role(Role.ADMINISTRATEUR),
        await make.compte(),
    ]


async def joindre(client: Client, s: Affaire) -> None:
    """
    Join a file to it, whatever its state.
    """
    base = {c.name: "x" for c in m.piece_jointe.c if c.name != "id"}
    row = base | {"sollicitation_id": s.id, "taille": 1, "date_ajout": datetime.now(UTC)}
    qui = {"auteur_id": s.emetteur.id, "auteur_nom": "Nom", "auteur_prenom": "Prénom"}

    async def ecrire(tx: Tx) -> None:
        await tx.write((JOINDRE, {**row, **qui, "etat": "DISPONIBLE", "cle": f"tests/{s.id}"}))

    await client.db.write(ecrire)


async def lire(client: Client, par: Compte, s: Affaire) -> Any:
    """
    Read every path as somebody.
    """
    reply = await client.execute(document(chemins(core())), par=par, id=s.gid)
    assert reply.codes == [], reply.body
    return reply.data["node"]


class TestRacines:
    def test_are_all_reviewed(self) -> None:
        """
        A root has the roles that the reviewed table says, and its line in it.
        """
        printed = {
            nom: frozenset(str(r) for r in _autorise(champ))
            for type_ in ("Query", "Mutation")
            for nom, champ in core().type_map[type_].fields.items()  # type: ignore[attr-defined]
        }
        assert printed == racines()

    def test_one_without_a_permission_is_refused(self) -> None:
        """
        A root that declares no permission stops the start.
        """
        with pytest.raises(TypeError, match="sans_permission"):

            @racine(str, "Sans permission.")
            def sans_permission() -> None: ...


class TestEntrees:
    def test_are_printed(self) -> None:
        """
        The SDL says of each argument and input field what it is held to.
        """
        publie = sdl()
        assert "id: ID! @entree(regle: VISIBILITE)" in publie
        assert "espace: Espace! @entree(regle: HABILITATION)" in publie
        imprimees = re.findall(r"@entree\(regle: [A-Z]+\)", publie)
        assert len(imprimees) == sum(map(len, ENTREES.values()))

    @pytest.mark.parametrize("ou", ENTREES)
    def test_one_without_a_rule_is_refused(self, ou: str) -> None:
        """
        An argument or an input field without a rule stops the start, which names it.
        """
        for nom in ENTREES[ou]:
            manque = {**ENTREES, ou: {n: r for n, r in ENTREES[ou].items() if n != nom}}
            with pytest.raises(TypeError, match=f"no rule for .*'{ou}', '{nom}'"):
                entrees.declare(core(), manque)

    def test_a_rule_of_nothing_is_refused(self) -> None:
        """
        A rule for what does not exist stops the start: the table never lies.
        """
        with pytest.raises(TypeError, match=r"rules for no input .*'Query.node', 'absent'"):
            entrees.declare(core(), {**ENTREES, "Query.node": {"id": FORME, "absent": FORME}})


def _autorise(champ: Any) -> list[Role]:
    (extension,) = champ.extensions[BACKREF].extensions
    return [r for p in extension.permissions for r in p.schema_directive.roles]


class TestMatrix:
    def test_names_every_path(self) -> None:
        """
        A field that nobody has reviewed is not served: it must have its line in the table.
        """
        assert [*table()] == [".".join(c) for c in chemins(core())]

    @pytest.mark.parametrize("v", Vue)
    @pytest.mark.parametrize("colonne", ["tete", "passe_support", "statut_emetteur"])
    def test_a_column_without_a_policy_is_refused(self, v: Vue, colonne: str) -> None:
        """
        A field that reads a column for which no policy is declared stops the start.
        """
        with pytest.raises(TypeError, match=colonne):
            lecture("sollicitation", colonne, v)
        champ = Field("champ", Column(colonne), None)
        entite = Entity("Sollicitation", SOLLICITATION, {"champ": champ})
        with pytest.raises(TypeError, match=colonne):
            declare(core(), {"Sollicitation": entite})

    @pytest.mark.parametrize(("statut", "chez"), CHEMINS)
    async def test_each_cell(
        self,
        client: Client,
        make: Make,
        statut: StatutSollicitation,
        chez: DestinataireActuel,
    ) -> None:
        """
        Each role reads of each field what the table says; who is elsewhere reads nothing.
        """
        s = await make.affaire(statut, chez, **DEPOT)
        await joindre(client, s)
        temoin = await lire(client, s.recepteur, s)
        ecarts = []
        for role, comptes in (await dedans(make, s)).items():
            for rang, par in enumerate(comptes):
                vu = await lire(client, par, s)
                if role == "SUPPORT" and chez is not SUPPORT:
                    assert vu is None
                    continue
                ecarts += [
                    f"{chemin} {role} {rang}"
                    for chemin, codes in table().items()
                    if ecart(
                        codes[ROLES.index(role)],
                        *(valeurs(objet, tuple(chemin.split("."))) for objet in (vu, temoin)),
                    )
                ]
        assert ecarts == []
        assert [await lire(client, par, s) for par in await dehors(make, s)] == [None] * 10
