"""Mutants of the commands: locks, transactions, keys, retries, durability."""

from benchmarks.mutants.mutant import Edit, Mutant

SERVICE, POSTGRES, SQLITE = "services/sollicitations.py", "db/postgres.py", "db/sqlite.py"
KEYS = "services/test_idempotence.py::Test"
WRITES = "db/test_ecritures.py::Test"
HALF_WAY = "services/test_tout_ou_rien.py"
NEW_TRANSACTION = (
    'await tx._connection.execute("COMMIT")',
    'await tx._connection.execute("BEGIN")',
)


def _block(indent: int, *lines: str) -> str:
    return "".join(f"{' ' * indent}{line}\n" for line in lines)


_WRITE = _block(4, "await tx.write(*writes)") + "    return PriseEnCompte(confirmation, id_,"
_ANSWER = "    return PriseEnCompte(confirmation, id_,"
_REPLAY = _block(
    4,
    "if issue := await deja(tx, acteur, cle):",
    "    return PriseEnCompte(issue.confirmation, issue.sollicitation_id, rejoue=True)",
)
_LOCK = "    droits = rights(acteur)\n    select ="
_REFUSED = "        raise\n    date"
_LINE = '{**trace.row, "cible": id_}),\n        (c.LIGNE, trace.ligne),\n'
_TEXT = "        (c.TEXTE, trace.texte),\n"
_EVENT = "        (c.EVENEMENT, trace.evenement),\n        *pieces,\n    ]\n    if geste.texte"
_RETAIN = _block(8, ")", "writes.append((c.RETENIR, retenu))") + "    await tx.write"
MUTANTS = (
    Mutant(
        "PostgreSQL: no FOR NO KEY UPDATE",
        "K2",
        (
            Edit(
                "db/commandes.py",
                "lire(shape).core.with_for_update(key_share=True)",
                "lire(shape).core",
            ),
        ),
        (WRITES + "Races::test_all_are_told_who_expect_nothing",),
        "postgresql",
    ),
    Mutant(
        "PostgreSQL: who acts meanwhile is not seen",
        "S6",
        (Edit(POSTGRES, ', "historique", "historique_texte", "evenement"}', "}"),),
        ("db/test_postgres.py::TestPostgres::test_who_acts_meanwhile_is_seen",),
        "postgresql",
    ),
    Mutant(
        "no check of the version",
        "S6",
        (Edit("domain/workflow.py", "if geste.version_attendue not in (None, version):", "if 0:"),),
        ("services/test_conflit.py::TestConflit::test_changes_nothing",),
    ),
    Mutant(
        "history line and texts not written",
        "S2",
        (Edit(SERVICE, _LINE + _TEXT, '{**trace.row, "cible": id_}),\n'),),
        (KEYS + "Key::test_the_same_input_is_replayed",),
    ),
    Mutant(
        "row and history in two transactions",
        "K2",
        (
            Edit(
                SERVICE,
                _WRITE,
                _block(
                    *(4, "await tx.write(writes[0])", *NEW_TRANSACTION),
                    "await tx.write(*writes[1:])",
                )
                + _ANSWER,
            ),
        ),
        (HALF_WAY,),
        "postgresql",
    ),
    Mutant(
        "event not written",
        "K4",
        (Edit(SERVICE, _EVENT, "        *pieces,\n    ]\n    if geste.texte"),),
        ("services/test_retention.py",),
    ),
    Mutant(
        "SQLite: BEGIN, not BEGIN IMMEDIATE",
        "K1, S6",
        (Edit(SQLITE, '"BEGIN IMMEDIATE"', '"BEGIN"'),),
        ("db/test_sqlite.py::TestSqlite::test_a_foreign_lock_is_occupe",),
        note="one process has one writer: only a second connection shows it",
    ),
    Mutant(
        "SQLite: a refused command of a group is not rolled back",
        "K2",
        (Edit(SQLITE, 'self._writes.execute("ROLLBACK TO command")', "pass"),),
        (WRITES + "Commands::test_one_that_raises_costs_the_others_nothing",),
        "sqlite",
    ),
    Mutant(
        "PostgreSQL: a simulation is committed",
        "K2",
        (
            Edit(
                POSTGRES,
                '"COMMIT" if keep else "ROLLBACK"',
                '"COMMIT"',
            ),
        ),
        (WRITES + "Commands::test_a_simulated_one_leaves_nothing",),
        "postgresql",
    ),
    Mutant(
        "PostgreSQL: a command ends with its caller",
        "K2",
        (Edit(POSTGRES, "return await asyncio.shield(task)", "return await task"),),
        (WRITES + "Commands::test_a_cancelled_caller_s_still_commits",),
        "postgresql",
    ),
    Mutant(
        "a replay is answered before the lock and the role",
        "K3",
        (Edit(SERVICE, _LOCK, _REPLAY + _LOCK),),
        (KEYS + "Key::test_a_replay_rechecks_the_right_on_its_row",),
    ),
    Mutant(
        "a key is compared without its input",
        "K3",
        (
            Edit(
                "services/idempotence.py", "if issue and issue.empreinte != cle.empreinte:", "if 0:"
            ),
        ),
        (KEYS + "Key::test_another_input_is_refused",),
    ),
    Mutant(
        "a key is everybody's",
        "K3",
        (
            Edit(
                "db/commandes.py",
                '        _i.utilisateur_id == sa.bindparam("utilisateur", type_=sa.BigInteger),\n',
                "",
            ),
        ),
        (KEYS + "Key::test_another_user_s_is_another_key",),
    ),
    Mutant(
        "an outcome is never stored",
        "K3",
        (Edit(SERVICE, _RETAIN, "        )\n    await tx.write"),),
        (KEYS + "Key::test_the_same_input_is_replayed",),
    ),
    Mutant(
        "an outcome is stored before the command",
        "K3",
        (
            Edit(
                SERVICE,
                _WRITE,
                _block(4, "if cle:")
                + _block(8, "await tx.write(writes.pop())", *NEW_TRANSACTION)
                + _WRITE,
            ),
        ),
        (HALF_WAY,),
        "postgresql",
    ),
    Mutant(
        "refusals are stored",
        "K3",
        (
            Edit(
                SERVICE,
                _REFUSED,
                _block(
                    8,
                    "if cle:",
                    "    kept = {'confirmation': '', 'id_': id_, 'version': 0}",
                    "    kept = cle.a_retenir(acteur, **kept, date=datetime.now(UTC))",
                    "    await tx.write((c.RETENIR, kept))",
                    *(f"    {line}" for line in NEW_TRANSACTION),
                    "raise",
                )
                + "    date",
            ),
        ),
        (KEYS + "Key::test_a_refusal_is_not_kept",),
        "postgresql",
    ),
    Mutant(
        "PostgreSQL: a used key is not looked up where the geste is refused",
        "K3",
        (Edit(SERVICE, "if not tx.held and (issue", "if 0 and (issue"),),
        (KEYS + "Key::test_the_same_input_is_replayed",),
        "postgresql",
    ),
    Mutant(
        "PostgreSQL: a twin's key is not run again",
        "K3",
        (Edit(POSTGRES, "return error.table_name in CLASHES", "return False"),),
        (KEYS + "Soumettre::test_twice_at_once_makes_one",),
        "postgresql",
    ),
    Mutant(
        "PostgreSQL: a clash is not run again",
        "K2",
        (Edit(POSTGRES, "ATTEMPTS = 3", "ATTEMPTS = 1"),),
        ("db/test_postgres.py::TestPostgres::test_a_clash_is_run_again",),
        "postgresql",
    ),
    Mutant(
        "PostgreSQL: a lost connection is run again",
        "K2",
        (
            Edit(
                POSTGRES,
                "not _retriable(e):",
                "not (_retriable(e) or isinstance(e, Occupe)):",
            ),
        ),
        ("db/test_postgres.py::TestPostgres::test_a_lost_commit_is_never_run_again",),
        "postgresql",
    ),
    Mutant(
        "SQLite: synchronous=OFF",
        "K1",
        (Edit(SQLITE, '"synchronous=FULL"', '"synchronous=OFF"'),),
        ("db/test_sqlite.py::TestSqlite::test_every_connection_is_safe",),
        note="the test reads the setting; the lost writes show only in a count of fsyncs, "
        "or when the power fails, never by kill -9",
    ),
    Mutant(
        "young keys are purged",
        "K3",
        (Edit("services/retention.py", "timedelta(days=7)", "timedelta(days=1)"),),
        ("services/test_retention.py",),
    ),
    Mutant(
        "SQLite: a backup copies the file",
        "K5",
        (
            Edit(
                "db/backup.py",
                "_copy, connect(sqlite_path(url)), str(partial)",
                "shutil.copyfile, sqlite_path(url), str(partial)",
            ),
        ),
        ("cli/test_sauvegarde.py::TestBackup",),
        "sqlite",
    ),
)
