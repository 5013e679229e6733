//! The log's table stays a superset of postgres-es's layout: it reads an aggregate's history from it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use cqrs_es::persist::PersistedEventRepository;
use flowgrid_commands::{Caller, Commands, CommandsOptions, Request};
use flowgrid_domain::buildings::{Building, read_registration};
use flowgrid_domain::cqrs::TagPayload;
use flowgrid_domain::{Decider, buildings::BuildingCommand};
use flowgrid_tests::TestLog;

#[tokio::test(flavor = "multi_thread")]
async fn postgres_es_reads_an_aggregates_history() {
    let test = TestLog::start().await;
    let log = test.domain();
    let appender = test.appender(log, &TestLog::feed(), false);
    let commands = Commands::new(CommandsOptions {
        store: test.store.clone(),
        appenders: [(log.id, appender)].into(),
        remembered: 100,
    });
    let caller = Caller {
        tenant: flowgrid_bus::Tenant::from_slug("acme").unwrap(),
        actor: "somebody".into(),
        role: flowgrid_bus::Role::Manager,
        request_id: None,
        traceparent: None,
        frontend: None,
    };
    let request = |command| Request {
        id: "rathaus".into(),
        command,
        if_match: None,
        idempotency: None,
        status: 200,
        follow_claim: false,
    };
    let input = serde_json::json!({"name": "Rathaus", "kind": "office", "area": 4200.5});
    let register = read_registration(input.as_object().unwrap())
        .unwrap()
        .register;
    commands
        .execute::<Building>(&caller, request(BuildingCommand::Register(register)))
        .await
        .unwrap();
    let last = commands
        .execute::<Building>(&caller, request(BuildingCommand::Retire))
        .await
        .unwrap();

    let pool = sqlx::PgPool::connect(&test.url).await.unwrap();
    let repository = postgres_es::PostgresEventRepository::new(pool);
    let stored = repository
        .get_events::<Building>("acme/rathaus")
        .await
        .unwrap();
    let upcaster = TagPayload;
    let mut folded = Building::default();
    for event in stored {
        let event = cqrs_es::persist::EventUpcaster::upcast(&upcaster, event);
        let event: <Building as Decider>::Event = serde_json::from_value(event.payload).unwrap();
        folded.evolve(&event);
    }
    assert_eq!(folded, last.state);
}
