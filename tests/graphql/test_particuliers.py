"""Private persons are no organisation: nobody finds them, an analyst does not read them."""

from client import Client
from fabrique import Make
from solli_graphql.domain.acteur import Habilitation, Role

LIRE = """
query($id: ID!) {
  node(id: $id) {
    ... on Sollicitation {
      structureEmettrice { designation raisonSociale identifiant { type valeur } }
    }
  }
}
"""


CHERCHER = """
query($valeur: String!) {
  sollicitations(espace: RECUES, filtre: {identifiantEmetteur: $valeur}) { totalCount }
}
"""


class TestAnAnalyst:
    async def test_reads_a_stand_in(self, client: Client, make: Make) -> None:
        """
        An analyst reads neither the name nor the identifier of a private person.
        """
        emettrice, publique = await make.lieu(publique=False, particulier=True), await make.lieu()
        s = await make.soumise(emettrice, publique)
        analyste = await make.role(Role.ANALYSTE, publique)

        lue = await client.execute(LIRE, par=analyste, id=s.gid)
        recue = await client.execute(LIRE, par=s.recepteur, id=s.gid)

        structure = lue.data["node"]["structureEmettrice"]
        assert structure["designation"].startswith("Particulier ")
        assert structure["identifiant"]["type"] == "PARTICULIER"
        for mot in recue.data["node"]["structureEmettrice"]["designation"], emettrice.valeur:
            assert mot not in str(lue.body)

    async def test_may_not_test_a_name(self, client: Client, make: Make) -> None:
        """
        An analyst finds nothing by the identifier of a private person; a receiver does.
        """
        emettrice, publique = await make.lieu(publique=False, particulier=True), await make.lieu()
        s = await make.soumise(emettrice, publique)
        analyste = await make.role(Role.ANALYSTE, publique)
        both = await make.compte(
            Habilitation(Role.ANALYSTE, publique.id), Habilitation(Role.EMETTEUR, emettrice.id)
        )

        found = {}
        for qui, par in {"analyste": analyste, "both": both, "recepteur": s.recepteur}.items():
            reply = await client.execute(CHERCHER, par=par, valeur=emettrice.valeur)
            found[qui] = reply.data["sollicitations"]["totalCount"]

        assert found == {"analyste": 0, "both": 0, "recepteur": 1}
