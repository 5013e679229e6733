//! The binary as its users run it: all in one, apart and twice, stopped, killed and started again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::Duration;

use common::{Process, get, listen, post_building, state_folder, token};
use flowgrid_stack::Stack;
use sqlx::{Connection, PgConnection};

const MASTER_KEY: &str = "k1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const ANOTHER_KEY: &str = "k2:0f0e0d0c0b0a09080706050403020100f1e1d1c1b1a191817161514131211101";

/// `flowgrid up` on a state folder: its address and token as printed.
fn up(state: &std::path::Path) -> (Process, String, String) {
    let mut process = Process::start(
        &["up", "--org", "acme"],
        &[("FLOWGRID_STATE", state.to_str().unwrap()), ("PORT", "0")],
    );
    let address = process.stdout_word("Flowgrid runs at ");
    let token = process.stdout_word("token (manager)  ");
    process.stdout_word("Stop with ");
    (process, address, token)
}

#[test]
fn up_works_as_printed_and_survives_a_stop_and_a_crash() {
    let state = state_folder();
    let (process, address, bearer) = up(state.path());
    let listener = listen(
        &["buildings"],
        &[("FLOWGRID_STATE", state.path().to_str().unwrap())],
    );
    let answer = post_building(&address, &bearer, "rathaus");
    assert_eq!(answer.status, 201, "{}", answer.body);
    let event = listener.expect_line("building.registered");
    assert!(event.contains("rathaus"), "{event}");
    drop(listener);

    let again = common::run(
        &["doctor"],
        &[("FLOWGRID_STATE", state.path().to_str().unwrap())],
    );
    assert!(
        again.status.success(),
        "{}",
        String::from_utf8_lossy(&again.stdout)
    );
    let verified = common::run(
        &["projections", "verify", "buildings"],
        &[("FLOWGRID_STATE", state.path().to_str().unwrap())],
    );
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stdout)
    );

    assert!(process.stop().success(), "SIGTERM ends it in good order");
    let (process, address, bearer) = up(state.path());
    let mails = get(&address, &bearer, "/dev/mailbox?format=json", None);
    assert_eq!(mails.status, 200, "{}", mails.body);
    assert_eq!(
        get(
            &address,
            &bearer,
            "/api/v1/citypulse/buildings/rathaus",
            None
        )
        .status,
        200
    );
    let made = post_building(&address, &bearer, "schule");
    assert_eq!(made.status, 201, "{}", made.body);
    process.kill();

    let (process, address, bearer) = up(state.path());
    let position = made.header("x-event-position");
    let read = get(
        &address,
        &bearer,
        "/api/v1/citypulse/buildings/schule",
        position.as_deref(),
    );
    assert_eq!(
        read.status, 200,
        "what was acknowledged is there: {}",
        read.body
    );
    assert!(process.stop().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_run_apart_and_twice() {
    let stack = Stack::ephemeral(|_| {}).await.unwrap();
    let secret = "a secret of at least thirty-two bytes";
    let state = state_folder();
    let environment = [
        ("DATABASE_URL", stack.database_url().unwrap()),
        ("NATS_URL", stack.nats_url().unwrap()),
        ("NATS_RELAY_URL", stack.nats_relay_url().unwrap()),
        ("JWT_SECRET", secret),
        ("MASTER_KEYS", MASTER_KEY),
        ("FLOWGRID_STATE", state.path().to_str().unwrap()),
        ("PORT", "0"),
        ("LOG_FORMAT", "json"),
    ];
    let start = |arguments: &[&str]| {
        let mut process = Process::start(arguments, &environment);
        let address = process.stderr_address();
        (process, address)
    };
    assert!(common::run(&["migrate"], &environment).status.success());
    let bearer = token(
        &["token", "--org", "acme", "--role", "manager"],
        &environment,
    );
    let apis = [start(&["api"]), start(&["api"])];
    let mut relays = vec![start(&["relay"]), start(&["relay"])];
    let mut projectors = vec![
        start(&["project"]),
        start(&["project", "buildings"]),
        start(&["project", "alerts"]),
    ];
    let pushes = [start(&["push"]), start(&["push"])];

    let write_and_read = |round: usize| {
        let mut last = None;
        for n in 0..20 {
            let answer = post_building(&apis[n % 2].1, &bearer, &format!("b{round}-{n}"));
            assert_eq!(answer.status, 201, "{}", answer.body);
            last = answer.header("x-event-position");
        }
        let read = get(
            &apis[0].1,
            &bearer,
            &format!("/api/v1/citypulse/buildings/b{round}-19"),
            last.as_deref(),
        );
        assert_eq!(read.status, 200, "{}", read.body);
    };
    let mails = get(&apis[0].1, &bearer, "/dev/mailbox", None);
    assert_eq!(mails.status, 404, "mails are nobody's here");
    let listeners: Vec<_> = pushes
        .iter()
        .map(|(_, address)| {
            listen(
                &["buildings", "--url", address, "--token", &bearer],
                &environment,
            )
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    write_and_read(0);
    for listener in &listeners {
        for n in 0..20 {
            let line = listener.expect_line("building.registered");
            assert!(
                line.contains(&format!("b0-{n}\"")),
                "each once and in order: {line}"
            );
        }
    }
    // One of each is enough.
    relays.remove(0).0.kill();
    projectors.remove(0).0.kill();
    write_and_read(1);
    for listener in &listeners {
        for n in 0..20 {
            assert!(
                listener
                    .expect_line("building.registered")
                    .contains(&format!("b1-{n}\""))
            );
        }
    }
    drop(listeners);
    for (process, _) in apis
        .into_iter()
        .chain(relays)
        .chain(projectors)
        .chain(pushes)
    {
        assert!(process.stop().success());
    }
    stack.stop().await.unwrap();
}

/// `rotate-master-keys.md`
#[tokio::test(flavor = "multi_thread")]
async fn master_keys_are_replaced_and_those_of_another_database_refused() {
    let stack = Stack::ephemeral(|_| {}).await.unwrap();
    let state = state_folder();
    let run = |arguments: &[&str], master_keys: &str| {
        let output = common::run(
            arguments,
            &[
                ("DATABASE_URL", stack.database_url().unwrap()),
                ("NATS_URL", stack.nats_url().unwrap()),
                ("JWT_SECRET", "a secret of at least thirty-two bytes"),
                ("MASTER_KEYS", master_keys),
                ("FLOWGRID_STATE", state.path().to_str().unwrap()),
                ("PORT", "0"),
            ],
        );
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).unwrap())
    };
    let refused = |arguments: &[&str], master_keys: &str| {
        let (fine, said) = run(arguments, master_keys);
        assert!(!fine && said.contains("flowgrid: MASTER_KEYS: "), "{said}");
        let secret = master_keys.rsplit(':').next().unwrap();
        assert!(secret.is_empty() || !said.contains(secret), "{said}");
    };
    assert!(run(&["migrate"], "").0);
    let (fine, said) = run(&["keys", "rewrap"], MASTER_KEY);
    assert!(
        fine && said.contains("0 keys sealed anew under k1"),
        "{said}"
    );
    refused(&["api"], ANOTHER_KEY);
    refused(&["push"], ANOTHER_KEY);
    refused(&["api"], "");
    refused(&["api"], "k1:00112233");

    let both = format!("{ANOTHER_KEY},{MASTER_KEY}");
    let (fine, said) = run(&["keys", "rewrap"], &both);
    assert!(
        fine && said.contains("1 keys sealed anew under k2"),
        "{said}"
    );
    let (fine, said) = run(&["keys", "rewrap"], ANOTHER_KEY);
    assert!(fine && said.contains("0 mails wait"), "{said}");
    refused(&["api"], MASTER_KEY);
    stack.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_could_get_past_row_level_security_is_refused() {
    let stack = Stack::ephemeral(|_| {}).await.unwrap();
    let state = state_folder();
    let environment = [
        ("DATABASE_URL", stack.database_url().unwrap()),
        ("NATS_URL", stack.nats_url().unwrap()),
        ("JWT_SECRET", "a secret of at least thirty-two bytes"),
        ("MASTER_KEYS", MASTER_KEY),
        ("FLOWGRID_STATE", state.path().to_str().unwrap()),
        ("PORT", "0"),
    ];
    assert!(common::run(&["migrate"], &environment).status.success());
    let url = stack.database_url().unwrap();
    let mut owner = PgConnection::connect(url).await.unwrap();
    let mut sql = async |text: String| sqlx::raw_sql(&text).execute(&mut owner).await.unwrap();
    sql("create table stray (); create role strong nologin bypassrls".to_owned()).await;
    for role in ["flowgrid_query", "flowgrid_vault"] {
        for (breaks, mends, says) in [
            (
                "alter role R superuser",
                "alter role R nosuperuser",
                "is a superuser",
            ),
            (
                "alter role R bypassrls",
                "alter role R nobypassrls",
                "may bypass",
            ),
            (
                "alter table stray owner to R",
                "alter table stray owner to current_user",
                "owns 1 tables",
            ),
            (
                "grant strong to R",
                "revoke strong from R",
                "is a member of strong",
            ),
        ] {
            sql(breaks.replace('R', role)).await;
            let output = common::run(&["api"], &environment);
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(!output.status.success(), "{breaks}: {said}");
            assert!(said.contains(&format!("{role} {says}")), "{breaks}: {said}");
            sql(mends.replace('R', role)).await;
        }
    }
    // Mended, it starts.
    let mut process = Process::start(&["api"], &{
        let mut environment = environment.to_vec();
        environment.push(("LOG_FORMAT", "json"));
        environment
    });
    process.stderr_address();
    assert!(process.stop().success());
    stack.stop().await.unwrap();
}
