//! The command line.

use std::path::PathBuf;

use chrono::TimeDelta;
use chrono_tz::Tz;
use clap::{Args, Parser, Subcommand, ValueEnum};
use flowgrid_bus::Role;
use flowgrid_domain::values::{Plan, Slug};

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
    /// Send what a file holds through the public API
    #[command(subcommand)]
    Import(Import),
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
    /// Load three buildings with real meters, then play their last weeks live, an hour a second
    #[arg(long)]
    pub demo: bool,
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
    /// buildings, building:<id>, energy, energy:<building>, alerts, alerts:critical, notifications or subject:<pattern>
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

/// Which server, and in whose name.
#[derive(Args)]
pub struct ServerOptions {
    /// Address of the server; that of `flowgrid up` by default
    #[arg(long, env = "FLOWGRID_URL")]
    pub url: Option<String>,
    /// Access token; one is made where `flowgrid up` runs
    #[arg(long, env = "FLOWGRID_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// API key, instead of a token
    #[arg(long, env = "FLOWGRID_KEY", hide_env_values = true)]
    pub key: Option<String>,
}

#[derive(Subcommand)]
pub enum Import {
    /// Readings from a CSV file with a line of names above; repeating it records nothing twice
    Readings(ImportReadings),
}

#[derive(Args)]
pub struct ImportReadings {
    /// CSV, separated by commas, semicolons or tabs; compressed when its name ends in .gz
    pub file: PathBuf,
    #[command(flatten)]
    pub server: ServerOptions,
    /// All readings are of this sensor
    #[arg(long, conflicts_with = "sensor_column", value_parser = sensor_id)]
    pub sensor: Option<String>,
    /// Name of the column with the sensors' ids
    #[arg(long)]
    pub sensor_column: Option<String>,
    /// Name of the column with the times
    #[arg(long)]
    pub time_column: Option<String>,
    /// Name of the column with the values
    #[arg(long)]
    pub value_column: Option<String>,
    /// Name of the column that says measured or estimated
    #[arg(long)]
    pub quality_column: Option<String>,
    /// Time zone of times without an offset, such as Europe/Berlin
    #[arg(long, value_parser = timezone)]
    pub timezone: Option<Tz>,
    /// What becomes of a reading whose sensor has another value of its time; correct is for managers
    #[arg(long, value_enum, default_value = "ignore")]
    pub on_conflict: OnConflict,
    /// Record nothing, only say what would be
    #[arg(long)]
    pub dry_run: bool,
    /// Readings in a request
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u16).range(1..=50_000))]
    pub rows: u16,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum OnConflict {
    Ignore,
    Reject,
    Correct,
}

impl OnConflict {
    /// As the API calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Reject => "reject",
            Self::Correct => "correct",
        }
    }
}

fn timezone(name: &str) -> Result<Tz, String> {
    let unknown = |_| "must be a time zone of the IANA database".to_owned();
    name.parse().map_err(unknown)
}

fn sensor_id(text: &str) -> Result<String, String> {
    let id = Slug::parse(text).map_err(|error| error.to_string())?;
    Ok(id.as_str().to_owned())
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
