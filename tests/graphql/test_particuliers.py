"""Private persons are no organisation: nobody finds them, an analyst does not read them."""

from client import Client
from fabrique import Make
from solli_graphql.domain.acteur import Role

LIRE = """
query($id: ID!) {
  node(id: $id) {
    ... on Sollicitation {
      structureEmettrice { designation raisonSociale identifiant { type valeur } }
    }
  }
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
