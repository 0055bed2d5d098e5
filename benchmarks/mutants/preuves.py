"""Mutants of what is known: transitions, drafts, evidence, visibility, limits."""

from benchmarks.mutants.mutant import Edit, Mutant

WORKFLOW, VISIBILITE, VUES = "domain/workflow.py", "db/visibilite.py", "db/vues.py"
ECRITURE, PREUVE = "domain/ecriture.py", "domain/preuve.py"
DRAFTS = "graphql/test_brouillons.py::Test"
VERIFY = "cli/test_verify.py::TestVerify::test_"
OFFERED = "graphql/test_actions_offertes.py::TestOfferedIsAccepted::test_and_the_rest_refused"

MUTANTS = (
    Mutant(
        "a transition more: closing what is closed",
        "S1",
        (
            Edit(
                WORKFLOW,
                "EMETTEURS, frozenset({S.REPONSE_APPORTEE}), S.CLOTUREE)",
                "EMETTEURS, frozenset({S.REPONSE_APPORTEE, S.CLOTUREE}), S.CLOTUREE)",
            ),
        ),
        (OFFERED,),
        "sqlite and METIER-CLOTUREE",
    ),
    Mutant(
        "either treating side may treat",
        "S1",
        (
            Edit(
                WORKFLOW,
                "int(Droits.RECEPTEUR if structure else Droits.SUPPORT)",
                "int(Droits.RECEPTEUR | Droits.SUPPORT)",
            ),
        ),
        (OFFERED,),
        "sqlite and METIER-A_TRAITER",
    ),
    Mutant(
        "the emitter's version counts drafts",
        "S5",
        (Edit(VUES, '            "version": "version_emetteur",\n', ""),),
        (DRAFTS + "Drafts::test_two_stories_look_the_same",),
        "sqlite",
    ),
    Mutant(
        "the emitter's conflicts count drafts",
        "S5",
        (
            Edit(
                WORKFLOW,
                "return self.statut_emetteur, self.version_emetteur",
                "return self.statut_emetteur, self.version",
            ),
        ),
        (DRAFTS + "Drafts::test_one_shows_in_no_refusal",),
        "sqlite",
    ),
    Mutant(
        "a draft dates the emitter's row",
        "S5",
        (Edit(VUES, '            "date_mise_a_jour": "date_mise_a_jour_emetteur",\n', ""),),
        (DRAFTS + "Drafts::test_one_moves_nothing",),
        "sqlite",
    ),
    Mutant(
        "a draft is not cleared",
        "S5",
        (
            Edit(
                "db/commandes.py",
                "_VISIBLE = (\n    *_VISIBLE_OU_NON,",
                '_VISIBLE = (\n    *(n for n in _VISIBLE_OU_NON if n != "brouillon"),',
            ),
        ),
        ("graphql/test_traitement.py::TestEnCours::test_any_other_geste_ends_it",),
        note="a CHECK of the database refuses it too",
    ),
    Mutant(
        "the text of a transfer is public",
        "S5",
        (
            Edit(
                WORKFLOW,
                "        motif=M.TRANSFEREE,\n        publique=False,\n",
                "        motif=M.TRANSFEREE,\n",
            ),
        ),
        (DRAFTS + "InternalTexts::test_never_reach_the_emitter",),
        "sqlite",
    ),
    Mutant(
        "texts of the treating side are searched",
        "S5",
        (
            Edit(
                "services/sollicitations.py",
                "if geste.texte and transition.roles == {Role.EMETTEUR}:",
                "if geste.texte:",
            ),
        ),
        (DRAFTS + "InternalTexts::test_are_never_searched",),
        "sqlite",
    ),
    Mutant(
        "a link without the previous one",
        "S3",
        (Edit(ECRITURE, "sha256(precedent + corps.encode())", "sha256(corps.encode())"),),
        ("domain/test_preuve.py",),
    ),
    Mutant(
        "a commitment without its salt",
        "S3",
        (Edit(ECRITURE, "sha256(sel + auteur.encode()", "sha256(auteur.encode()"),),
        (VERIFY + "names_each_fault",),
        "sqlite",
    ),
    Mutant(
        "a commitment without its text",
        "S3",
        (Edit(ECRITURE, ' + (texte or "").encode())', ")"),),
        (VERIFY + "names_each_fault",),
        "sqlite",
    ),
    Mutant(
        "verify does not look at the row's tete",
        "S3",
        (Edit(PREUVE, 'if tete != row["tete"]:', "if 0:"),),
        (VERIFY + "names_each_fault",),
        "sqlite",
    ),
    Mutant(
        "SQLite: the history can be changed",
        "S3",
        (
            Edit(
                "db/migrations/versions/0001_create_the_first_tables.py",
                '        for verbe in ("UPDATE", "DELETE")\n',
                "        for verbe in ()\n",
            ),
        ),
        (VERIFY + "the_history_is_only_added_to",),
        "sqlite",
    ),
    Mutant(
        "PostgreSQL: the history can be changed",
        "S3",
        (
            Edit(
                "db/migrations/versions/0001_create_the_first_tables.py",
                "BEFORE UPDATE OR DELETE OR TRUNCATE ON historique",
                "BEFORE INSERT ON compteur",
            ),
        ),
        (VERIFY + "the_history_is_only_added_to",),
        "postgresql",
    ),
    Mutant(
        "the emitter reads drafts",
        "Z2",
        (
            Edit(
                VUES,
                '            "brouillon": None,\n            "prise_en_charge',
                '            "prise_en_charge',
            ),
        ),
        ("graphql/test_politique.py",),
        "sqlite",
    ),
    Mutant(
        "the analyst reads telephones",
        "Z2",
        (Edit(VUES, '            "contact_telephone": None,\n', ""),),
        ("graphql/test_politique.py",),
        "sqlite",
    ),
    Mutant(
        "a column needs no policy",
        "Z1",
        (Edit(VUES, "    if name in EN_CLAIR.get(relation, ()):\n", "    if name:\n"),),
        ("graphql/test_politique.py",),
    ),
    Mutant(
        "the chain starts from nothing",
        "S3",
        (
            Edit(
                ECRITURE,
                "sha256(_COMPACT.encode([row[nom] for nom in DEPOT]).encode())",
                "sha256(b'')",
            ),
        ),
        ("domain/test_preuve.py",),
    ),
    Mutant(
        "services limit nothing",
        "Z2",
        (Edit(VISIBILITE, "if h.structure_id and not h.services})", "if h.structure_id})"),),
        ("graphql/test_roles.py::TestServices",),
        "sqlite",
    ),
    Mutant(
        "a count without its filter",
        "Z3",
        (
            Edit(
                "db/plan/rows.py",
                ".select_from(self.level.origin).where(*self.conditions)\n        if counted",
                ".select_from(self.level.origin)\n        if counted",
            ),
        ),
        ("graphql/test_pagination.py::TestPages",),
        "sqlite",
    ),
    Mutant(
        "the guard measures a fragment at each spread",
        "L1",
        (
            Edit(
                "graphql/limits.py", "return self._known[name]\n", "return self._known.pop(name)\n"
            ),
        ),
        ("http/test_bombes.py::TestBombs::test_doubling_fragments_are_refused_in_linear_time",),
        "sqlite",
        note="the document is walked 2^30 times: the test is stopped after a minute",
        endless=True,
    ),
)
