//! What a reader sees of a swap: nothing, but that it is in one generation or the other.

use flowgrid_bus::Tenant;
use flowgrid_projections::{ModelName, RuntimeOptions, TenantTx, buildings};

use crate::world::{Process, REGISTERED, World};

const BOTH: [ModelName; 2] = [ModelName::Buildings, ModelName::Alerts];

fn acme() -> Tenant {
    Tenant::from_slug("acme").unwrap()
}

async fn total(tx: &mut TenantTx) -> u64 {
    let page = buildings::list(tx, &buildings::Filter::default()).await;
    page.unwrap().total
}

async fn schema(tx: &mut TenantTx) -> String {
    let schema = "select current_setting('search_path')";
    sqlx::query_scalar(schema)
        .fetch_one(&mut **tx)
        .await
        .unwrap()
}

async fn swap(process: &Process) {
    let asked = process
        .admin
        .request_rebuild(ModelName::Buildings, false)
        .await;
    asked.unwrap();
    process.rebuild_is(ModelName::Buildings, "live").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_knows_of_an_old_generation_reads_the_new_one() {
    let world = World::start().await;
    let process = world.process(RuntimeOptions::default()).await;
    process.ready().await;
    world.event("acme", "a", 0, REGISTERED).await;
    process.reaches_head(&world).await;
    for generation in 2..5 {
        // On every connection, and more than once: also on those that know it.
        let mut open = Vec::new();
        for _ in 0..4 {
            open.push(process.read.begin(&acme(), &BOTH).await.unwrap());
        }
        for tx in &mut open {
            assert_eq!(total(tx).await, generation - 1);
            assert!(schema(tx).await.contains("buildings"));
        }
        drop(open);
        swap(&process).await;
        let id = format!("b{generation}");
        world.event("acme", &id, 0, REGISTERED).await;
        process.reaches_head(&world).await;
        let mut tx = process.read.begin(&acme(), &BOTH).await.unwrap();
        let expected = format!("rm_buildings_v1_{generation}");
        assert!(schema(&mut tx).await.contains(&expected));
        assert_eq!(total(&mut tx).await, generation);
    }
    process.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_ends_in_the_generation_it_began_in() {
    let world = World::start().await;
    let process = world.process(RuntimeOptions::default()).await;
    process.ready().await;
    world.event("acme", "a", 0, REGISTERED).await;
    process.reaches_head(&world).await;
    drop(process.read.begin(&acme(), &BOTH).await.unwrap());
    let mut before = process.read.begin(&acme(), &BOTH).await.unwrap();
    assert_eq!(total(&mut before).await, 1);
    swap(&process).await;
    world.event("acme", "b", 0, REGISTERED).await;
    process.reaches_head(&world).await;
    assert_eq!(total(&mut before).await, 1);
    let mut after = process.read.begin(&acme(), &BOTH).await.unwrap();
    assert_eq!(total(&mut after).await, 2);
    process.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_brings_nothing_along_from_whoever_had_it() {
    let world = World::start().await;
    let process = world.process(RuntimeOptions::default()).await;
    process.ready().await;
    world.event("acme", "a", 0, REGISTERED).await;
    process.reaches_head(&world).await;
    let read = flowgrid_projections::ReadModels::open(&world.test.url, 1).await;
    let read = read.unwrap();
    let globex = Tenant::from_slug("globex").unwrap();
    for _ in 0..3 {
        let mut own = read.begin(&acme(), &BOTH).await.unwrap();
        assert_eq!(total(&mut own).await, 1);
        drop(own);
        let mut other = read.begin(&globex, &[ModelName::Alerts]).await.unwrap();
        assert_eq!(schema(&mut other).await, "rm_alerts_v1_1");
        let tenant: String = sqlx::query_scalar("select current_setting('app.tenant')")
            .fetch_one(&mut *other)
            .await
            .unwrap();
        assert_eq!(tenant, globex.id().to_string());
    }
    process.ends().await;
}
