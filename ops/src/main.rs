//! The binary.

use std::process::ExitCode;

use clap::Parser;
use flowgrid::cli::{Cli, Command, Events, Import, KeysCommand, LogCommand};
use flowgrid::settings::{LogSettings, start_logging, warn_of_settings_without_effect};
use flowgrid::{Failure, Roles, doctor, import, roles, tools, up};
use flowgrid_projections::ModelName;

/// A quarter of the process's time under commands went to the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match start(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("flowgrid: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn start(cli: Cli) -> Result<(), Failure> {
    start_logging(LogSettings::from_environment()?);
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(run(cli.command))
}

async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Up(options) => {
            warn_of_settings_without_effect();
            up::up(options).await
        }
        Command::Api => {
            serve(Roles {
                api: true,
                ..Roles::default()
            })
            .await
        }
        Command::Push => {
            serve(Roles {
                push: true,
                ..Roles::default()
            })
            .await
        }
        Command::Relay => {
            serve(Roles {
                relay: true,
                ..Roles::default()
            })
            .await
        }
        Command::Project { names } => {
            serve(Roles {
                project: models(&names)?,
                ..Roles::default()
            })
            .await
        }
        Command::Migrate => tools::migrate().await,
        Command::Token(options) => tools::token(options),
        Command::Keys(KeysCommand::New) => tools::keys::new(),
        Command::Keys(KeysCommand::Rewrap) => tools::keys::rewrap().await,
        Command::Listen(options) => tools::listen(options).await,
        Command::Import(Import::Readings(options)) => import::readings(options).await,
        Command::Projections(command) => tools::projections(command).await,
        Command::Events(Events::Tail { log, after, follow }) => {
            tools::tail(log, after, follow).await
        }
        Command::Log(LogCommand::Check) => tools::check_logs().await,
        Command::Log(LogCommand::Heal { log }) => tools::heal_logs(log).await,
        Command::Log(LogCommand::RebuildStream { log, keep, yes }) => {
            tools::remake_stream(log, keep, yes).await
        }
        Command::Doctor => doctor::doctor().await,
    }
}

async fn serve(roles: Roles) -> Result<(), Failure> {
    warn_of_settings_without_effect();
    roles::run(roles).await
}

fn models(names: &[String]) -> Result<Vec<ModelName>, Failure> {
    if names.is_empty() {
        return Ok(ModelName::ALL.to_vec());
    }
    names.iter().map(|name| Ok(name.parse()?)).collect()
}
