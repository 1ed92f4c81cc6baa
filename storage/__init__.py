"""Everything that lasts: tables, migrations, the ballot box. SQL lives only here; frozen values leave."""
