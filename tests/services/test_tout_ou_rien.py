"""What is stopped half-way leaves nothing (K2)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from client import Client
from effets import CLE
from fabrique import Affaire, Make
from solli_graphql.db import commandes as c
from solli_graphql.db.database import Statement, Tx
from solli_graphql.domain.workflow import Action, DestinataireActuel, StatutSollicitation

S, D = StatutSollicitation, DestinataireActuel
DATE = datetime.now(UTC)


def line(s: Affaire) -> dict[str, Any]:
    """Write a second line of history that no command has made."""
    return {
        "sollicitation_id": s.id,
        "seq": 2,
        "seq_emetteur": 2,
        "date": DATE,
        "action": Action.TRAITER,
        "ancien_statut": S.A_TRAITER,
        "ancien_statut_emetteur": S.A_TRAITER,
        "ancien_destinataire": D.STRUCTURE,
        "nouveau_statut": S.REPONSE_APPORTEE,
        "destinataire": D.STRUCTURE,
        "engagement": b"0" * 32,
        "tete": b"0" * 32,
    }


def event(s: Affaire) -> dict[str, Any]:
    """Write an event that no command has made."""
    return {"sollicitation_id": s.id, "seq": 2, "seq_emetteur": 2, "date": DATE}


class TestHalfWay:
    @pytest.mark.parametrize(("statement", "values"), [(c.LIGNE, line), (c.EVENEMENT, event)])
    async def test_leaves_nothing(
        self, client: Client, make: Make, statement: Statement[Any], values: Any
    ) -> None:
        """
        A command that the database stops at its history line, or at its event, leaves nothing.
        """
        s = await make.affaire()

        async def occuper(tx: Tx) -> None:
            await tx.write((statement, values(s)))

        await client.db.write(occuper)
        avant = await make.photo(s)
        entree = {"id": s.gid, "statut": "RESOLUE", "miseAJour": "Oui."}
        document = "mutation($i: TraiterInput!) { traiter(input: $i) { __typename } }"
        reply = await client.execute(document, s.recepteur, i=entree | {"cleIdempotence": CLE})
        assert reply.codes == ["ERREUR_INTERNE"]
        assert await make.photo(s) == avant
