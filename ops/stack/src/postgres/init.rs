//! Makes a new cluster: complete or not there at all.

use std::{
    fs::{self, File},
    io::ErrorKind,
    path::Path,
    process::Command,
    time::Duration,
};

use nix::sys::signal::Signal;
use tokio::time::timeout;

use super::bare_command;
use crate::{
    PostgresBinaries, Server, StackError, child::Child, logs, place::Place, secrets::write_private,
};

/// A slow disk makes initdb slow; longer than this it hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// The major version that made the data, or `None` when there is no cluster yet.
pub(super) fn major_of(data: &Path) -> Result<Option<u32>, StackError> {
    let path = data.join("PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text.trim().parse().ok()),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(StackError::io("read", path)(e)),
    }
}

/// Makes the cluster and the database in a folder beside `data` and moves it there when it is whole.
pub(super) async fn make(
    binaries: &PostgresBinaries,
    place: &Place,
    data: &Path,
    owner: &str,
    password: &str,
) -> Result<(), StackError> {
    let fresh = data.with_extension("new");
    match fs::remove_dir_all(&fresh) {
        Err(e) if e.kind() != ErrorKind::NotFound => {
            return Err(StackError::io("remove", fresh)(e));
        }
        _ => {}
    }
    let password_file = place.servers.join("password");
    write_private(&password_file, password)?;
    place.run_as.own(&password_file)?;
    let made = init_db(binaries, place, &fresh, owner, &password_file).await;
    let _ = fs::remove_file(&password_file);
    made?;
    make_database(binaries, place, &fresh, owner).await?;
    fs::rename(&fresh, data).map_err(StackError::io("move", fresh))
}

async fn init_db(
    binaries: &PostgresBinaries,
    place: &Place,
    fresh: &Path,
    owner: &str,
    password_file: &Path,
) -> Result<(), StackError> {
    // Text sorts and is searched by bytes (fast, the same everywhere), but upper and lower case know
    // more than ASCII.
    let ctype = if cfg!(target_os = "macos") {
        "en_US.UTF-8"
    } else {
        "C.UTF-8"
    };
    let mut command = bare_command(&binaries.program("initdb"), place.run_as);
    command
        .arg("--pgdata")
        .arg(fresh)
        .arg("--pwfile")
        .arg(password_file)
        .args(["--username", owner])
        .args(["--auth", "scram-sha-256", "--encoding", "UTF8"])
        .args(["--locale", "C", "--lc-ctype", ctype])
        .args(["--data-checksums", "--no-instructions"]);
    run(command, place).await
}

/// In single-user mode: no client program and no connection is needed.
async fn make_database(
    binaries: &PostgresBinaries,
    place: &Place,
    fresh: &Path,
    owner: &str,
) -> Result<(), StackError> {
    let script = place.servers.join("init.sql");
    fs::write(&script, format!("CREATE DATABASE {owner};\n"))
        .map_err(StackError::io("write", &script))?;
    let input = File::open(&script).map_err(StackError::io("read", &script))?;
    let mut command = bare_command(&binaries.program("postgres"), place.run_as);
    command
        .arg("--single")
        .arg("-D")
        .arg(fresh)
        .arg("template1")
        .stdin(input);
    let made = run(command, place).await;
    let _ = fs::remove_file(script);
    made
}

async fn run(mut command: Command, place: &Place) -> Result<(), StackError> {
    let path = place.servers.join("postgres-init.log");
    let said_before = logs::length(&path);
    let log = logs::open(&path, place.run_as)?;
    command
        .stdout(log.try_clone().map_err(StackError::io("open", &path))?)
        .stderr(log);
    let program = command.get_program().to_owned();
    let child = Child::spawn(command, Signal::SIGTERM)
        .await
        .map_err(StackError::io("run", program))?;
    let said = || logs::since(&path, said_before);
    match timeout(PATIENCE, child.ended()).await {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(StackError::Failed {
            server: Server::Postgres,
            status: status.to_string(),
            log: said(),
        }),
        Err(_) => Err(StackError::Slow {
            server: Server::Postgres,
            after: PATIENCE,
            log: said(),
        }),
    }
}
