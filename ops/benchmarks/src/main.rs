//! `flowgrid-bench NAME`: measures the release binary from outside, over HTTP and WebSocket, beside a
//! baseline on the same server. `ops/bench` builds both and runs this.

mod address;
mod auth;
mod body;
mod cli;
mod commands;
mod database;
mod durability;
mod health;
mod histogram;
mod http;
mod ingest;
mod latency;
mod load;
mod machine;
mod memory;
mod open;
mod pacer;
mod push;
mod queries;
mod replay;
mod report;
mod resident;
mod run;
mod server;
mod subscriber;
mod websocket;

use std::process::ExitCode;

use clap::Parser;
use tokio::runtime::{Builder, Runtime};

/// What a bench fails with: a sentence for the person at the terminal.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// As the server has it: argon2id alone and the server's must not differ in who hands out memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let ran = runtime(cli.bench).map(|runtime| runtime.block_on(run::run(cli)));
    match ran.unwrap_or_else(|error| Err(error.into())) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// One thread: the generator shares the cores with what it measures. What is measured itself has all.
fn runtime(bench: cli::Bench) -> std::io::Result<Runtime> {
    let mut builder = match bench {
        cli::Bench::ListServer => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    };
    builder.enable_all().build()
}
