"""One effect for one key, through the schema."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from client import Client
from documents import CLOTURER, ROUVRIR, SOUMETTRE, TRAITER
from effets import CLE, CLES, COMPTER, LIGNES, compter, membre, resolue, traiter
from fabrique import Make, depot
from solli_graphql.db import models as m
from solli_graphql.db.database import Statement
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.domain.workflow import DestinataireActuel, Routage, StatutSollicitation

S, D = StatutSollicitation, DestinataireActuel


class TestKey:
    async def test_the_same_input_is_replayed(self, client: Client, make: Make) -> None:
        """
        The same key with the same input gives the same answer, marked as such, and one effect.
        """
        s = await make.affaire()
        first = await traiter(client, s.recepteur, **resolue(s))
        second = await traiter(client, s.recepteur, **resolue(s))
        assert (first["rejoue"], second["rejoue"]) == (False, True)
        assert {**second, "rejoue": False} == first
        assert await compter(client, LIGNES, s.id) == 2

    @pytest.mark.parametrize(
        "champs", [{"miseAJour": "Non."}, {"statut": "EN_COURS"}, {"versionAttendue": 1}]
    )
    async def test_another_input_is_refused(
        self, client: Client, make: Make, champs: dict[str, Any]
    ) -> None:
        """
        The same key with another input is CleIdempotenceReutilisee, and changes nothing.
        """
        s = await make.affaire()
        await traiter(client, s.recepteur, **resolue(s))
        refus = await traiter(client, s.recepteur, **resolue(s, **champs))
        assert refus["__typename"] == "CleIdempotenceReutilisee"
        assert refus["code"] == "CLE_IDEMPOTENCE_REUTILISEE"
        assert await compter(client, LIGNES, s.id) == 2

    async def test_another_operation_is_refused(self, client: Client, make: Make) -> None:
        """
        The same key for another operation on the same sollicitation is refused.
        """
        s = await make.affaire(S.REPONSE_APPORTEE)
        entree = {"id": s.gid, "commentaire": "Merci.", "cleIdempotence": CLE.format(1)}
        first = await client.execute(CLOTURER, par=s.emetteur, input=entree)
        second = await client.execute(ROUVRIR, par=s.emetteur, input=entree)
        assert (first.codes, second.codes) == ([], ["CLE_IDEMPOTENCE_REUTILISEE"])

    async def test_another_sollicitation_is_refused(self, client: Client, make: Make) -> None:
        """
        The same key for another sollicitation is refused.
        """
        agent = await make.role(Role.SUPPORT)
        un, deux = [await make.affaire(S.A_TRAITER, D.SUPPORT, routage=r) for r in Routage]
        first = await traiter(client, agent, **resolue(un))
        second = await traiter(client, agent, **resolue(deux))
        assert first["__typename"] == "ActionPriseEnCompte"
        assert second["code"] == "CLE_IDEMPOTENCE_REUTILISEE"

    async def test_the_header_serves_too(self, client: Client, make: Make) -> None:
        """
        The header Idempotency-Key serves as the field does; the field wins over it.
        """
        s, autre = await make.affaire(), CLE.format(2)
        headers = {"Idempotency-Key": CLE.format(1)}
        body = {"query": TRAITER, "variables": {"input": resolue(s, None)}}
        replies = [await client.post(body, par=s.recepteur, headers=headers) for _ in range(2)]
        assert [membre(r)["rejoue"] for r in replies] == [False, True]
        assert (await traiter(client, s.recepteur, **resolue(s)))["rejoue"] is True
        body["variables"] = {"input": resolue(s, autre)}
        reply = await client.post(body, par=s.recepteur, headers=headers)
        assert reply.codes == ["TRANSITION_INTERDITE"]

    async def test_another_user_s_is_another_key(self, client: Client, make: Make) -> None:
        """
        The scope of a key is its caller: a colleague may use the same one.
        """
        s = await make.affaire()
        assert s.destinataire is not None
        collegue = await make.role(Role.RECEPTEUR, s.destinataire)
        brouillon = resolue(s, statut="EN_COURS")
        first = await traiter(client, s.recepteur, **brouillon)
        second = await traiter(client, collegue, **brouillon)
        assert (first["rejoue"], second["rejoue"]) == (False, False)
        assert second["sollicitation"]["version"] == 3

    async def test_a_refusal_is_not_kept(self, client: Client, make: Make) -> None:
        """
        A refused command leaves its key free: once it can succeed, it does.
        """
        s = await make.affaire()
        for refuse in (resolue(s, versionAttendue=9), resolue(s, miseAJour=" ")):
            refus = await traiter(client, s.recepteur, **refuse)
            assert refus["code"] in ("CONFLIT_DE_VERSION", "CHAMP_INVALIDE")
        assert await compter(client, CLES, s.recepteur.id) == 0
        assert (await traiter(client, s.recepteur, **resolue(s)))["rejoue"] is False

    async def test_a_replay_after_a_transfer_answers(self, client: Client, make: Make) -> None:
        """
        A replay answers after the sollicitation has gone on, as it is now.
        """
        s = await make.affaire()
        transfert = resolue(s, statut="MAUVAISE_AFFECTATION")
        first = await traiter(client, s.recepteur, **transfert)
        await make.geste(s, "RESOLUE")
        await make.geste(s, "CLOTURER")
        replay = await traiter(client, s.recepteur, **transfert)
        assert (replay["rejoue"], replay["confirmation"]) == (True, first["confirmation"])
        assert replay["sollicitation"]["statut"] == "CLOTUREE"
        assert replay["sollicitation"]["version"] == 4

    async def test_a_replay_rechecks_rights(self, client: Client, make: Make) -> None:
        """
        A replay by somebody who has lost their right finds nothing.
        """
        s = await make.affaire()
        assert (await traiter(client, s.recepteur, **resolue(s)))["rejoue"] is False
        retirer = Statement[Any](
            m.habilitation.delete().where(
                m.habilitation.c.utilisateur_id == sa.bindparam("cible", type_=sa.BigInteger)
            ),
            columns=[],
        )

        async def command(tx: Any) -> None:
            await tx.write((retirer, {"cible": s.recepteur.id}))

        await client.db.write(command)
        transport: Any = client.http._transport  # rights are trusted for five seconds
        transport.app.state.service._endpoint._identite._connus.clear()
        refus = await traiter(client, s.recepteur, **resolue(s))
        assert refus["code"] in ("ACCES_REFUSE", "INTROUVABLE")

    async def test_a_replay_rechecks_the_right_on_its_row(self, client: Client, make: Make) -> None:
        """
        A replay by a receiver who has kept only another structure finds nothing.
        """
        s = await make.affaire()
        assert s.destinataire is not None
        ailleurs = Habilitation(Role.RECEPTEUR, (await make.lieu()).id)
        agent = await make.compte(Habilitation(Role.RECEPTEUR, s.destinataire.id), ailleurs)
        assert (await traiter(client, agent, **resolue(s)))["rejoue"] is False
        h, lieu = m.habilitation, s.destinataire.id
        cible = h.c.utilisateur_id == sa.bindparam("cible", type_=sa.BigInteger)
        retirer = Statement[Any](h.delete().where(cible, h.c.structure_id == lieu), columns=[])

        async def command(tx: Any) -> None:
            await tx.write((retirer, {"cible": agent.id}))

        await client.db.write(command)
        transport: Any = client.http._transport  # rights are trusted for five seconds
        transport.app.state.service._endpoint._identite._connus.clear()
        assert (await traiter(client, agent, **resolue(s)))["code"] == "INTROUVABLE"

    @pytest.mark.parametrize("cle", ["", "x", "x" * 15, "x" * 256, "é" * 300, "x" * 16 + "\n"])
    async def test_its_length_has_bounds(self, client: Client, make: Make, cle: str) -> None:
        """
        A key that has not from 16 to 255 printable characters is a ChampInvalide.
        """
        s = await make.affaire()
        query = TRAITER.replace("champ erreurs { champ code message }", "champ")
        reply = await client.execute(query, par=s.recepteur, input=resolue(s, cle))
        refus = membre(reply)
        assert (refus["__typename"], refus["champ"]) == ("ChampInvalide", "cleIdempotence")
        assert await compter(client, LIGNES, s.id) == 1

    @pytest.mark.parametrize("cle", ["x" * 16, "x" * 255, "clé d'idempotence n° 1"])
    async def test_its_bounds_are_included(self, client: Client, make: Make, cle: str) -> None:
        """
        A key of 16 or of 255 characters is accepted.
        """
        s = await make.affaire()
        assert (await traiter(client, s.recepteur, **resolue(s, cle)))["rejoue"] is False

    @pytest.mark.parametrize("cle", ["x", "x" * 256, ""])
    async def test_the_header_s_length_has_bounds(
        self, client: Client, make: Make, cle: str
    ) -> None:
        """
        The header has the bounds of the field.
        """
        s = await make.affaire()
        query = TRAITER.replace("champ erreurs { champ code message }", "champ")
        body = {"query": query, "variables": {"input": resolue(s, None)}}
        reply = await client.post(body, par=s.recepteur, headers={"Idempotency-Key": cle})
        assert membre(reply)["champ"] == "cleIdempotence"


class TestSoumettre:
    async def test_twice_at_once_makes_one(self, client: Client, make: Make) -> None:
        """
        A submission sent several times at once with one key makes one sollicitation.
        """
        emettrice, publique = await make.lieu(publique=False), await make.lieu()
        emetteur = await make.role(Role.EMETTEUR, emettrice)
        entree = depot(emettrice, publique, cleIdempotence=CLE.format(1))
        replies = await asyncio.gather(
            *(client.execute(SOUMETTRE, par=emetteur, input=entree) for _ in range(6))
        )
        faits = [membre(r) for r in replies]
        assert sorted(f["rejoue"] for f in faits) == [False] + [True] * 5
        assert len({f["sollicitation"]["numero"] for f in faits}) == 1
        assert await compter(client, COMPTER, emettrice.id) == 1

    async def test_without_a_key_makes_two(self, client: Client, make: Make) -> None:
        """
        Without a key each submission counts.
        """
        s = await make.affaire()
        entree = depot(s.emettrice, s.destinataire)
        assert (await client.execute(SOUMETTRE, par=s.emetteur, input=entree)).codes == []
        assert await compter(client, COMPTER, s.emettrice.id) == 2

    async def test_another_input_is_refused(self, client: Client, make: Make) -> None:
        """
        The same key with another description is refused.
        """
        s = await make.affaire(cleIdempotence=CLE.format(1))
        entree = depot(s.emettrice, s.destinataire, cleIdempotence=CLE.format(1))
        same = await client.execute(SOUMETTRE, par=s.emetteur, input=entree)
        entree["description"] = "Autre chose."
        other = await client.execute(SOUMETTRE, par=s.emetteur, input=entree)
        assert membre(same)["rejoue"] is True
        assert other.codes == ["CLE_IDEMPOTENCE_REUTILISEE"]
