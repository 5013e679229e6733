//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

#[derive(Debug, Parser)]
#[command(name = "bench", about = "Measures Flowgrid beside its baselines")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) bench: Bench,
    /// Length of each measured phase, in seconds.
    #[arg(long, global = true, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: Option<u64>,
    /// Ends with one line of JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Runs this part of `auth` alone.
    #[arg(long, global = true, value_enum)]
    pub(crate) only: Option<AuthPart>,
    /// The binary to measure; by default `flowgrid` beside this one.
    #[arg(long, global = true)]
    pub(crate) binary: Option<PathBuf>,
    /// Folder below which each run makes one for its servers' data, and removes it afterwards.
    #[arg(long, global = true, default_value = ".flowgrid/bench")]
    pub(crate) state: PathBuf,
}

/// What `auth` measures, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuthPart {
    Verify,
    Login,
    Timing,
    Lists,
    Limiter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub(crate) enum Bench {
    /// Commands a second over HTTP, beside raw inserts (pgbench) and postgres-es.
    Commands,
    /// From a command sent to its event received on a WebSocket, at 500 commands/s.
    Latency,
    /// Rebuild of a projection from 1,000,000 events, beside COPY of the same.
    Replay,
    /// 10,000 WebSocket connections: memory of one, and time until all have an event.
    Push,
    /// Resident memory, idle and after 1,000,000 commands.
    Memory,
    /// What signing in, tokens, row-level security and rate limits cost, beside argon2id alone.
    Auth,
    /// Readings a second over HTTP, in bulk and from a fleet of meters, beside COPY of the same.
    Ingest,
    /// Questions about a year of readings of 1,000 meters, at 100 a second and as fast as bearable.
    Queries,
    /// Answers the auth bench's lists.
    #[command(hide = true)]
    ListServer,
    /// A share of the push bench's clients, told what to do on its standard input.
    #[command(hide = true)]
    PushClients,
}

impl Bench {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Commands => "commands",
            Self::Latency => "latency",
            Self::Replay => "replay",
            Self::Push => "push",
            Self::Memory => "memory",
            Self::Auth => "auth",
            Self::Ingest => "ingest",
            Self::Queries => "queries",
            Self::ListServer => "list-server",
            Self::PushClients => "push-clients",
        }
    }
}
