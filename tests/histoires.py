"""The gestes, and the stories that they make: to each state, and there and back."""

from solli_graphql.domain.workflow import (
    Action,
    DestinataireActuel,
    StatutSollicitation,
    StatutTraitement,
)

GESTES = (*StatutTraitement, *(a for a in Action if a is not Action.TRAITER))
# The gestes that lead to each state, with who has it at the end.
CHEMINS: dict[tuple[StatutSollicitation, DestinataireActuel], tuple[str, ...]] = {
    (StatutSollicitation.A_TRAITER, DestinataireActuel.STRUCTURE): (),
    (StatutSollicitation.EN_COURS, DestinataireActuel.STRUCTURE): ("EN_COURS",),
    (StatutSollicitation.EN_ATTENTE_INFORMATIONS, DestinataireActuel.STRUCTURE): (
        "DEMANDE_INFORMATION",
    ),
    (StatutSollicitation.REPONSE_APPORTEE, DestinataireActuel.STRUCTURE): ("RESOLUE",),
    (StatutSollicitation.CLOTUREE, DestinataireActuel.STRUCTURE): ("RESOLUE", "CLOTURER"),
    (StatutSollicitation.A_TRAITER, DestinataireActuel.SUPPORT): ("MAUVAISE_AFFECTATION",),
    (StatutSollicitation.EN_COURS, DestinataireActuel.SUPPORT): (
        *("MAUVAISE_AFFECTATION", "EN_COURS"),
    ),
    (StatutSollicitation.EN_ATTENTE_INFORMATIONS, DestinataireActuel.SUPPORT): (
        *("MAUVAISE_AFFECTATION", "DEMANDE_INFORMATION"),
    ),
    (StatutSollicitation.REPONSE_APPORTEE, DestinataireActuel.SUPPORT): (
        *("MAUVAISE_AFFECTATION", "RESOLUE"),
    ),
    (StatutSollicitation.CLOTUREE, DestinataireActuel.SUPPORT): (
        *("MAUVAISE_AFFECTATION", "RESOLUE", "CLOTURER"),
    ),
}
# A state in which each geste can be made.
PERMIS: dict[str, StatutSollicitation] = {
    **dict.fromkeys(StatutTraitement, StatutSollicitation.A_TRAITER),
    Action.REPONDRE_COMPLEMENT: StatutSollicitation.EN_ATTENTE_INFORMATIONS,
    Action.ROUVRIR: StatutSollicitation.REPONSE_APPORTEE,
    Action.CLOTURER: StatutSollicitation.REPONSE_APPORTEE,
}
# A long story, there and back, as its gestes.
HISTOIRE = (
    *("DEMANDE_INFORMATION", "REPONDRE_COMPLEMENT", "MAUVAISE_AFFECTATION"),
    *("DEMANDE_INFORMATION", "REPONDRE_COMPLEMENT", "RESOLUE", "ROUVRIR"),
    *("MAUVAISE_AFFECTATION", "MAUVAISE_AFFECTATION", "RESOLUE", "CLOTURER", "ROUVRIR"),
)
