//! Every role in processes of its own, and restarting them one after the other.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use flowgrid_stack::Stack;

use crate::common::{Folder, Process, run, state_folder, token};
use crate::http::{Addresses, Client};

pub const SECRET: &str = "a secret of at least thirty-two bytes";
pub const MASTER_KEY: &str = "k1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

/// What the processes are told, and the tools with them.
pub struct Settings {
    variables: Vec<(&'static str, String)>,
    _state: Folder,
}

impl Settings {
    pub fn of(stack: &Stack) -> Self {
        let state = state_folder();
        let text = |text: &str| text.to_owned();
        Self {
            variables: vec![
                ("DATABASE_URL", text(stack.database_url().unwrap())),
                ("NATS_URL", text(stack.nats_url().unwrap())),
                ("NATS_RELAY_URL", text(stack.nats_relay_url().unwrap())),
                ("JWT_SECRET", text(SECRET)),
                ("MASTER_KEYS", text(MASTER_KEY)),
                ("RATE_LIMITING_ENABLED", text("false")),
                ("FLOWGRID_STATE", text(state.path().to_str().unwrap())),
                ("PORT", text("0")),
                ("LOG_FORMAT", text("json")),
            ],
            _state: state,
        }
    }

    pub fn set(&mut self, name: &'static str, value: &str) {
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value.to_owned()));
    }

    pub fn all(&self) -> Vec<(&str, &str)> {
        self.variables
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect()
    }

    pub fn get(&self, wanted: &str) -> &str {
        let mut all = self.variables.iter();
        &all.find(|(name, _)| *name == wanted).unwrap().1
    }

    pub fn database(&self) -> &str {
        self.get("DATABASE_URL")
    }

    /// A tool's exit status and all that it said.
    pub fn tool(&self, arguments: &[&str]) -> (bool, String) {
        let output = run(arguments, &self.all());
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    }

    /// What a tool says that must succeed.
    pub fn must(&self, arguments: &[&str]) -> String {
        let (fine, said) = self.tool(arguments);
        assert!(fine, "{arguments:?}: {said}");
        said
    }

    pub fn token(&self, org: &str) -> String {
        token(&["token", "--org", org, "--role", "manager"], &self.all())
    }
}

/// Running processes of the roles.
pub struct Fleet {
    slots: Vec<Slot>,
    pub apis: Addresses,
    pub pushes: Addresses,
}

struct Slot {
    role: &'static [&'static str],
    process: Option<Process>,
    /// Where it says that it listens.
    address: String,
}

impl Fleet {
    /// Two processes of each role.
    pub fn of_two(settings: &Settings) -> Self {
        Self::start(
            settings,
            &[
                &["relay"],
                &["relay"],
                &["project"],
                &["project"],
                &["push"],
                &["push"],
                &["api"],
                &["api"],
            ],
        )
    }

    pub fn start(settings: &Settings, roles: &[&'static [&'static str]]) -> Self {
        let mut fleet = Self {
            slots: Vec::new(),
            apis: Arc::new(Mutex::default()),
            pushes: Arc::new(Mutex::default()),
        };
        for role in roles {
            fleet.slots.push(Slot {
                role,
                process: Some(Process::start(role, &settings.all())),
                address: String::new(),
            });
        }
        for slot in &mut fleet.slots {
            slot.address = slot.process.as_mut().unwrap().stderr_address();
        }
        for slot in &fleet.slots {
            wait_until_ready(&slot.address);
        }
        fleet.publish();
        fleet
    }

    /// Stops and starts the processes of a role, each by itself, as an upgrade does.
    pub fn roll(&mut self, settings: &Settings, role: &str) {
        let mine = |slot: &Slot| slot.role[0] == role;
        for number in 0..self.slots.len() {
            if !mine(&self.slots[number]) {
                continue;
            }
            let slot = &mut self.slots[number];
            let ended = slot.process.take().unwrap().stop();
            assert!(ended.success(), "{role} ends in good order");
            let mut process = Process::start(slot.role, &settings.all());
            slot.address = process.stderr_address();
            slot.process = Some(process);
            wait_until_ready(&slot.address);
            self.publish();
        }
    }

    pub fn stop(self) {
        for mut slot in self.slots {
            let ended = slot.process.take().unwrap().stop();
            assert!(ended.success(), "{:?} ends in good order", slot.role);
        }
    }

    fn publish(&self) {
        let of = |role: &str| {
            let mine = self.slots.iter().filter(|slot| slot.role[0] == role);
            mine.map(|slot| slot.address.clone()).collect()
        };
        *self.apis.lock().unwrap() = of("api");
        *self.pushes.lock().unwrap() = of("push");
    }
}

/// `GET /health/ready` answers 200.
fn wait_until_ready(address: &str) {
    let only = Arc::new(Mutex::new(vec![address.to_owned()]));
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = Client::new(&only, 0).send("GET /health/ready", "", "");
        if answer.as_ref().is_ok_and(|answer| answer.status == 200) {
            return;
        }
        let said = answer.map(|answer| answer.body);
        assert!(
            Instant::now() < deadline,
            "{address} is not ready: {said:?}"
        );
        #[allow(clippy::disallowed_methods)]
        std::thread::sleep(PAUSE);
    }
}
