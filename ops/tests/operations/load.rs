//! Clients that send commands under keys until told to stop, and write down what they were told.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::http::{Addresses, Answer, Client};

/// A command must have its answer by then, however often it is repeated.
const PATIENCE: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(20);

/// One command that was acknowledged.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    pub key: String,
    /// `POST …` or `PUT …`
    pub line: String,
    pub body: String,
    pub status: u16,
    pub position: String,
}

/// What the clients saw.
#[derive(Default)]
pub struct Record {
    pub acknowledged: Vec<Acknowledged>,
    /// Answers and breaks after which a command was repeated, by their kind.
    pub repeated: BTreeMap<String, u64>,
    /// The longest a command took from its first try to its acknowledgement.
    pub longest: Duration,
}

pub struct Load {
    stop: Arc<AtomicBool>,
    count: Arc<AtomicU64>,
    clients: Vec<JoinHandle<Record>>,
}

impl Load {
    /// `name` keeps the keys of several loads apart.
    pub fn start(name: &str, clients: usize, addresses: &Addresses, token: &str) -> Self {
        let (stop, count) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let one = |number: usize| {
            let (stop, count) = (Arc::clone(&stop), Arc::clone(&count));
            let mut sender = Sender {
                client: Client::new(addresses, number),
                token: token.to_owned(),
                record: Record::default(),
            };
            let name = format!("{name}-{number}");
            std::thread::spawn(move || {
                for round in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    sender.round(&name, round);
                    count.fetch_add(2, Ordering::Relaxed);
                }
                sender.record
            })
        };
        let clients = (0..clients).map(one).collect();
        Self {
            stop,
            count,
            clients,
        }
    }

    /// Waits for so many further acknowledgements.
    pub async fn more(&self, many: u64) {
        let until = self.count.load(Ordering::Relaxed) + many;
        let deadline = Instant::now() + PATIENCE;
        while self.count.load(Ordering::Relaxed) < until {
            assert!(Instant::now() < deadline, "no further acknowledgements");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// What all clients saw, once each has the answer it waits for.
    pub async fn stop(self) -> Record {
        self.stop.store(true, Ordering::Relaxed);
        let joined = tokio::task::spawn_blocking(|| {
            let mut all = Record::default();
            for client in self.clients {
                let one = client.join().unwrap();
                all.acknowledged.extend(one.acknowledged);
                all.longest = all.longest.max(one.longest);
                for (kind, many) in one.repeated {
                    *all.repeated.entry(kind).or_default() += many;
                }
            }
            all
        });
        joined.await.unwrap()
    }
}

struct Sender {
    client: Client,
    token: String,
    record: Record,
}

impl Sender {
    /// A new building, and a change to it.
    fn round(&mut self, name: &str, round: u64) {
        let id = format!("{name}-{round}");
        self.command(
            &format!("{id}-a"),
            "POST /api/v1/citypulse/buildings",
            &format!(r#"{{"id":"{id}","name":"{id}","kind":"office"}}"#),
        );
        self.command(
            &format!("{id}-b"),
            &format!("PUT /api/v1/citypulse/buildings/{id}"),
            &format!(r#"{{"name":"{id} again","area":{}}}"#, round + 1),
        );
    }

    /// Repeats the command under its key until it is acknowledged. Any answer that isn't documented
    /// as one to repeat after is a failure.
    fn command(&mut self, key: &str, line: &str, body: &str) {
        let began = Instant::now();
        let headers = headers(&self.token, key);
        loop {
            assert!(
                began.elapsed() < PATIENCE,
                "{key}: {:?}",
                self.record.repeated
            );
            let kind = match self.client.send(line, &headers, body) {
                Ok(answer) if matches!(answer.status, 200 | 201) => {
                    self.record.longest = self.record.longest.max(began.elapsed());
                    self.record.acknowledged.push(Acknowledged {
                        key: key.to_owned(),
                        line: line.to_owned(),
                        body: body.to_owned(),
                        status: answer.status,
                        position: position(&answer),
                    });
                    return;
                }
                Ok(answer) => {
                    assert!(
                        may_repeat(&answer),
                        "{key}: {} {}",
                        answer.status,
                        answer.body
                    );
                    format!("{} {}", answer.status, answer.code())
                }
                // Nothing is known of it: the key makes the repeat safe.
                Err(error) => format!("{:?}", error.kind()),
            };
            *self.record.repeated.entry(kind).or_default() += 1;
            self.client.move_on();
            #[allow(clippy::disallowed_methods)]
            std::thread::sleep(PAUSE);
        }
    }
}

pub fn headers(token: &str, key: &str) -> String {
    format!("Authorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n")
}

pub fn position(answer: &Answer) -> String {
    answer.header("x-event-position").unwrap().to_owned()
}

/// 429 and 503, each with the time to come back after.
pub fn may_repeat(answer: &Answer) -> bool {
    matches!(answer.status, 429 | 503) && answer.header("retry-after").is_some()
}
