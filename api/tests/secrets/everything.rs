//! Everything that is kept or said anywhere, as texts.

use std::fmt::Write as _;

use flowgrid_tests::eventually;

use crate::world::World;

/// Mails as a developer's machine keeps them in place of sending them: the links are what they are for.
const MAILBOX: &str = "mail.mailbox";

pub struct Place {
    pub name: String,
    pub text: String,
}

impl Place {
    pub fn new(name: &str, text: String) -> Self {
        Self {
            name: name.to_owned(),
            text,
        }
    }

    pub fn is_of_events(&self) -> bool {
        self.name.starts_with("table public.events") || self.name.starts_with("stream")
    }
}

/// Each row of each table of each schema; bytes as hex.
pub async fn of_database(world: &World) -> Vec<Place> {
    let mut owner = world.owner().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', n.nspname, c.relname) from pg_class c \
         join pg_namespace n on n.oid = c.relnamespace \
         where c.relkind in ('r', 'p') and not c.relispartition \
         and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    let mut places = Vec::new();
    for table in tables.into_iter().filter(|table| table != MAILBOX) {
        let rows = format!("select coalesce(string_agg(t::text, E'\\n'), '') from {table} t");
        let text = sqlx::query_scalar(&rows).fetch_one(&mut owner).await;
        places.push(Place::new(&format!("table {table}"), text.unwrap()));
    }
    places
}

/// Each message of each stream, subject and headers included; payloads also as hex.
pub async fn of_streams(world: &World) -> Vec<Place> {
    let jetstream = async_nats::jetstream::new(world.test.bus.client().clone());
    let mut places = Vec::new();
    for log in 0..2_i16 {
        let name = format!("EV_{log}");
        let count = events(world, log).await;
        let held = || async { messages(&jetstream, &name).await >= count };
        eventually("the stream holds the log", held).await;
        let stream = jetstream.get_stream(&name).await.unwrap();
        let mut text = String::new();
        for sequence in 1..=count {
            let message = stream.get_raw_message(sequence).await.unwrap();
            let payload = String::from_utf8_lossy(&message.payload);
            writeln!(text, "{} {:?} {payload}", message.subject, message.headers).unwrap();
        }
        places.push(Place::new(&format!("stream {name}"), text));
    }
    places
}

async fn messages(jetstream: &async_nats::jetstream::Context, name: &str) -> u64 {
    let stream = jetstream.get_stream(name).await.unwrap();
    stream.get_info().await.unwrap().state.messages
}

async fn events(world: &World, log: i16) -> u64 {
    let count: i64 = sqlx::query_scalar("select count(*) from events where log_id = $1")
        .bind(log)
        .fetch_one(&mut world.owner().await)
        .await
        .unwrap();
    count.unsigned_abs()
}
