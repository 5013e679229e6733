//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Breaks a whole running system on purpose, under load, and checks that nothing was lost.
///
/// Ends with 0 when every promise held, with 1 when one was broken, with 2 when the run proves nothing
/// (a fault struck too seldom, too little was acknowledged, or it couldn't be run at all).
#[derive(Clone, Debug, Parser)]
#[command(name = "flowgrid-chaos", version)]
pub(crate) struct Cli {
    /// How long clients write and faults strike, at least; every fault strikes once, however long it takes
    #[arg(long, default_value_t = 1.5)]
    pub(crate) minutes: f64,
    /// Of the random draws; drawn when none is given. The same seed draws the same faults
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Clients that send commands
    #[arg(long, default_value_t = 24)]
    pub(crate) clients: usize,
    /// Strike only these faults, by name
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// The `flowgrid` to run
    #[arg(long)]
    pub(crate) binary: PathBuf,
    /// Where the run's folder is made; not where another user can't walk when run as root
    #[arg(long, default_value = "/var/tmp")]
    pub(crate) below: PathBuf,
    /// Keep the folder of a run that held, too
    #[arg(long)]
    pub(crate) keep: bool,
    /// End with one line of JSON
    #[arg(long)]
    pub(crate) json: bool,
}
