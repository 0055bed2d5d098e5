"""Random valid operations on the schema: the same seed always gives the same one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_non_null_type,
    parse,
)
from oracle.valeurs import Valeurs, Variable, ecrire, en_json
from oracle.vues import Base
from solli_graphql.domain.errors import LimiteDepassee
from solli_graphql.graphql.limits import Limits

LONGUEUR = 5000  # characters: few longer ones are within the limits
PROFONDEUR = 5  # below the rows of a list
RACINES = {
    "sollicitations": 9,
    "synthese": 6,
    "statistiques": 3,
    "node": 3,
    "nodes": 4,
    "sollicitation": 2,
    "structures": 3,
    "structure": 1,
    "utilisateurs": 3,
    "categories": 1,
    "moi": 1,
    "__typename": 1,
}
ALIAS = ("a", "b", "statut", "numero", "id", "nodes", "libelle", "class", "_1", "None")
DANS_LA_VUE = ("version", "statut", "historique", "brouillon", "dateMiseAJour", "statutLibelle")
ENVELOPPES = ("nodes", "edges", "node", "pageInfo")
Chemin = tuple[str, ...]


@dataclass(frozen=True)
class Demande:
    """An operation, with the variables that it is sent with."""

    texte: str
    variables: Mapping[str, Any]
    nom: str | None

    def variante(self, hasard: Random) -> "Demande":
        """Change the conditions that it is sent with."""
        changees = {
            nom: hasard.random() < 0.5 if isinstance(v, bool) else v
            for nom, v in self.variables.items()
        }
        return replace(self, variables=changees)


@dataclass
class Fragment:
    """A named fragment: its text, and what it selects, by path, so that it can merge elsewhere."""

    nom: str
    type: str
    texte: str = ""
    choisis: dict[Chemin, str] = field(default_factory=dict)


class Generateur:
    """Generates one operation."""

    def __init__(
        self, schema: GraphQLSchema, base: Base, graine: str, espaces: tuple[str, ...]
    ) -> None:
        self.schema, self.espaces = schema, espaces
        self.hasard = Random(graine)  # noqa: S311 - a test, not a secret
        self.valeurs = Valeurs(self.hasard, base)

    def demande(self) -> Demande:
        """Generate until the document is within the limits."""
        while True:
            demande = self._essai()
            if len(demande.texte) > LONGUEUR:
                continue
            try:
                Limits().check_text(demande.texte)
                Limits().check_document(parse(demande.texte))
            except LimiteDepassee:
                continue
            return demande

    def _essai(self) -> Demande:
        h = self.hasard
        self._declarees: dict[str, str] = {}
        self._variables: dict[str, Any] = {}
        self._choisis: dict[Chemin, str] = {}
        self._fragments: list[Fragment] = []
        requete = self.schema.query_type
        noms = h.choices([*RACINES], [*RACINES.values()], k=h.choice((1, 1, 2, 3)))
        racines = [self._champ(requete, nom, (), 0) for nom in noms]
        selection = " ".join(r for r in racines if r) or "__typename"
        nom = h.choice((None, "Q", "query"))
        declarees = ", ".join(f"${n}: {t}" for n, t in self._declarees.items())
        tete = f"query {nom or ''}" + (f"({declarees})" if declarees else "")
        fragments = [f"fragment {f.nom} on {f.type} {{ {f.texte} }}" for f in self._fragments]
        operation = f"{tete} {{ {selection} }}"
        parts = [*fragments, operation] if h.random() < 0.5 else [operation, *fragments]
        demandee = nom
        if nom and h.random() < 0.15:
            parts.append("query Autre { __typename moi { id } }")
        elif h.random() < 0.7:
            demandee = None
        return Demande("\n".join(parts), self._variables, demandee)

    # What is selected on one type.

    def _selection(self, type_: Any, chemin: Chemin, profondeur: int) -> str:
        """Select some fields, through fragments or not; never nothing."""
        h = self.hasard
        parts: list[str] = []
        for _ in range(h.choice((1, 2, 2, 3, 3, 4, 6))):
            tirage = h.random()
            if tirage < 0.1:
                parts.append(self._en_ligne(type_, chemin, profondeur))
            elif tirage < 0.18 and profondeur < PROFONDEUR:
                parts.append(self._fragment(type_, chemin, profondeur))
            elif is_abstract_type(type_):
                parts.append(self._en_ligne(type_, chemin, profondeur))
            else:
                nom = self._nom(type_, profondeur)
                parts.append(self._champ(type_, nom, chemin, profondeur))
                if h.random() < 0.12:  # the same one again, to be merged
                    parts.append(self._champ(type_, nom, chemin, profondeur))
        return " ".join(p for p in parts if p) or "__typename"

    def _nom(self, type_: Any, profondeur: int) -> str:
        """Choose a field that can still be selected at this depth."""
        h = self.hasard
        noms = [
            nom
            for nom, f in type_.fields.items()
            if profondeur < PROFONDEUR or not is_composite_type(get_named_type(f.type))
        ]
        if h.random() < 0.08 or not noms:
            return "__typename"
        if type_.name == "Sollicitation" and h.random() < 0.35:
            return h.choice([n for n in DANS_LA_VUE if n in noms])
        if "pageInfo" in type_.fields and h.random() < 0.6:
            return h.choice(("nodes", "edges"))
        choisi: str = h.choice(noms)
        return choisi

    def _champ(self, type_: Any, nom: str, chemin: Chemin, profondeur: int) -> str:
        """Write a field under a key that means nothing else here; "" if there is none."""
        h = self.hasard
        cle = h.choice(ALIAS) if h.random() < 0.15 else nom
        place = (*chemin, cle)
        connu = self._choisis.get(place)
        declare = type_.fields.get(nom)
        sens = f"{declare.type if declare else ''} {nom}("
        if connu is not None and not connu.startswith(sens):
            return ""
        args = (
            f"({self._arguments(type_, nom, declare)})" if connu is None else connu[len(sens) - 1 :]
        )
        self._choisis[place] = sens + args[1:]
        if declare is None:  # __typename
            return self._dirige(self._alias(cle, nom))
        texte = self._dirige(self._alias(cle, nom) + ("" if args == "()" else args))
        nomme = get_named_type(declare.type)
        if not is_composite_type(nomme):
            return texte
        enveloppe = nom in ENVELOPPES or type_.name == "Query"
        dessous = self._selection(nomme, place, profondeur + (not enveloppe))
        return f"{texte} {{ {dessous} }}"

    @staticmethod
    def _alias(cle: str, nom: str) -> str:
        return nom if cle == nom else f"{cle}: {nom}"

    # Fragments and conditions.

    def _en_ligne(self, type_: Any, chemin: Chemin, profondeur: int) -> str:
        sur = self._applicable(type_)
        condition = (
            self.hasard.choice((f" on {sur.name}", "")) if sur is type_ else f" on {sur.name}"
        )
        tete = self._dirige(f"...{condition}")
        return f"{tete} {{ {self._selection_sur(sur, chemin, profondeur)} }}"

    def _selection_sur(self, sur: Any, chemin: Chemin, profondeur: int) -> str:
        """Select on the type of a fragment: an interface has no other fields than its own."""
        if is_abstract_type(sur):
            return (
                self._champ(sur, self.hasard.choice(("id", "__typename")), chemin, 9)
                or "__typename"
            )
        return self._selection(sur, chemin, profondeur + 1)

    def _applicable(self, type_: Any) -> Any:
        """Choose the type of a fragment: this one, an interface of it, or a type of it."""
        interfaces = list(getattr(type_, "interfaces", ()))
        concrets = (
            list(self.schema.get_possible_types(type_)) if is_abstract_type(type_) else [type_]
        )
        return self.hasard.choice([*concrets, *concrets, *interfaces, type_])

    def _fragment(self, type_: Any, chemin: Chemin, profondeur: int) -> str:
        """Spread a named fragment: one that is written already where it can merge, or a new one."""
        sur = self._applicable(type_)
        for f in self.hasard.sample(self._fragments, len(self._fragments)):
            if f.type == sur.name and f.texte and self._fusionne(f, chemin):
                return self._dirige(f"...{f.nom}")
        etat = [*self._fragments], {**self._declarees}, {**self._variables}
        fragment = Fragment(f"F{len(self._fragments)}", sur.name)
        self._fragments.append(fragment)
        avant, self._choisis = self._choisis, {}
        fragment.texte = self._selection_sur(sur, (), max(profondeur, PROFONDEUR - 2))
        fragment.choisis, self._choisis = self._choisis, avant
        if self._fusionne(fragment, chemin):
            return self._dirige(f"...{fragment.nom}")
        self._fragments, self._declarees, self._variables = etat
        return ""

    def _fusionne(self, fragment: Fragment, chemin: Chemin) -> bool:
        """Add what a fragment selects to what a place does; tell whether they agree."""
        ici = {(*chemin, *place): sens for place, sens in fragment.choisis.items()}
        if any(self._choisis.get(place, sens) != sens for place, sens in ici.items()):
            return False
        self._choisis |= ici
        return True

    def _dirige(self, texte: str) -> str:
        """Put a condition, or two, on a field or a fragment."""
        h = self.hasard
        directives = h.choices(("include", "skip"), k=h.choice((0,) * 16 + (1, 1, 2)))
        for nom in dict.fromkeys(directives):
            texte += f" @{nom}(if: {self._condition()})"
        return texte

    def _condition(self) -> str:
        h = self.hasard
        if h.random() < 0.35:
            return h.choice(("true", "true", "false"))
        nom = h.choice(("oui", "non", "peut_etre"))
        if nom not in self._declarees:
            self._declarees[nom] = h.choice(("Boolean!", "Boolean! = true", "Boolean = false"))
            if "=" not in self._declarees[nom] or h.random() < 0.5:
                self._variables[nom] = h.random() < 0.55
        return f"${nom}"

    # Arguments.

    def _arguments(self, type_: Any, nom: str, declare: Any) -> str:
        if declare is None or not declare.args:
            return ""
        espace = self.hasard.choice(self.espaces) if self.espaces else None
        tires = self.valeurs.facettes() if nom == "facettes" else self.valeurs.lignes()
        if type_.name == "Query":
            tires = self.valeurs.arguments(nom, espace)
        items = list(tires.items())
        self.hasard.shuffle(items)
        return ", ".join(f"{n}: {self._valeur(v, declare.args[n].type)}" for n, v in items)

    def _valeur(self, valeur: Any, type_: Any) -> str:
        """Write a value: a literal, a variable, or a literal with variables inside."""
        h = self.hasard
        if h.random() < 0.35:
            return f"${self._variable(valeur, type_).nom}"
        if isinstance(valeur, dict) and h.random() < 0.5:
            champs = get_named_type(type_).fields
            valeur = {
                n: self._variable(v, champs[n].type) if h.random() < 0.5 else v
                for n, v in valeur.items()
            }
        if isinstance(valeur, list) and h.random() < 0.3:
            element = get_named_type(type_)
            valeur = [
                self._variable(v, element, suffixe="!") if h.random() < 0.4 else v for v in valeur
            ]
        return ecrire(valeur, type_)

    def _variable(self, valeur: Any, type_: Any, suffixe: str = "") -> Variable:
        """Declare a variable: given, left to its default, or left out where it may be."""
        h = self.hasard
        nom = f"v{len(self._declarees)}"
        ecrit = f"{type_}{suffixe}"
        tirage = h.random()
        if tirage < 0.2 and valeur is not None:
            ecrit += f" = {ecrire(valeur, type_)}"
        elif tirage > 0.9 and not is_non_null_type(type_) and not suffixe:
            self._declarees[nom] = ecrit
            return Variable(nom)
        else:
            self._variables[nom] = en_json(valeur)
        if valeur is None and is_non_null_type(type_):
            raise GraphQLError(nom)
        self._declarees[nom] = ecrit
        return Variable(nom)
