//! The same sensor and time twice in a request.

use serde_json::json;

use super::READINGS;
use super::city::{City, found};
use crate::call::call;
use crate::world::run;

const TWICE: &str = "sensor,time,value\na,1970-01-02T00:00:00Z,1\na,1970-01-02T00:15:00Z,2\n\
    a,1970-01-02T01:00:00+01:00,1\na,1970-01-02T00:15:00Z,3\n";

#[test]
fn the_first_value_stays_unless_the_newer_one_is_to_count() {
    run(|world, org| async move {
        let city = City::new(world, org).await;
        for (on_conflict, value) in [("ignore", 2.0), ("correct", 3.0)] {
            let path = format!("{READINGS}?onConflict={on_conflict}");
            let call = call("POST", path).token(&city.manager()).body(TWICE);
            let reply = call.header("content-type", "text/csv").send(world).await;
            let answer = reply.expect(201)["data"].clone();
            assert_eq!(answer["accepted"], 2);
            assert_eq!(
                (&answer["repeated"], &answer["conflicting"]),
                (&json!(1), &json!(1))
            );
            let recorded = city.recorded().await;
            let last = &recorded[recorded.len() - 2..];
            let expected = [
                found("rathaus", "a", 86_400, 1.0),
                found("rathaus", "a", 87_300, value),
            ];
            assert_eq!(last, expected);
        }
    });
}

#[test]
fn two_values_of_one_time_refuse_the_request_where_conflicts_do() {
    run(|world, org| async move {
        let city = City::new(world, org).await;
        let call = call("POST", format!("{READINGS}?onConflict=reject")).token(&city.token);
        let call = call.header("content-type", "text/csv").body(TWICE);
        let problem = call.send(world).await.problem(422, "invalid");
        let error = json!({"pointer": "/3/value", "detail": "line 5: is not 2, as line 3 says"});
        assert_eq!(problem["errors"], json!([error]));
        assert_eq!(city.recorded().await, []);
    });
}
