# Postgres's programs, for the scripts beside it: those on PATH, else the newest that is installed.
# Debian keeps some of them off PATH.
newest=$(find /usr/lib/postgresql/*/bin -maxdepth 0 2>/dev/null | sort -V | tail -n 1)
PATH=$PATH${newest:+:$newest}
