"""The root `exporter`, whose member holds a link to what `graphql/lignes.py` reads."""

from typing import Annotated, Any

import strawberry
from strawberry import Info

from solli_graphql.domain.acteur import Acteur
from solli_graphql.graphql.enums import Espace, FormatExport, TriSollicitations
from solli_graphql.graphql.fields import arg, champ, donnee, objet, racine
from solli_graphql.graphql.permissions import PeutExporter
from solli_graphql.graphql.query import FiltreSollicitations
from solli_graphql.graphql.refus import AccesRefuse, ChampInvalide, membre
from solli_graphql.services.exports import Demande


@objet
class ExportPrepare:
    """L'export est prêt à être téléchargé."""

    url: str = champ("Lien personnel, valable cinq minutes.")
    nombre: int = champ("Nombre exact de lignes, maintenant.")


ResultatExport = Annotated[
    ExportPrepare | ChampInvalide | AccesRefuse,
    strawberry.union("ResultatExport", description="Issue d'une demande d'export."),
]


@strawberry.input(description="Export : d'un filtre, ou d'une Synthèse.")
class ExporterInput:
    """What `exporter` takes."""

    espace: Espace = donnee("Espace.")
    filtre: FiltreSollicitations | None = donnee("Critères ; il en faut un, sans synthese.")
    synthese: bool | None = donnee("true : la Synthèse de l'espace, sans filtre.")
    tri: TriSollicitations | None = donnee("Ordre ; dépôt le plus récent d'abord par défaut.")
    format: FormatExport = donnee("Format du fichier.")


@racine(ResultatExport, "Exporter tout ce que montre une liste.", PeutExporter())
async def exporter(
    root: Acteur,
    info: Info[Any, Acteur],
    input: Annotated[ExporterInput, arg("Export.")],  # noqa: A002
) -> Any:
    filtre = None if input.filtre is None else vars(input.filtre)
    demande = Demande(
        input.espace, input.format, filtre, synthese=bool(input.synthese), tri=input.tri
    )
    fait = await info.context.exports.preparer(root, demande)
    return membre(ExportPrepare, **fait._asdict())
