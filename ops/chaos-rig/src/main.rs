//! Breaks a whole running system on purpose, under load, and checks that nothing was lost.
//!
//! Two processes of each role, Postgres and NATS run in a folder of the run's own; clients write and
//! subscribers listen while faults strike. Then everything is healed, has to catch up, and
//! `flowgrid-history` compares what clients were told with what log, stream and read models hold.

mod catch_up;
mod cli;
mod deck;
mod disk;
mod faults;
mod field;
mod fleet;
mod hands;
mod kind;
mod load;
mod proxy;
mod report;
mod run;
mod servers;
mod service;
mod setting;
mod tally;
mod tree;
mod verdict;

use std::process::ExitCode;

use clap::Parser;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    // Before any thread starts: a view of what is mounted belongs to a thread.
    let may_mount = disk::own_view().is_ok();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("flowgrid-chaos: {error}");
            return ExitCode::from(2);
        }
    };
    match runtime.block_on(run::run(cli, may_mount)) {
        Ok(verdict) => verdict.exit(),
        Err(error) => {
            eprintln!("flowgrid-chaos: {error}");
            ExitCode::from(2)
        }
    }
}
