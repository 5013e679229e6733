//! `flowgrid up --demo`, as a newcomer runs it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use common::{Process, get, state_folder};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(60);
const GAS: &str = "/api/v1/citypulse/sensors/demo-town-hall-gas";

struct Demo {
    process: Process,
    /// The day on which what is played begins.
    played_from: String,
    address: String,
    token: String,
}

impl Demo {
    fn start(state: &Path) -> Self {
        let environment = [("FLOWGRID_STATE", state.to_str().unwrap()), ("PORT", "0")];
        let mut process = Process::start(&["up", "--demo"], &environment);
        let address = process.stdout_word("Flowgrid runs at ");
        let token = process.stdout_word("token (manager)  ");
        let played_from = process.stdout_word("Playing what follows ");
        Self {
            process,
            played_from,
            address,
            token,
        }
    }

    fn get(&self, path: &str) -> Value {
        let answer = get(&self.address, &self.token, path, None);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    /// The time of the newest reading of gas, once it is later than this.
    fn newest_after(&self, before: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let sensor = self.get(GAS);
            let newest = sensor["data"]["lastReading"]["timestamp"].as_str();
            if let Some(newest) = newest.filter(|newest| *newest > before) {
                return newest.to_owned();
            }
            assert!(
                Instant::now() < deadline,
                "nothing after {before}: {sensor}"
            );
            std::thread::yield_now();
        }
    }
}

#[test]
fn the_demo_loads_its_meters_plays_on_and_goes_on_where_it_was() {
    let state = state_folder();
    let demo = Demo::start(state.path());
    let first = demo.newest_after(&demo.played_from);
    let second = demo.newest_after(&first);
    let buildings = demo.get("/api/v1/citypulse/buildings");
    assert_eq!(buildings["pagination"]["total"], 3, "{buildings}");
    let rules = demo.get("/api/v1/citypulse/alert-rules");
    assert_eq!(rules["pagination"]["total"], 4, "{rules}");
    assert!(demo.process.stop().success());

    let again = Demo::start(state.path());
    let third = again.newest_after(&second);
    let hour = |text: &str| chrono::DateTime::parse_from_rfc3339(text).unwrap();
    // Not from the beginning of what is played, nor from the end.
    let on = hour(&third) - hour(&second);
    assert!(
        on > chrono::TimeDelta::zero() && on < chrono::TimeDelta::days(20),
        "{on}"
    );
    let buildings = again.get("/api/v1/citypulse/buildings");
    assert_eq!(buildings["pagination"]["total"], 3, "{buildings}");
    assert!(again.process.stop().success());
}
