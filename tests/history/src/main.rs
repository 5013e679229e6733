//! `flowgrid-history check FOLDER`: judges a run whose servers still stand.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use flowgrid_history::{
    CollectError, Evidence, Fate, Objection, Rule, Sources, catch_up, check, collect,
};

/// Checks what was recorded of a run against log, stream and read models.
#[derive(Parser)]
#[command(name = "flowgrid-history")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Says which promises were broken; every read model is rebuilt twice. Nobody may write
    /// meanwhile. Exit status 0: none, 1: some, 2: there is no telling.
    Check {
        /// The recording.
        folder: PathBuf,
        /// postgres://…, as the owner of the database.
        #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
        database_url: String,
        /// nats://…, as the application.
        #[arg(long, env = "NATS_URL", hide_env_values = true)]
        nats_url: String,
        /// Seconds that streams and read models get to catch up.
        #[arg(long, default_value_t = 120)]
        patience: u64,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let Command::Check {
        folder,
        database_url,
        nats_url,
        patience,
    } = Cli::parse().command;
    let sources = Sources {
        recording: folder,
        database_url,
        nats_url,
    };
    match judge(&sources, Duration::from_secs(patience)).await {
        Ok(objections) if objections.is_empty() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(error) => {
            eprintln!("no verdict: {error}");
            ExitCode::from(2)
        }
    }
}

async fn judge(sources: &Sources, patience: Duration) -> Result<Vec<Objection>, CollectError> {
    catch_up(sources, patience).await?;
    let evidence = collect(sources).await?;
    print_counts(&evidence);
    let objections = check(&evidence);
    for rule in Rule::ALL {
        print_rule(rule, &objections);
    }
    println!(
        "{}",
        match objections.len() {
            0 => "every promise was kept".to_owned(),
            n => format!("{n} objections"),
        }
    );
    Ok(objections)
}

fn print_counts(evidence: &Evidence) {
    let mut fates: BTreeMap<&str, u64> = BTreeMap::new();
    for operation in &evidence.recorded.operations {
        let fate = match operation.fate() {
            Fate::Acknowledged => "acknowledged",
            Fate::Unknown => "unknown",
            Fate::Refused => "refused",
        };
        *fates.entry(fate).or_default() += 1;
    }
    println!(
        "{} commands {fates:?}, {} subscribers",
        evidence.recorded.operations.len(),
        evidence.recorded.subscribers.len()
    );
    for log in &evidence.logs {
        let messages = log
            .stream
            .as_ref()
            .map_or(0, |stream| stream.messages.len());
        println!(
            "log {}: {} events, {messages} messages, {} claims, {} receipts",
            log.log,
            log.events.len(),
            log.claims.stored.len(),
            log.receipts.stored.len()
        );
    }
    for model in &evidence.models {
        println!("{}: {} rows", model.name, model.live.rows.len());
    }
}

fn print_rule(rule: Rule, objections: &[Objection]) {
    let mut of_rule = objections
        .iter()
        .filter(|objection| objection.rule == rule)
        .peekable();
    let verdict = if of_rule.peek().is_none() {
        "held"
    } else {
        "BROKEN"
    };
    println!("{rule:<13} {verdict}");
    for objection in of_rule.take(5) {
        println!("    {}", objection.text);
    }
}
