//! A killed parent leaves nothing that blocks the next start.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use flowgrid_stack::{Stack, StackOptions};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use sqlx::{Connection, PgConnection};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_parent_takes_its_servers_along() {
    let folder = tempfile::tempdir().unwrap();
    let (mut parent, url) = hold(folder.path()).await;
    write_row(&url).await;
    let servers = running_servers(folder.path());
    assert_eq!(servers.len(), 2, "{servers:?}");
    parent.kill().await.unwrap();

    // Linux tells the children; elsewhere only the next start does.
    if cfg!(target_os = "linux") {
        timeout(Duration::from_secs(10), gone(&servers))
            .await
            .expect("the servers outlived their parent");
    }
    assert_starts_with_the_row(folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_on_the_heels_of_a_kill_waits_for_the_old_servers() {
    let folder = tempfile::tempdir().unwrap();
    let (mut parent, url) = hold(folder.path()).await;
    write_row(&url).await;
    parent.kill().await.unwrap();
    assert_starts_with_the_row(folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_hang_are_killed_by_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let (mut parent, url) = hold(folder.path()).await;
    write_row(&url).await;
    for pid in running_servers(folder.path()) {
        kill(Pid::from_raw(pid), Signal::SIGSTOP).unwrap();
    }
    parent.kill().await.unwrap();
    assert_starts_with_the_row(folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pid_file_that_names_a_stranger_is_no_obstacle() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = StackOptions::new(folder.path());
    options.nats = false;
    let mut stack = Stack::start(options.clone()).await.unwrap();
    write_row(stack.database_url().unwrap()).await;
    let pid_file = stack.postgres_data_dir().unwrap().join("postmaster.pid");
    let left = fs::read_to_string(&pid_file).unwrap();
    stack.kill_postgres().await;
    stack.stop().await.unwrap();

    // As after a reboot, when the number belongs to somebody else.
    let rest = left.split_once('\n').unwrap().1;
    fs::write(&pid_file, format!("{}\n{rest}", std::process::id())).unwrap();
    assert_starts_with_the_row(folder.path()).await;
}

/// Runs the example of that name on `folder`; returns once its servers run, with Postgres' address.
async fn hold(folder: &Path) -> (Child, String) {
    let program = env::current_exe()
        .unwrap()
        .ancestors()
        .nth(2)
        .unwrap()
        .join("examples/hold");
    let mut parent = Command::new(&program)
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|e| panic!("{}: {e}; cargo test builds it", program.display()));
    let mut lines = BufReader::new(parent.stdout.take().unwrap()).lines();
    let url = lines.next_line().await.unwrap();
    // The pipe closes when we return: all that it prints must be read by then.
    let _nats = lines.next_line().await.unwrap();
    let url = url.expect("the example failed");
    (parent, url)
}

async fn write_row(url: &str) {
    let mut db = PgConnection::connect(url).await.unwrap();
    sqlx::query("CREATE TABLE kept AS SELECT 42 AS n")
        .execute(&mut db)
        .await
        .unwrap();
}

async fn assert_starts_with_the_row(folder: &Path) {
    let stack = Stack::start(StackOptions::new(folder)).await.unwrap();
    let mut db = PgConnection::connect(stack.database_url().unwrap())
        .await
        .unwrap();
    let (n,): (i32,) = sqlx::query_as("SELECT n FROM kept")
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert_eq!(n, 42);
    stack.stop().await.unwrap();
}

/// The pids that both servers wrote down.
fn running_servers(folder: &Path) -> Vec<i32> {
    let servers = folder.canonicalize().unwrap().join("servers");
    ["postgres/postmaster.pid", "nats/nats.pid"]
        .into_iter()
        .map(|file| servers.join(file))
        .filter_map(first_number)
        .collect()
}

fn first_number(file: PathBuf) -> Option<i32> {
    fs::read_to_string(file)
        .ok()?
        .lines()
        .next()?
        .trim()
        .parse()
        .ok()
}

async fn gone(pids: &[i32]) {
    while pids
        .iter()
        .any(|pid| kill(Pid::from_raw(*pid), None).is_ok())
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
