//! Backup and restore as `ops/runbooks/backup.md` and `restore.md` say, under load.

use std::path::Path;
use std::time::{Duration, Instant};

use flowgrid_stack::Stack;

use crate::common::state_folder;
use crate::fleet::{Fleet, Settings};
use crate::http::{Addresses, Client};
use crate::ledger::{Ledger, head, holds_all_of, sql, until_true};
use crate::load::{Acknowledged, Load, headers, may_repeat, position};
use crate::scripts::{open_folder, owner, script};

const ROLES: &[&[&str]] = &[&["relay"], &["project"], &["api"]];

/// A stretch of load.
const STRETCH: u64 = 60;

/// Waits until the streams hold all that the logs do.
async fn until_mirrored(settings: &Settings) {
    let head = head(settings.database(), 1).await;
    let wanted = format!("log at {head}, stream holds 1 to {head}");
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        let (_, said) = settings.tool(&["log", "check"]);
        if said.contains(&wanted) {
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "{wanted}: {said}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A command that was acknowledged before has the same answer as then, by its receipt. A process
/// that has refused commands looks again in a moment whether it still must.
fn repeats(apis: &Addresses, bearer: &str, command: &Acknowledged) {
    let mut client = Client::new(apis, 0);
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let headers = headers(bearer, &command.key);
        match client.send(&command.line, &headers, &command.body) {
            Ok(answer) if answer.status == command.status => {
                assert_eq!(position(&answer), command.position);
                return;
            }
            Ok(answer) => assert!(may_repeat(&answer), "{} {}", answer.status, answer.body),
            Err(_) => client.move_on(),
        }
        assert!(
            Instant::now() < deadline,
            "it never accepts again: {command:?}"
        );
        #[allow(clippy::disallowed_methods)]
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn verify_models(settings: &Settings) {
    for model in ["buildings", "alerts"] {
        settings.must(&["projections", "verify", model]);
    }
}

/// Whatever is asked of it, it says no and when to come back.
fn refuses(apis: &Addresses, bearer: &str) {
    let mut client = Client::new(apis, 0);
    let body = r#"{"id":"too-early","name":"too early","kind":"office"}"#;
    let line = "POST /api/v1/citypulse/buildings";
    for _ in 0..20 {
        match client.send(line, &headers(bearer, "too-early"), body) {
            Ok(answer) => assert!(may_repeat(&answer), "{} {}", answer.status, answer.body),
            Err(_) => client.move_on(),
        }
    }
}

/// Puts the data folder back to a point before the end, in the words of `restore.md`.
async fn put_back(stack: &mut Stack, backup: &Path, archive: &Path, target: &[&str]) {
    let data = stack.postgres_data_dir().unwrap().to_owned();
    stack.kill_postgres().await;
    let owner = owner(&data);
    remove(&data).await;
    let folders = [backup, archive, &data].map(|path| path.to_str().unwrap());
    script(
        "restore-base.sh",
        &[&folders, target].concat(),
        &[("POSTGRES_OWNER", &owner)],
    );
    stack.restart_postgres().await.unwrap();
    let url = stack.database_url().unwrap().to_owned();
    until_true(&url, "select not pg_is_in_recovery()").await;
}

/// The postmaster is gone; its backends notice a moment later, and may write until then.
async fn remove(data: &Path) {
    for _ in 0..500 {
        if std::fs::remove_dir_all(data).is_ok() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{} can't be removed", data.display());
}

/// Waits until the archive holds all that was written.
async fn until_archived(url: &str) {
    sql(url, "select pg_switch_wal()").await;
    let question = "select coalesce(last_archived_wal, '') >= pg_walfile_name(pg_current_wal_lsn() - 1) from pg_stat_archiver";
    until_true(url, question).await;
}

/// Postgres keeps its WAL and tries again; commands go on.
async fn an_archive_that_takes_nothing_stops_nobody(url: &str, archive: &Path, load: &Load) {
    let elsewhere = archive.with_extension("away");
    std::fs::rename(archive, &elsewhere).unwrap();
    sql(url, "select pg_switch_wal()").await;
    until_true(url, "select failed_count > 0 from pg_stat_archiver").await;
    load.more(STRETCH).await;
    std::fs::rename(&elsewhere, archive).unwrap();
    until_true(
        url,
        "select last_archived_time > last_failed_time from pg_stat_archiver",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_base_backup_put_back_to_an_older_point_is_healed() {
    let mut stack = Stack::ephemeral(|_| {}).await.unwrap();
    let settings = Settings::of(&stack);
    let folder = state_folder();
    let (archive, backup) = (
        open_folder(&folder.path().join("wal")),
        folder.path().join("base"),
    );
    let url = settings.database().to_owned();
    settings.must(&["migrate"]);
    script("archive-on.sh", &[&url, archive.to_str().unwrap()], &[]);
    stack.restart_postgres().await.unwrap();
    assert_eq!(stack.database_url().unwrap(), url, "it kept its port");

    let fleet = Fleet::start(&settings, ROLES);
    let bearer = settings.token("acme");
    let load = Load::start("base", 4, &fleet.apis, &bearer);
    load.more(STRETCH).await;
    an_archive_that_takes_nothing_stops_nobody(&url, &archive, &load).await;
    script("backup-base.sh", &[&url, backup.to_str().unwrap()], &[]);
    load.more(STRETCH).await;
    sql(&url, "select pg_create_restore_point('before-harm')").await;
    load.more(STRETCH).await;
    let record = load.stop().await;
    until_mirrored(&settings).await;
    until_archived(&url).await;
    let before = Ledger::read(&url).await;
    assert!(before.rows("claims") + before.rows("receipts") > 0);

    put_back(&mut stack, &backup, &archive, &["name", "before-harm"]).await;
    let older = Ledger::read(&url).await;
    assert!(older.rows("events") < before.rows("events"));
    refuses(&fleet.apis, &bearer);
    assert_eq!(
        Ledger::read(&url).await.rows("events"),
        older.rows("events")
    );
    let (fine, said) = settings.tool(&["log", "check"]);
    assert!(!fine && said.contains("run `flowgrid log heal`"), "{said}");
    let healed = settings.must(&["log", "heal"]);
    assert!(healed.contains("events brought back"), "{healed}");
    settings.must(&["log", "check"]);
    assert_eq!(Ledger::read(&url).await, before);

    // The processes that saw it all go on.
    holds_all_of(&url, &record).await;
    for command in [&record.acknowledged[0], record.acknowledged.last().unwrap()] {
        tokio::task::block_in_place(|| repeats(&fleet.apis, &bearer, command));
    }
    let load = Load::start("after", 4, &fleet.apis, &bearer);
    load.more(STRETCH).await;
    let more = load.stop().await;
    holds_all_of(&url, &more).await;

    // What was restored is backed up as well, and comes back up to its end.
    let again = folder.path().join("again");
    script("backup-base.sh", &[&url, again.to_str().unwrap()], &[]);
    let load = Load::start("again", 2, &fleet.apis, &bearer);
    load.more(STRETCH).await;
    load.stop().await;
    until_mirrored(&settings).await;
    until_archived(&url).await;
    let before = Ledger::read(&url).await;
    put_back(&mut stack, &again, &archive, &[]).await;
    assert_eq!(Ledger::read(&url).await, before);
    settings.must(&["log", "check"]);
    verify_models(&settings);
    tokio::task::block_in_place(|| fleet.stop());
    stack.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_logical_backup_is_restored_and_healed() {
    let stack = Stack::ephemeral(|_| {}).await.unwrap();
    let mut settings = Settings::of(&stack);
    let folder = state_folder();
    let file = folder.path().join("logs.dump");
    let file = file.to_str().unwrap();
    let old = settings.database().to_owned();
    settings.must(&["migrate"]);
    let fleet = Fleet::start(&settings, ROLES);
    let bearer = settings.token("acme");
    let load = Load::start("dump", 4, &fleet.apis, &bearer);
    load.more(STRETCH).await;
    script("backup-logical.sh", &[&old, file], &[]);
    load.more(STRETCH).await;
    let record = load.stop().await;
    until_mirrored(&settings).await;
    let before = Ledger::read(&old).await;
    tokio::task::block_in_place(|| fleet.stop());

    sql(&old, "create database restored").await;
    let new = stack.database_url_of("restored").unwrap();
    script("restore-logical.sh", &[file, &new], &[]);
    settings.set("DATABASE_URL", &new);
    settings.must(&["migrate"]);
    assert!(Ledger::read(&new).await.rows("events") < before.rows("events"));
    settings.must(&["log", "heal"]);
    assert_eq!(Ledger::read(&new).await, before);
    settings.must(&["log", "check"]);

    let fleet = Fleet::start(&settings, ROLES);
    repeats(&fleet.apis, &bearer, &record.acknowledged[0]);
    let load = Load::start("after", 4, &fleet.apis, &bearer);
    load.more(STRETCH).await;
    let more = load.stop().await;
    holds_all_of(&new, &record).await;
    holds_all_of(&new, &more).await;
    until_mirrored(&settings).await;
    verify_models(&settings);
    tokio::task::block_in_place(|| fleet.stop());
    stack.stop().await.unwrap();
}
