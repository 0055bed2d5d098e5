"""A real OpenID Connect provider, npm's oidc-provider, started for the tests."""

import json
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from joserfc.jwk import ECKey, RSAKey

from paquets import installer

ICI = Path(__file__).parent / "oidc"
Servir = Callable[..., Awaitable[httpx.AsyncClient]]
API = "https://api.solli.example"
SECRET = "secret-of-{}-which-is-long-enough"


class Provider:
    """The provider, and the tests' hands on it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._http = httpx.Client(base_url=self.url, timeout=30)

    def close(self) -> None:
        self._http.close()

    def main(self, geste: str, **dit: Any) -> Any:
        """Ask for what only a test may."""
        r = self._http.post(f"/test/{geste}", json=dit)
        assert r.status_code == 200, r.text
        return r.json()

    def personne(self, sub: str, **dit: Any) -> str:
        """Give a token of a person, who came by the client `partenaire`."""
        return str(self.main("personal", sub=sub, **dit)["token"])

    def client(self, nom: str, *, sorte: str = "jwt", scope: str = "") -> str:
        """Get a token for a client itself."""
        demande = {"grant_type": "client_credentials", "resource": f"{API}/{sorte}", "scope": scope}
        qui = (nom, SECRET.format(nom))
        r = self._http.post("/token", data=demande, auth=qui)
        assert r.status_code == 200, r.text
        return str(r.json()["access_token"])

    def revoquer(self, jeton: str, client: str) -> None:
        """Revoke a token of a client's."""
        qui = (client, SECRET.format(client))
        r = self._http.post("/token/revocation", data={"token": jeton}, auth=qui)
        assert r.status_code == 200, r.text

    def vues(self) -> dict[str, int]:
        """Count the requests that were received, by kind."""
        vues: dict[str, int] = self.main("seen")
        return vues

    def cles(self) -> tuple[RSAKey, ECKey]:
        """Give the private keys in use."""
        rsa, ec = self.main("keys")["keys"]
        return RSAKey.import_key(rsa), ECKey.import_key(ec)


@contextmanager
def fournisseur(chiffrement: dict[str, Any]) -> Iterator[Provider]:
    """Run the provider; it encrypts for this public key where a client wants it."""
    paquets = installer("oidc", "no OpenID Connect provider to test against")
    commande = ["node", str(ICI / "provider.mjs"), str(paquets), json.dumps(chiffrement)]
    process = subprocess.Popen(commande, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout
        provider = Provider(int(process.stdout.readline()))
        yield provider
        provider.close()
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
