"""Mutants of the doors: tokens, links, roots, inputs, files, what others may learn."""

from benchmarks.mutants.mutant import Edit, Mutant

AUTH, JETONS, LIENS = "http/auth.py", "services/jetons.py", "services/liens.py"
PERMISSIONS, VISIBILITE = "graphql/permissions.py", "db/visibilite.py"
EXECUTOR, EDGE = "graphql/executor.py", "http/edge.py"
EXECUTION = "graphql/execution.py"
FORGED = "http/test_jetons.py::TestTokens::test_a_forged_one_is_401"
SIGNED = "http/test_jetons_signes.py::TestForged::test_none_is_accepted"
LINKS = "http/test_liens.py::Test"
WORLDS = "oracle/test_deux_mondes.py::TestTwoWorlds::test_"

MUTANTS = (
    Mutant(
        "the audience of a token is not checked",
        "T2",
        (
            Edit(
                JETONS,
                "            and not self.audiences.isdisjoint("
                "[audience] if isinstance(audience, str) else audience)\n",
                "            and bool(audience)\n",
            ),
        ),
        (FORGED, SIGNED),
        "sqlite and aud",
    ),
    Mutant(
        "the type of a token is not checked",
        "T2",
        (
            Edit(
                JETONS,
                "if typ not in self.typs or (typ != TYP and not "
                'isinstance(claims.get("scope"), str)):',
                "if not self.typs:",
            ),
        ),
        (FORGED,),
        "sqlite and typ",
    ),
    Mutant(
        "a token lives as long as it says",
        "T2",
        (Edit(JETONS, "            and 0 < fin - debut <= 60 * MINUTES_MAXIMUM\n", ""),),
        (FORGED,),
        "sqlite and exp",
    ),
    Mutant(
        "a token is never over",
        "T1",
        (Edit(JETONS, "<= maintenant < fin + TOLERANCE", "<= maintenant"),),
        (FORGED,),
        "sqlite and past",
    ),
    Mutant(
        "a bad token is anonymous beside a good link",
        "T1",
        (
            Edit(
                AUTH,
                "    except AccesRefuse:\n        return None\n    if lien is None",
                "    except AccesRefuse:\n        return None\n"
                "    except NonAuthentifie:\n        porteur = None\n    if lien is None",
            ),
        ),
        (FORGED,),
        "sqlite and payload",
    ),
    Mutant(
        "the signature of a link is not checked",
        "Z6",
        (
            Edit(
                LIENS,
                "hmac.compare_digest(juste, jeton) and self._horloge() < fin",
                "len(juste) == len(jeton) and self._horloge() < fin",
            ),
        ),
        (LINKS + "HostileLink::test_is_absent",),
        "sqlite",
    ),
    Mutant(
        "a link is never over",
        "Z6",
        (
            Edit(
                LIENS,
                "hmac.compare_digest(juste, jeton) and self._horloge() < fin",
                "hmac.compare_digest(juste, jeton)",
            ),
        ),
        (LINKS + "Liens::test_live_five_minutes",),
    ),
    Mutant(
        "a link opens with anybody's token",
        "Z6",
        (
            Edit(
                AUTH,
                "if lien is None or (porteur is not None and porteur.id != lien.acteur_id):",
                "if lien is None:",
            ),
        ),
        (LINKS + "HostileLink::test_with_somebody_elses_bearer",),
        "sqlite",
    ),
    Mutant(
        "an export is anybody's",
        "Z6",
        (
            Edit(
                "services/exports.py",
                'm.export.c.utilisateur_id == sa.bindparam("utilisateur"',
                'm.export.c.utilisateur_id > -sa.bindparam("utilisateur"',
            ),
        ),
        (WORLDS + "close_links_alike",),
        "sqlite-recepteur",
    ),
    Mutant(
        "an attachment is whoever's",
        "Z6",
        (
            Edit(
                "db/pieces.py",
                "select.where(ici, condition, permis == literal(1))",
                "select.where(ici, permis == literal(1))",
            ),
        ),
        (WORLDS + "close_links_alike",),
        "sqlite-recepteur",
    ),
    Mutant(
        "any role opens any root",
        "Z1",
        (
            Edit(
                PERMISSIONS,
                "        return bool(source.roles & self.roles)\n",
                "        return bool(self.roles)\n",
            ),
        ),
        ("graphql/test_administration.py::TestOthers::test_are_refused",),
        "sqlite",
    ),
    Mutant(
        "an input needs no rule",
        "Z1",
        (
            Edit(
                "graphql/entrees.py",
                "if regles.keys() != entrees.keys():",
                "if regles.keys() - entrees.keys():",
            ),
        ),
        ("graphql/test_politique.py::TestEntrees",),
    ),
    Mutant(
        "a route needs no policy",
        "Z1",
        (
            Edit(
                "http/portes.py",
                "if not isinstance(route, Route) or chemin not in PORTES:",
                "if not isinstance(route, Route):",
            ),
        ),
        ("http/test_portes.py::TestPortes::test_one_without_a_policy_is_refused",),
    ),
    Mutant(
        "private persons are in the directory",
        "Z3",
        (
            Edit(
                VISIBILITE,
                '    return sa.or_(c["identifiant_type"] != "PARTICULIER", *mine)\n',
                '    return sa.or_(c["identifiant_type"] != "", *mine)\n',
            ),
        ),
        ("graphql/test_annuaire.py::TestDirectory::test_hides_private_persons",),
        "sqlite",
    ),
    Mutant(
        "the emitter searches the treating side's statut",
        "Z3",
        (
            Edit(
                "db/criteria.py",
                '    return In(regard.sql("sollicitation", "statut", c), name)\n',
                '    return In(c["statut"], name)\n',
            ),
        ),
        ("graphql/test_brouillons.py", WORLDS + "answer_any_operation_alike"),
        "sqlite",
    ),
    Mutant(
        "an analyst reads authors' names",
        "Z2",
        (
            Edit(
                "db/vues.py",
                '"historique": {"commentaire": _sans_brouillon, **_AUTEUR},',
                '"historique": {"commentaire": _sans_brouillon},',
            ),
        ),
        ("graphql/test_politique.py::TestMatrix::test_each_cell",),
        "sqlite and EN_COURS-STRUCTURE",
    ),
    Mutant(
        "an error tells what broke",
        "L3",
        (
            Edit(
                EXECUTION,
                '            extensions["incident"] = uuid.uuid4().hex\n',
                '            extensions["incident"], message = uuid.uuid4().hex, str(error)\n',
            ),
        ),
        ("http/test_incidents.py::TestIncidents",),
        "sqlite",
    ),
    Mutant(
        "introspection needs no token in production",
        "T1",
        (Edit(EXECUTOR, "if not (pure and self._open_introspection):", "if not pure:"),),
        ("http/test_production.py::TestProduction",),
        "sqlite",
    ),
    Mutant(
        "any origin may call",
        "L3",
        (
            Edit(
                "app.py",
                "        allow_origins=settings.origins,\n",
                '        allow_origins=("*",),\n',
            ),
        ),
        ("http/test_edge.py::TestOrigins",),
    ),
    Mutant(
        "any host is served",
        "L3",
        (
            Edit(
                EDGE,
                "return found[1] in names or bool(wildcards & names)",
                "return bool(names | wildcards)",
            ),
        ),
        ("http/test_edge.py::TestHosts",),
    ),
    Mutant(
        "points are never taken",
        "L6",
        (
            Edit(
                "quotas.py",
                "        self._kept[caller] = level - points, now\n",
                "        self._kept[caller] = level, now\n",
            ),
        ),
        ("http/test_cout.py::TestBucket",),
    ),
)
