//! What a client knows of its organization, and what it does next.

use std::collections::VecDeque;

use rand::RngExt;
use rand::rngs::StdRng;

use super::answer::Acknowledged;
use super::command::Command;

/// How many of its own things a client keeps in mind.
const KEPT: usize = 40;
/// Things that all clients of an organization fight over.
const SHARED: u32 = 3;

/// Buildings and alerts that this client made, with the newest revision it knows.
#[derive(Debug)]
pub(crate) struct Things {
    client: String,
    random: StdRng,
    commands: u64,
    buildings: VecDeque<(String, u64)>,
    alerts: VecDeque<(String, u64)>,
}

impl Things {
    pub(crate) fn new(client: &str, random: StdRng) -> Self {
        Self {
            client: client.to_owned(),
            random,
            commands: 0,
            buildings: VecDeque::new(),
            alerts: VecDeque::new(),
        }
    }

    pub(crate) fn random(&mut self) -> &mut StdRng {
        &mut self.random
    }

    /// The next command; names in it are new in the whole run.
    pub(crate) fn next(&mut self) -> Command {
        self.commands += 1;
        let name = format!("{} {}", self.client, self.commands);
        let shared = format!("shared-{}", self.random.random_range(0..SHARED));
        match self.random.random_range(0..100) {
            0..12 => {
                let id = format!("{}-{}", self.client, self.commands);
                Command::register(Some(&id), &name)
            }
            12..16 => Command::register(None, &name),
            16..19 => Command::register(Some(&shared), &name),
            19..31 => Command::change(&shared, &name),
            31..62 => self.change(&name),
            62..65 => self.retire(&name),
            65..75 => Command::raise(&name, None, "medium"),
            75..83 => Command::raise(&name, Some(&shared), "high"),
            _ => self.tend(&name),
        }
    }

    fn change(&mut self, name: &str) -> Command {
        let Some((id, revision)) = pick(&mut self.random, &self.buildings) else {
            return Command::register(None, name);
        };
        let mut change = Command::change(&id, name);
        // Half of them only if nobody else has changed it meanwhile.
        change.if_match = self.random.random_bool(0.5).then_some(revision);
        change
    }

    fn retire(&mut self, name: &str) -> Command {
        match self.buildings.pop_front() {
            Some((id, _)) => Command::retire(&id),
            None => Command::register(None, name),
        }
    }

    /// Sees to an alert.
    fn tend(&mut self, name: &str) -> Command {
        let Some((id, _)) = pick(&mut self.random, &self.alerts) else {
            return Command::raise(name, None, "low");
        };
        match self.random.random_range(0..3) {
            0 => Command::acknowledge(&id),
            1 => Command::assign(&id, name),
            _ => {
                self.alerts.retain(|(known, _)| *known != id);
                Command::resolve(&id)
            }
        }
    }

    pub(crate) fn learn(&mut self, command: &Command, told: &Acknowledged) {
        let things = match command.action {
            "register" | "change" => &mut self.buildings,
            "raise" | "acknowledge" | "assign" => &mut self.alerts,
            _ => return,
        };
        match things.iter_mut().find(|(id, _)| *id == told.id) {
            Some(known) => known.1 = told.revision,
            None => things.push_back((told.id.clone(), told.revision)),
        }
        if things.len() > KEPT {
            things.pop_front();
        }
    }
}

fn pick(random: &mut StdRng, things: &VecDeque<(String, u64)>) -> Option<(String, u64)> {
    if things.is_empty() {
        return None;
    }
    things.get(random.random_range(0..things.len())).cloned()
}
