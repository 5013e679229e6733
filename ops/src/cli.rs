//! The command line.

use chrono::TimeDelta;
use clap::{Args, Parser, Subcommand};
use flowgrid_bus::Role;

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
    /// How long it is good for, such as 15m, 12h, 30d
    #[arg(long, default_value = "24h", value_parser = lifetime)]
    pub expires: TimeDelta,
}

#[derive(Args)]
pub struct Listen {
    /// buildings, building:<id>, alerts, alerts:critical or subject:<pattern>
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

fn lifetime(text: &str) -> Result<TimeDelta, String> {
    let right = || "expected a number and a unit: 90s, 15m, 12h, 30d".to_owned();
    let unit_at = text
        .len()
        .checked_sub(1)
        .filter(|at| text.is_char_boundary(*at))
        .ok_or_else(right)?;
    let (number, unit) = text.split_at(unit_at);
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(right()),
    };
    let number: u32 = number.parse().map_err(|_| right())?;
    let lifetime = TimeDelta::seconds(i64::from(number) * seconds);
    let fits = lifetime > TimeDelta::zero() && lifetime <= TimeDelta::days(3_660);
    fits.then_some(lifetime)
        .ok_or_else(|| "expected more than nothing and at most 3660d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn lifetimes() {
        assert_eq!(lifetime("90s"), Ok(TimeDelta::seconds(90)));
        assert_eq!(lifetime("2d"), Ok(TimeDelta::days(2)));
        for wrong in ["", "d", "5", "-1h", "0s", "1w", "é", "99999999d"] {
            assert!(lifetime(wrong).is_err(), "{wrong}");
        }
    }
}
