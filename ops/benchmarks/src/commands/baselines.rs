//! The baselines against real servers: both do what they are there for.

use std::time::Duration;

use flowgrid_stack::Stack;

use super::postgres_es::PostgresEs;
use super::raw_insert::RawInsert;
use crate::{database, replay};

const BUILDINGS: usize = 10_000;

#[tokio::test]
async fn baselines_run_beside_a_filled_log() {
    let stack = Stack::ephemeral(|options| options.nats = false)
        .await
        .unwrap();
    let url = stack.database_url().unwrap().to_owned();
    flowgrid_log::migrate(&url).await.unwrap();
    let mut db = database::connect(&url).await.unwrap();

    replay::fill::fill(&mut db, BUILDINGS).await.unwrap();
    let (count, newest) = database::events(&mut db).await.unwrap();
    assert_eq!(
        (count, newest),
        (10 * BUILDINGS as u64, 10 * BUILDINGS as u64)
    );

    let folder = std::env::temp_dir().join(format!("flowgrid-bench-test-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let raw = RawInsert::prepare(&url, &folder, &mut db).await.unwrap();
    assert!(raw.run(Duration::from_secs(1)).await.unwrap() > 10.0);
    std::fs::remove_dir_all(&folder).unwrap();

    let postgres_es = PostgresEs::prepare(&url, &mut db).await.unwrap();
    assert!(postgres_es.run(Duration::from_secs(1)).await.unwrap() > 10.0);
    drop(db);
    stack.stop().await.unwrap();
}
