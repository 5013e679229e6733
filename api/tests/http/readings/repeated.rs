//! The same request again under its key.

use super::city::{City, SENSORS, gzip};
use crate::call::{Call, call, delete};
use crate::readings::READINGS;
use crate::world::run;

const CSV: &str = "sensor,time,value\na,1970-01-02T00:00:00Z,1\nc,1970-01-02T00:00:00Z,2\n";

#[test]
fn a_key_records_once() {
    run(|world, org| async move {
        let city = City::new(world, org).await;
        let keyed = |call: Call| call.header("idempotency-key", "k1");
        let first = keyed(city.with("text/csv", CSV)).send(world).await;
        let answer = first.expect(201);
        let again = keyed(city.with("text/csv", CSV)).send(world).await;
        assert_eq!(again.expect(201), answer);
        assert_eq!(
            again.header("x-event-position"),
            first.header("x-event-position")
        );
        assert_eq!(city.recorded().await.len(), 2);
        // What would happen is no command: nothing is kept of it.
        let dry = call("POST", format!("{READINGS}?dryRun=true")).token(&city.token);
        let dry = keyed(dry.header("content-type", "text/csv").body(CSV));
        dry.send(world).await.expect(200);
        for other in [
            city.with("text/csv", CSV.replace(",2", ",3")),
            city.with("text/csv", gzip(CSV))
                .header("content-encoding", "gzip"),
            call("POST", format!("{READINGS}?onConflict=reject"))
                .token(&city.token)
                .header("content-type", "text/csv")
                .body(CSV),
        ] {
            let reused = keyed(other).send(world).await;
            reused.problem(422, "idempotency-key-reused");
        }
        // It was recorded while the sensor was there.
        let remove = delete(format!("{SENSORS}/c")).token(&city.manager());
        remove.send(world).await.expect(200);
        let again = keyed(city.with("text/csv", CSV)).send(world).await;
        assert_eq!(again.expect(201), answer);
        city.send("text/csv", CSV).await.problem(422, "invalid");
        assert_eq!(city.recorded().await.len(), 2);
    });
}
