//! One Postgres for each test process, one database for each test.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;

use flowgrid_stack::Stack;
use sqlx::{Connection, PgConnection};

static ADDRESS: OnceLock<String> = OnceLock::new();
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// An empty database of its own on the process's Postgres.
pub async fn fresh_database() -> String {
    let address = ADDRESS.get_or_init(start);
    let name = format!("t{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(address).await.unwrap();
    let create = format!("create database {name}");
    sqlx::raw_sql(&create)
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let (server, _) = address.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

/// On a thread with a runtime of its own, because the server outlives the test that starts it.
/// It dies with the process.
fn start() -> String {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let stack = Stack::ephemeral(|options| options.nats = false)
                .await
                .unwrap();
            send.send(stack.database_url().unwrap().to_owned()).unwrap();
            std::future::pending::<()>().await;
        });
    });
    receive.recv().unwrap()
}
