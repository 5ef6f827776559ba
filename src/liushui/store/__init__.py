"""PostgreSQL: embedded server, pool, unit of work, group commit, sequencer, outbox, migrations, named SQL."""
