//! The binary as its users run it: all in one, apart and twice, stopped, killed and started again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::time::Duration;

use common::{Process, get, listen, post_building, state_folder, token};
use flowgrid_stack::Stack;

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
