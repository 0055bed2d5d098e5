"""The command line's own words in French: click has them in English, by gettext."""

from typing import Any

import click

MOTS = {
    "Show this message and exit.": "Affiche cette aide.",
    "Show the version and exit.": "Affiche la version.",
    "Usage:": "Usage :",
    "Options": "Options",
    "Commands": "Commandes",
    "Positional arguments": "Arguments",
    "default: {default}": "par défaut : {default}",
    "required": "obligatoire",
    "Error: {message}": "Erreur : {message}",
    "Try '{command} {option}' for help.": "Essayez « {command} {option} ».",
    "Missing command.": "Il manque une commande.",
    "Missing argument": "Il manque l'argument",
    "Missing option": "Il manque l'option",
    "Missing parameter": "Il manque le paramètre",
    "No such command {name!r}.": "La commande {name} n'existe pas.",
    "No such option {name!r}.": "L'option {name} n'existe pas.",
    "No such option: {name}": "L'option {name} n'existe pas.",
    "Option {name!r} does not take a value.": "L'option {name} ne prend pas de valeur.",
    "Option {name!r} requires an argument.": "L'option {name} demande une valeur.",
    "Invalid value: {message}": "Valeur refusée : {message}",
    "Invalid value for {param_hint}: {message}": "Valeur refusée pour {param_hint} : {message}",
    "{value} is not in the range {range}.": "{value} n'est pas dans l'intervalle {range}.",
    "{value!r} is not a valid {number_type}.": "{value!r} n'est pas un nombre entier.",
    "{name} {filename!r} does not exist.": "{filename} n'existe pas.",
    "{name} {filename!r} is a directory.": "{filename} est un dossier.",
    "{name} {filename!r} is not readable.": "{filename} ne peut pas être lu.",
    "Got unexpected extra argument ({args})": "Argument en trop ({args})",
    "Got unexpected extra arguments ({args})": "Arguments en trop ({args})",
    "Did you mean {possibility}?": "Vouliez-vous dire {possibility} ?",
    "(Possible options: {possibilities})": "(Options possibles : {possibilities})",
    "Aborted!": "Abandon.",
}
MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "types")


def en_francais() -> None:
    """Give click its words in French: a catalogue would need a compiled file in the package."""
    for nom in MODULES:
        module: Any = getattr(click, nom)
        vars(module)["_"] = traduire
        if "ngettext" in vars(module):
            vars(module)["ngettext"] = compter


def traduire(message: str) -> str:
    """Say one of click's messages in French."""
    return MOTS.get(message, message)


def compter(un: str, plusieurs: str, nombre: int) -> str:
    """Say one of click's messages that depend on a number."""
    return traduire(un if nombre < 2 else plusieurs)  # noqa: PLR2004 - French counts so
