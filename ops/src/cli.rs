//! The command line.

use chrono::TimeDelta;
use clap::{Args, Parser, Subcommand};
use flowgrid_bus::Role;
use flowgrid_domain::values::Plan;

use crate::settings::lifetime;

/// Event-sourced backend for buildings, grids, workflows and conversations.
#[derive(Parser)]
#[command(name = "flowgrid", version, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Run every role in one process, with Postgres and NATS of its own where none are set
    Up(Up),
    /// Serve HTTP: commands and queries
    Api,
    /// Serve WebSockets
    Push,
    /// Keep read models up to date
    Project {
        /// Which ones; all when none is named
        names: Vec<String>,
    },
    /// Mirror the logs on JetStream
    Relay,
    /// Bring the database to this version's schema
    Migrate,
    /// Print an access token
    Token(Token),
    /// Keys of the access tokens, and the master keys
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Print a channel's events as they come, one JSON object a line
    Listen(Listen),
    /// Read models: how they stand, rebuilds, verification
    #[command(subcommand)]
    Projections(Projections),
    /// The events of a log
    #[command(subcommand)]
    Events(Events),
    /// Log and stream: compare, heal, make anew
    #[command(subcommand)]
    Log(LogCommand),
    /// Look at everything Flowgrid needs and say what is wrong, each with its remedy
    Doctor,
}

#[derive(Args)]
pub struct Up {
    /// Organization of the token that is printed
    #[arg(long, default_value = "demo")]
    pub org: String,
}

#[derive(Args)]
pub struct Token {
    /// Slug of the organization
    #[arg(
        long,
        required_unless_present = "operator",
        conflicts_with = "operator"
    )]
    pub org: Option<String>,
    /// viewer, user, manager or admin
    #[arg(long, default_value = "user")]
    pub role: Role,
    /// The platform's own: rebuilds, metrics; belongs to no organization
    #[arg(long)]
    pub operator: bool,
    /// Who holds it: an opaque id, never a name or an address
    #[arg(long, default_value = "cli")]
    pub subject: String,
    /// read, write; all that the role may do when none is named
    #[arg(long, value_delimiter = ',')]
    pub scopes: Vec<String>,
    /// Frontends it is limited to, such as citypulse,smartgrid; any when none is named
    #[arg(long, value_delimiter = ',')]
    pub frontends: Vec<String>,
    /// Sets the rate limits: free, pro or enterprise
    #[arg(long, default_value = "enterprise", value_parser = Plan::parse)]
    pub plan: Plan,
    /// How long it is good for, such as 15m, 12h, 30d
    #[arg(long, default_value = "24h", value_parser = lifetime)]
    pub expires: TimeDelta,
}

#[derive(Subcommand)]
pub enum KeysCommand {
    /// Draw one of the access tokens into JWT_KEYS_DIR, else the state folder
    New,
    /// Seal everything anew under the first of MASTER_KEYS
    Rewrap,
}

#[derive(Args)]
pub struct Listen {
    /// buildings, building:<id>, alerts, alerts:critical, notifications or subject:<pattern>
    pub channel: String,
    /// Address of the server; that of `flowgrid up` by default
    #[arg(long, env = "FLOWGRID_URL")]
    pub url: Option<String>,
    /// Access token; one is made where `flowgrid up` runs
    #[arg(long, env = "FLOWGRID_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Resume after this position
    #[arg(long)]
    pub after: Option<String>,
}

#[derive(Subcommand)]
pub enum Projections {
    /// How each stands: position, lag, generation, rebuild
    List,
    /// Rebuild beside the live one, compare, swap
    Rebuild {
        name: String,
        /// Swap even when the new one differs from the live one
        #[arg(long)]
        force: bool,
    },
    /// Stop a rebuild; the live one stays
    Cancel { name: String },
    /// Go on with a rebuild that was cancelled or failed
    Resume { name: String },
    /// Fold the log independently and compare every row
    Verify { name: String },
}

#[derive(Subcommand)]
pub enum Events {
    /// Print a log's events, one JSON object a line
    Tail {
        /// Number of the log
        #[arg(long, default_value_t = 1)]
        log: i16,
        /// After this position; the last ten by default
        #[arg(long)]
        after: Option<u64>,
        /// Go on printing as they come
        #[arg(short, long)]
        follow: bool,
    },
}

#[derive(Subcommand)]
pub enum LogCommand {
    /// Compare every log with its stream
    Check,
    /// Bring back from the stream what Postgres has lost
    Heal {
        /// Number of the log; all when none is named
        #[arg(long)]
        log: Option<i16>,
    },
    /// Delete a stream and make it anew from the log
    RebuildStream {
        #[arg(long)]
        log: i16,
        /// How many of the newest events it is to hold
        #[arg(long, default_value_t = 1_000_000)]
        keep: u64,
        /// Needed: what the stream holds and the log doesn't is lost
        #[arg(long)]
        yes: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
