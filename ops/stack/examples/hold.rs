//! Starts both servers in the folder given, prints their addresses, and waits for its input to end. The
//! tests kill it to see what is left.

use std::{env, error::Error, process::ExitCode};

use flowgrid_stack::{Stack, StackOptions, default_state_dir};
use tokio::io::{AsyncReadExt, stdin};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let state = env::args_os()
        .nth(1)
        .map_or_else(default_state_dir, Into::into);
    let stack = Stack::start(StackOptions::new(state)).await?;
    println!("{}", stack.database_url().unwrap_or_default());
    println!("{}", stack.nats_url().unwrap_or_default());
    stdin().read_to_end(&mut Vec::new()).await?;
    stack.stop().await?;
    Ok(())
}
