//! One `flowgrid up`, and the account of what it answered.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Mutex;

use serde_json::Value;

use crate::common::{Folder, Process, state_folder};
use crate::peer::{Answer, Peer, eventually};

const BUILDINGS: &str = "/api/v1/citypulse/buildings";

/// The server, and which buildings were registered through it: answered with 201, or never
/// answered although all was said.
pub struct Server {
    pub address: SocketAddr,
    pub token: String,
    process: Process,
    answered: Mutex<BTreeSet<String>>,
    unknown: Mutex<BTreeSet<String>>,
    /// MiB that it took before anything happened.
    at_first: u64,
    _state: Folder,
}

impl Server {
    pub async fn start() -> Self {
        let state = state_folder();
        let folder = state.path().to_str().unwrap().to_owned();
        let (process, address, token) = tokio::task::spawn_blocking(move || {
            let environment = [
                ("FLOWGRID_STATE", folder.as_str()),
                ("PORT", "0"),
                ("LOG_FORMAT", "json"),
            ];
            let mut process = Process::start(&["up", "--org", "acme"], &environment);
            let address = process.stdout_word("Flowgrid runs at http://");
            let token = process.stdout_word("token (manager)  ");
            process.stdout_word("Stop with ");
            (process, address, token)
        })
        .await
        .unwrap();
        let server = Self {
            address: address.parse().unwrap(),
            token,
            at_first: memory(process.id(), "VmRSS"),
            process,
            answered: Mutex::default(),
            unknown: Mutex::default(),
            _state: state,
        };
        server.takes_commands().await;
        server
    }

    /// It has told its address; its first look at the log may yet be under way.
    async fn takes_commands(&self) {
        let registration = self.registration("first");
        eventually("a command is taken", || async {
            let answer = self.registers("first", registration.as_bytes()).await;
            answer.is_some_and(|answer| answer.status == 201)
        })
        .await;
    }

    pub async fn peer(&self) -> Peer {
        Peer::connect(self.address).await
    }

    /// The head of a registration but for what says how long the body is; ends within the headers.
    pub fn head(&self) -> String {
        format!(
            "POST {BUILDINGS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n",
            self.token
        )
    }

    /// A whole registration of the building `id`.
    pub fn registration(&self, id: &str) -> String {
        let body = body(id);
        let length = body.len();
        format!("{}Content-Length: {length}\r\n\r\n{body}", self.head())
    }

    /// Sends a registration, and keeps account of its answer.
    pub async fn registers(&self, id: &str, bytes: &[u8]) -> Option<Answer> {
        let mut peer = self.peer().await;
        peer.send(bytes).await;
        let answer = peer.answer().await;
        self.account(id, answer.as_ref().map(|answer| answer.status));
        answer
    }

    pub fn account(&self, id: &str, status: Option<u16>) {
        let set = match status {
            Some(201) => &self.answered,
            Some(_) => return,
            None => &self.unknown,
        };
        set.lock().unwrap().insert(id.to_owned());
    }

    /// Others are served as ever.
    pub async fn serves(&self, id: &str) {
        let answer = self.registers(id, self.registration(id).as_bytes()).await;
        let answer = answer.unwrap_or_else(|| panic!("{id}: no answer"));
        let body = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status, 201, "others are not served: {id}: {body}");
    }

    /// The most memory that it ever took beyond what it took at first, in MiB.
    pub fn grown(&self) -> u64 {
        memory(self.process.id(), "VmHWM").saturating_sub(self.at_first)
    }

    /// Nothing broke, the log holds what was answered and nothing else, and memory stayed below
    /// `most` MiB more than at first.
    pub async fn assert_sound(self, most: u64) {
        let grown = self.grown();
        println!("memory grew by {grown} MiB from {} MiB", self.at_first);
        self.serves("last").await;
        let log = self.registered().await;
        let answered = self.answered.lock().unwrap().clone();
        let unknown = self.unknown.lock().unwrap().clone();
        let lost: Vec<_> = answered.difference(&log).collect();
        assert!(lost.is_empty(), "answered but not in the log: {lost:?}");
        let known: BTreeSet<_> = answered.union(&unknown).cloned().collect();
        let more: Vec<_> = log.difference(&known).collect();
        assert!(more.is_empty(), "in the log but never answered: {more:?}");
        for line in self.process.log_lines() {
            let broke = line.contains("panic") || line.contains(r#""level":"ERROR""#);
            assert!(!broke, "{line}");
        }
        assert!(grown <= most, "memory grew by {grown} MiB");
        let stopped = tokio::task::spawn_blocking(|| self.process.stop());
        assert!(stopped.await.unwrap().success());
    }

    /// Every building that the log says was registered; none twice.
    async fn registered(&self) -> BTreeSet<String> {
        let (mut all, mut cursor) = (BTreeSet::new(), String::new());
        loop {
            let mut peer = self.peer().await;
            let head = format!(
                "GET /api/v1/events?limit=500{cursor} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
                self.token
            );
            peer.send(head.as_bytes()).await;
            let answer = peer.answer().await.unwrap();
            assert_eq!(answer.status, 200);
            let page: Value = serde_json::from_slice(&answer.body).unwrap();
            for event in page["data"].as_array().unwrap() {
                if event["type"] == "building.registered" {
                    let id = event["aggregateId"].as_str().unwrap().to_owned();
                    assert!(all.insert(id), "registered twice: {event}");
                }
            }
            if page["pagination"]["hasMore"] == false {
                return all;
            }
            cursor = format!("&cursor={}", page["pagination"]["cursor"].as_str().unwrap());
        }
    }
}

/// The body that registers the building `id`.
pub fn body(id: &str) -> String {
    format!(r#"{{"id":"{id}","name":"{id}"}}"#)
}

/// A line of the process's status, in MiB.
fn memory(process: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib / 1024
}
