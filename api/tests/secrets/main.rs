//! No event, message, row, log line or error ever holds a password, a token, a key, a code or a secret,
//! and no event an address or a name. A binary of its own: it keeps what the whole process logs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../http/call.rs"]
#[allow(dead_code, reason = "shared with the tests of HTTP")]
mod call;
mod everything;
mod flows;
#[path = "../http/logs.rs"]
#[allow(dead_code, reason = "shared with the tests of HTTP")]
mod logs;
mod needles;
#[path = "../http/service.rs"]
#[allow(dead_code, reason = "shared with the tests of HTTP")]
mod service;
#[path = "../http/somebody.rs"]
#[allow(dead_code, reason = "shared with the tests of HTTP")]
mod somebody;
#[path = "../http/world.rs"]
#[allow(dead_code, reason = "shared with the tests of HTTP")]
mod world;

use crate::everything::Place;
use crate::logs::Logs;
use crate::needles::Needles;
use crate::world::run;

#[test]
fn nothing_secret_stands_anywhere() {
    let logs = Logs::of_the_process();
    run(|world, org| async move {
        let mut needles = Needles::default();
        let errors = flows::all(world, &org, &mut needles).await;
        assert!(needles.secrets() > 30, "{}", needles.secrets());
        let mut places = everything::of_database(world).await;
        places.extend(everything::of_streams(world).await);
        places.push(Place::new("errors", errors.join("\n")));
        places.push(Place::new("logs", logs.text()));
        let holds = |name: &str| {
            let found = places.iter().find(|place| place.name == name);
            found.is_some_and(|place| !place.text.is_empty())
        };
        for name in ["table public.events", "stream EV_0", "logs", "errors"] {
            assert!(holds(name), "nothing was looked at in {name}");
        }
        let found = needles.found_in(&places);
        assert!(found.is_empty(), "{found:#?}");
        finds_what_is_planted(world, &needles).await;
    });
}

/// It would be noticed: a secret in a row, as bytes in a row, and in a log line.
async fn finds_what_is_planted(world: &world::World, needles: &Needles) {
    let secret = needles.any();
    let mut owner = world.owner().await;
    for kind in ["text", "bytea"] {
        let table = format!("create table planted_{kind} (it {kind})");
        sqlx::query(&table).execute(&mut owner).await.unwrap();
        let insert = match kind {
            "text" => "insert into planted_text values ($1)",
            _ => "insert into planted_bytea values (convert_to($1, 'utf8'))",
        };
        let insert = sqlx::query(insert).bind(secret);
        insert.execute(&mut owner).await.unwrap();
        let found = needles.found_in(&everything::of_database(world).await);
        let planted = format!("planted_{kind}");
        assert!(found.iter().any(|one| one.contains(&planted)), "{kind}");
    }
    let line = Place::new("logs", format!("TRACE token={secret}"));
    assert_eq!(needles.found_in(&[line]).len(), 1);
}
