"""The public guide, lived through the schema."""

from fabrique import TRAITER, Client, Make


class TestTraiter:
    async def test_resolue_leaves_the_synthese(self, client: Client, make: Make) -> None:
        """
        An answered sollicitation leaves the receiver's Synthèse.
        """
        s = await make.affaire()

        reply = await client.execute(
            TRAITER, par=s.recepteur, input={"id": s.gid, "statut": "RESOLUE", "miseAJour": "Oui."}
        )

        assert reply.codes == []
        assert reply.data["traiter"]["sollicitation"]["statut"] == "REPONSE_APPORTEE"
