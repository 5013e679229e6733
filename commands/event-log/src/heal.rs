//! Bringing back from the stream what Postgres has lost.
