"""A zip whose only member is itself, after Russ Cox, "Zip Files All The Way Down"."""

import struct
import zlib
from itertools import product

NOM = b"quine-de-trente-caracteres.zip"  # with it, repeating the header takes five bytes
PAIRE = 3  # bytes that a pair repeats at least
TERME = b"\x03\x00"  # an empty last block
LOCAL, CENTRAL, FINALE = "<4s5H3L2H", "<4s6H3L5H2L", "<4s4H2LH"


class Bits:
    """Blocks of deflate with fixed codes, bit after bit."""

    def __init__(self) -> None:
        self._bits = ""

    def __len__(self) -> int:
        return len(self._bits)

    def bloc(self, *paires: tuple[int, int]) -> "Bits":
        """Add a block of pairs: a length, how far behind."""
        self._bits += "010"[::-1]  # not the last, fixed codes: bits come low first
        for longueur, distance in paires:
            self._longueur(longueur)
            self._distance(distance)
        self._bits += "0" * 7
        return self

    def octets(self) -> bytes:
        """Give whole bytes."""
        assert len(self._bits) % 8 == 0, len(self._bits)
        rangs = range(0, len(self._bits), 8)
        return bytes(int(self._bits[i : i + 8][::-1], 2) for i in rangs)

    def _nombre(self, valeur: int, combien: int) -> None:
        self._bits += "".join(str(valeur >> i & 1) for i in range(combien))

    def _longueur(self, longueur: int) -> None:
        symbole, base, extra = 257, 3, 0
        while longueur >= base + (1 << extra):
            base, symbole = base + (1 << extra), symbole + 1
            extra = max((symbole - 261) // 4, 0)
        code, combien = (symbole - 256, 7) if symbole < 280 else (symbole - 280 + 192, 8)
        self._bits += f"{code:0{combien}b}"
        self._nombre(longueur - base, extra)

    def _distance(self, distance: int) -> None:
        symbole, base, extra = 0, 1, 0
        while distance >= base + (1 << extra):
            base, symbole = base + (1 << extra), symbole + 1
            extra = max((symbole - 2) // 2, 0)
        self._bits += f"{symbole:05b}"
        self._nombre(distance - base, extra)


def dire(octets: int) -> bytes:
    """Print the bytes that follow."""
    return struct.pack("<BHH", 0, octets, octets ^ 0xFFFF)


def redire(octets: int) -> bytes:
    """Print the last bytes again, by pairs and empty blocks that end with a byte."""
    essais: list[Bits] = []
    for vides, premiere in product(range(4), (octets, *range(PAIRE, octets - PAIRE + 1))):
        bits = Bits().bloc(*((n, octets) for n in (premiere, octets - premiere) if n))
        for _ in range(vides):
            bits.bloc()
        if len(bits) % 8 == 0:
            essais.append(bits)
    return min(essais, key=len).octets()


def faire(crc: int) -> bytes:
    """Make it, as if this were its sum."""
    taille = compresse = 0
    for _ in range(3):  # sizes are in it too
        communs = (0, 8, 0, 33, crc, compresse, taille, len(NOM), 0)
        p = struct.pack(LOCAL, b"PK\x03\x04", 20, *communs) + NOM
        r = redire(len(p) + 5)
        central = struct.pack(CENTRAL, b"PK\x01\x02", 20, 20, *communs, 0, 0, 0, 0, 0) + NOM
        debut = len(p) + compresse
        finale = struct.pack(FINALE, b"PK\x05\x06", 0, 0, 1, 1, len(central), debut, 0)
        s = TERME + central + finale
        fin = next(x for n in range(len(s) + 4, 250) if len(s) + len(x := redire(n)) == n)
        d = dire(len(p) + 5) + p + dire(len(p) + 5) + r + dire(len(r)) + r + dire(5) + dire(len(r))
        d += dire(20) + r + dire(5) + dire(len(r)) + dire(20) + redire(20)
        d += dire(20) + (redire(20) + dire(20)) * 2 + redire(20)
        suite = redire(20) + dire(0) * 2 + dire(len(fin + s))
        d += dire(20) + suite * 2 + fin + s + fin
        compresse, taille = len(d) + len(TERME), len(p + d + s)
    return p + d + s


def quine() -> bytes:
    """Solve for the sum, which is linear in the places where it stands."""
    zero = zlib.crc32(faire(0))
    lignes = [(zlib.crc32(faire(1 << i)) ^ zero ^ (1 << i), 1 << i) for i in range(32)]
    reste, crc = zero, 0
    for bit in range(32):
        pivot = next((x for x in lignes if x[0] >> bit & 1), None)
        if pivot is None:
            assert not reste >> bit & 1, "no such sum: change the name"
            continue
        lignes = [(a ^ pivot[0], b ^ pivot[1]) if a >> bit & 1 else (a, b) for a, b in lignes]
        if reste >> bit & 1:
            reste, crc = reste ^ pivot[0], crc ^ pivot[1]
    return faire(crc)
