//! `flowgrid up` on a disk whose power is cut: all of it at once, again and again.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use common::{Process, get, run};
use flowgrid_power::{PowerDisk, disk_for_test};
use flowgrid_stack::{find_nats, tools_dir};

const CLIENTS: usize = 6;
const PATIENCE: Duration = Duration::from_secs(90);

/// What stands in the state folder when a first start has come so far.
const STAGES: [&str; 6] = [
    "secrets",
    "servers/postgres.new/PG_VERSION",
    "servers/bin/nats-server",
    "servers/postgres",
    "jwt-keys/first.pem",
    "run.json",
];

struct Machine {
    disk: PowerDisk,
    process: Option<Process>,
    address: String,
}

impl Machine {
    fn start(&mut self) -> String {
        let mut process = self.process.take().unwrap_or_else(|| self.begin());
        self.address = process.stdout_word("Flowgrid runs at ");
        let token = process.stdout_word("token (manager)  ");
        self.process = Some(process);
        token
    }

    fn begin(&self) -> Process {
        Process::start(&["up", "--org", "acme"], &self.environment())
    }

    fn environment(&self) -> [(&str, &str); 2] {
        // The folder is the disk's own, so that the variable can borrow it.
        [
            ("FLOWGRID_STATE", self.disk.folder().to_str().unwrap()),
            ("PORT", "0"),
        ]
    }

    fn cut(&mut self) {
        println!("cut: {:?}", self.disk.cut().unwrap());
        if let Some(process) = self.process.take() {
            process.kill();
        }
        self.disk.start().unwrap();
    }

    fn tool(&self, arguments: &[&str]) {
        let output = run(arguments, &self.environment());
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{arguments:?}: {text}");
    }
}

#[allow(clippy::disallowed_methods)]
fn pause() {
    std::thread::sleep(Duration::from_millis(2));
}

fn until(what: &str, mut so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        pause();
    }
}

/// Registers a building; `false` when there is no answer or another than "made".
fn registers(address: &str, token: &str, id: &str) -> bool {
    let host = address.trim_start_matches("http://");
    let body = format!(r#"{{"id":"{id}","name":"{id}","kind":"office"}}"#);
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "POST /api/v1/citypulse/buildings HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Authorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    match ask() {
        Ok(answer) if answer.starts_with("HTTP/1.1 201 ") => true,
        other => {
            println!("{id} not acknowledged: {other:?}");
            false
        }
    }
}

/// Clients that register buildings until the power goes. Answers what was acknowledged.
fn cut_under_load(machine: &mut Machine, token: &str, round: usize, enough: usize) -> Vec<String> {
    let acknowledged = Mutex::new(Vec::new());
    let stop = AtomicBool::new(false);
    let address = machine.address.clone();
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (acknowledged, stop, address) = (&acknowledged, &stop, &address);
            scope.spawn(move || {
                for n in 0.. {
                    let id = format!("b{round}-{client}-{n}");
                    if stop.load(Ordering::Relaxed) || !registers(address, token, &id) {
                        return;
                    }
                    acknowledged.lock().unwrap().push(id);
                }
            });
        }
        until("buildings are registered", || {
            acknowledged.lock().unwrap().len() >= enough
        });
        machine.cut();
        stop.store(true, Ordering::Relaxed);
    });
    acknowledged.into_inner().unwrap()
}

fn lost<'a>(machine: &Machine, token: &str, known: &'a [String]) -> Vec<&'a String> {
    let there = |id: &str| {
        let path = format!("/api/v1/citypulse/buildings/{id}");
        get(&machine.address, token, &path, None).status == 200
    };
    known.iter().filter(|id| !there(id)).collect()
}

/// `SEED`, else the one with which the suite runs.
fn seed(usual: u64) -> u64 {
    std::env::var("SEED").map_or(usual, |seed| seed.parse().unwrap())
}

fn machine(seed: u64) -> Option<Machine> {
    Some(Machine {
        disk: disk_for_test(seed)?,
        process: None,
        address: String::new(),
    })
}

/// A file whose name outlived the cut and whose bytes didn't would be in the way of the next start.
fn assert_whole_or_absent(state: &Path) {
    if let Ok(key) = fs::read_to_string(state.join("jwt-keys/first.pem")) {
        assert!(
            key.ends_with("-----END PRIVATE KEY-----\n"),
            "a key that is not whole"
        );
    }
    if let Ok(copy) = fs::read(state.join("servers/bin/nats-server")) {
        let original = fs::read(find_nats(&tools_dir()).unwrap()).unwrap();
        assert!(copy == original, "a server that is not whole");
    }
}

#[test]
fn a_first_start_may_be_cut_off_anywhere() {
    for seed in seed(1)..seed(1) + 2 {
        let Some(mut machine) = machine(seed) else {
            return;
        };
        for stage in STAGES {
            machine.process = Some(machine.begin());
            let state = machine.disk.folder().to_owned();
            until(stage, || {
                state.join(stage).exists() || state.join("run.json").exists()
            });
            println!("seed {seed}, {stage}");
            machine.cut();
            assert_whole_or_absent(&state);
        }
        let token = machine.start();
        assert!(registers(&machine.address, &token, "rathaus"));
    }
}

#[test]
fn nothing_acknowledged_is_lost_with_the_whole_machine() {
    let Some(mut machine) = machine(seed(11)) else {
        return;
    };
    let first_token = machine.start();
    let mut acknowledged = Vec::new();
    for (round, enough) in [40, 300, 5].into_iter().enumerate() {
        acknowledged.extend(cut_under_load(&mut machine, &first_token, round, enough));
        machine.start();
        // While the relay makes a stream anew the log may not be compared with it, and accepts nothing.
        // An id for each try: one without an answer may have been written.
        let mut tries = 0;
        until("commands are accepted again", || {
            tries += 1;
            let id = format!("now-{round}-{tries}");
            registers(&machine.address, &first_token, &id)
        });
        // The read model has caught up with the others once this one can be read.
        let last = format!("/api/v1/citypulse/buildings/now-{round}-{tries}");
        until("the read model catches up", || {
            get(&machine.address, &first_token, &last, None).status == 200
        });
        assert_eq!(
            lost(&machine, &first_token, &acknowledged),
            Vec::<&String>::new()
        );
        println!(
            "round {round}: {} acknowledged, none lost",
            acknowledged.len()
        );
    }
    machine.tool(&["log", "check"]);
    machine.tool(&["projections", "verify", "buildings"]);
}
