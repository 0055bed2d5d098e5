"""Who may call a root: the roles are those of the workflow, and the SDL prints them."""

from typing import Any

import strawberry
from strawberry.permission import BasePermission
from strawberry.schema_directive import Location

from solli_graphql.domain.acteur import ROLES_DE_L_ESPACE, Acteur, Espace, Role
from solli_graphql.domain.errors import AccesRefuse
from solli_graphql.domain.workflow import ROLES_DE_L_ACTION, Action


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="autorise",
    description="Rôles dont l'un au moins est requis.",
)
class Autorise:
    """The roles of which one is needed."""

    roles: list[Role] = strawberry.field(description="Rôles admis.")


class Permission(BasePermission):
    """A permission given by some roles."""

    message = AccesRefuse.message
    error_extensions = {"code": AccesRefuse.code}  # noqa: RUF012
    roles: frozenset[Role] = frozenset(Role)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._schema_directive = Autorise(roles=[r for r in Role if r in cls.roles])

    def has_permission(self, source: Acteur, info: Any, **kwargs: Any) -> bool:  # noqa: ARG002
        """Tell whether the actor holds one of the roles, anywhere."""
        return bool(source.roles & self.roles)


class EstAuthentifie(Permission):
    """Anybody with an account."""

    def has_permission(self, source: Acteur, info: Any, **kwargs: Any) -> bool:  # noqa: ARG002
        """Accept every actor."""
        return True


class PeutLire(Permission):
    """Somebody who has a role in the espace asked for."""

    roles = frozenset().union(*ROLES_DE_L_ESPACE.values())

    def has_permission(self, source: Acteur, info: Any, **kwargs: Any) -> bool:  # noqa: ARG002
        """Tell whether one of the actor's roles looks from this espace."""
        espace: Espace = kwargs["espace"]
        return bool(source.roles & ROLES_DE_L_ESPACE[espace])


class PeutExporter(PeutLire):
    """Somebody who may read what they ask to export."""

    def has_permission(self, source: Acteur, info: Any, **kwargs: Any) -> bool:
        """Ask of the input's espace what is asked of a read's."""
        return super().has_permission(source, info, espace=kwargs["input"].espace)


class PeutSoumettre(Permission):
    """An emitter."""

    roles = frozenset({Role.EMETTEUR})


class PeutTraiter(Permission):
    """A receiver, or the support."""

    roles = ROLES_DE_L_ACTION[Action.TRAITER]


class PeutRepondreComplement(Permission):
    """An emitter."""

    roles = ROLES_DE_L_ACTION[Action.REPONDRE_COMPLEMENT]


class PeutRouvrir(Permission):
    """An emitter."""

    roles = ROLES_DE_L_ACTION[Action.ROUVRIR]


class PeutCloturer(Permission):
    """An emitter."""

    roles = ROLES_DE_L_ACTION[Action.CLOTURER]


class PeutTeleverser(Permission):
    """Whoever has an action that files can be joined to."""

    roles = PeutSoumettre.roles | PeutTraiter.roles | PeutRepondreComplement.roles


class PeutJouer(Permission):
    """One of the parties of a sollicitation."""

    roles = PeutSoumettre.roles | PeutTraiter.roles


class PeutAdministrer(Permission):
    """An administrator, of the whole portal or of a structure."""

    roles = frozenset({Role.ADMINISTRATEUR})
