//! `flowgrid-bench NAME`: measures the release binary from outside, over HTTP and WebSocket, beside a
//! baseline on the same server. `ops/bench` builds both and runs this.

mod address;
mod body;
mod cli;
mod commands;
mod database;
mod durability;
mod health;
mod histogram;
mod http;
mod latency;
mod load;
mod machine;
mod memory;
mod push;
mod replay;
mod report;
mod resident;
mod run;
mod server;
mod subscriber;
mod websocket;

use std::process::ExitCode;

use clap::Parser;

/// What a bench fails with: a sentence for the person at the terminal.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// One thread: the generator shares the cores with what it measures.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run::run(cli::Cli::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}
