"""Where a token is read: one Authorization header."""

import pytest

from client import Client, Compte
from jetons import check_401
from requetes import MOI


class TestHeader:
    async def test_none_is_401(self, client: Client) -> None:
        """
        Data without a token is a 401.
        """
        check_401(await client.http.post("/graphql", json={"query": MOI}))

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
    async def test_the_scheme_has_any_case(
        self, client: Client, personne: Compte, scheme: str
    ) -> None:
        """
        The scheme is read without regard to case.
        """
        headers = {"authorization": f"{scheme} {client.jeton(personne.courriel)}"}
        r = await client.http.post("/graphql", json={"query": MOI}, headers=headers)
        assert r.json()["data"] == {"moi": {"id": personne.gid}}

    @pytest.mark.parametrize(
        "form",
        [
            "",
            "Bearer",
            "Bearer ",
            "{}",
            "Basic {}",
            "Token {}",
            "Bearer{}",
            "Bearer {} {}",
            "Bearer x",
            "Bearer ..",
            "Bearer a.b.c",
            "Bearer {}=",
            "Bearer {}.",
            "Bearer \xe9",
        ],
    )
    async def test_another_form_is_401(self, client: Client, personne: Compte, form: str) -> None:
        """
        Anything but one bearer token is a 401.
        """
        jeton = client.jeton(personne.courriel)
        headers = [(b"authorization", form.format(jeton, jeton).encode("latin-1"))]
        check_401(await client.http.post("/graphql", json={"query": MOI}, headers=headers))

    async def test_two_headers_are_401(self, client: Client, personne: Compte) -> None:
        """
        Two Authorization headers are a 401, even if both are good.
        """
        jeton = f"Bearer {client.jeton(personne.courriel)}"
        headers = [("authorization", jeton), ("authorization", jeton)]
        check_401(await client.http.post("/graphql", json={"query": MOI}, headers=headers))

    @pytest.mark.parametrize("place", ["access_token", "token", "authorization"])
    async def test_no_other_place_is_read(
        self, client: Client, personne: Compte, place: str
    ) -> None:
        """
        A token in the URL or in a cookie is not one.
        """
        jeton = client.jeton(personne.courriel)
        headers = {"cookie": f"{place}={jeton}"}
        r = await client.http.post(
            f"/graphql?{place}={jeton}", json={"query": MOI}, headers=headers
        )
        check_401(r)
