//! Savings of the given meters beside their truth, and what is said where nothing can be.

use flowgrid_bus::Role;
use serde_json::{Value, json};

use crate::call::{delete, get};
use crate::given::{Given, METERS, metadata};
use crate::world::run;

const SAVINGS: &str = "/api/v1/citypulse/energy/savings";
const WORK: &str = "blackoutFrom=2016-12-26&blackoutTo=2017-01-04";

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

#[test]
fn savings_of_the_given_meters_are_those_of_their_truth() {
    run(|world, org| async move {
        let given = Given::new(world, &org, &METERS).await;
        for meter in METERS {
            let path = format!("{SAVINGS}?building={meter}&{WORK}");
            let found = given.ask(&path).await;
            let truth = metadata(meter);
            let of = |when: &str| number(&truth[format!("annual_{when}_total_load")]);
            let wanted = 100.0 * (1.0 - of("reporting") / of("baseline"));
            let (saved, band) = (
                number(&found["savedPercent"]),
                number(&found["uncertaintyPercent"]),
            );
            println!("{meter}: {saved:.2} % ± {band:.2}, truth {wanted:.2} %");
            assert_eq!(found["sufficient"], true, "{found}");
            assert!((saved - wanted).abs() < band, "{found}");
            // Of the meter that only cools, the noise of its two years allows no more.
            if meter != METERS[1] {
                assert!((saved - wanted).abs() < 2.0, "{found}");
            }
            let kwh = number(&found["counterfactualKwh"]) - number(&found["measuredKwh"]);
            assert!((number(&found["savedKwh"]) - kwh).abs() < 1e-6);
            assert_eq!(found["temperatureSensorId"], "air");
            assert_eq!(found["baseline"]["from"], "2015-12-27");
            assert_eq!(found["baseline"]["days"], 365);
            assert_eq!(found["reporting"]["used"], 365);
            assert!(number(&found["model"]["rSquared"]) > 0.5, "{found}");
            // The same year by a meter, and by periods of one's own.
            let periods = "baselineFrom=2015-12-27&baselineTo=2016-12-26\
                           &reportingFrom=2017-01-04&reportingTo=2018-01-04";
            let path = format!("{SAVINGS}?meter={meter}&temperatureSensor=air&{periods}");
            assert_eq!(given.ask(&path).await["savedKwh"], found["savedKwh"]);
        }
        // The second half of the baseline was never metered.
        let path = format!("{SAVINGS}?building={}&blackoutFrom=2018-08-01", METERS[0]);
        let found = given.ask(&path).await;
        assert_eq!(
            (&found["sufficient"], &found["savedKwh"]),
            (&json!(false), &Value::Null)
        );
        let reason = found["reason"].as_str().unwrap();
        assert!(reason.contains("are needed"), "{reason}");
        let excluded = &found["baseline"]["excluded"][0];
        assert_eq!(excluded["reason"], "neither");
        assert_eq!(excluded["dates"].as_array().unwrap().len(), 100);
    });
}

#[test]
fn wrong_questions_for_savings_are_named() {
    run(|world, org| async move {
        let mut given = Given::new(world, &org, &[]).await;
        for (id, kind) in [("power", "electricity"), ("gas", "gas")] {
            let sensor = json!({"id": id, "name": id, "buildingId": "station", "kind": kind,
                "unit": "kWh", "mode": "interval", "periodSeconds": 3600});
            given.send("/api/v1/citypulse/sensors", &sensor).await;
        }
        let all = "baselineFrom=2015-12-27&baselineTo=2016-12-26&reportingFrom=2016-01-04\
                   &reportingTo=2018-01-04";
        let long = "baselineFrom=1990-01-01&baselineTo=2016-12-26&reportingFrom=2017-01-04\
                    &reportingTo=2018-01-04";
        for (query, name, status) in [
            (WORK.to_owned(), "?building", 400),
            ("building=station".to_owned(), "?blackoutFrom", 400),
            (
                "building=station&blackoutTo=2017-01-01".to_owned(),
                "?blackoutFrom",
                400,
            ),
            (
                "building=station&blackoutFrom=soon".to_owned(),
                "?blackoutFrom",
                400,
            ),
            (
                "building=station&blackoutFrom=-9000-01-01".to_owned(),
                "?blackoutFrom",
                400,
            ),
            (
                "building=station&baselineFrom=2016-01-01".to_owned(),
                "?baselineTo",
                400,
            ),
            (
                format!("building=station&{all}&{WORK}"),
                "?baselineFrom",
                400,
            ),
            (
                format!("building=station&{WORK}&confidence=1"),
                "?confidence",
                400,
            ),
            (
                format!("building=station&carrier=coal&{WORK}"),
                "?carrier",
                400,
            ),
            (format!("building=station&{all}"), "?baselineTo", 422),
            (format!("building=station&{long}"), "?baselineTo", 422),
            (
                "building=station&blackoutFrom=2017-01-02&blackoutTo=2017-01-01".to_owned(),
                "?blackoutTo",
                422,
            ),
            (format!("building=station&{WORK}"), "?carrier", 422),
            (
                format!("building=station&carrier=heat&{WORK}"),
                "?building",
                422,
            ),
            (format!("meter=air&{WORK}"), "?meter", 422),
            (
                format!("meter=gas&temperatureSensor=power&{WORK}"),
                "?temperatureSensor",
                422,
            ),
            (
                format!("meter=gas&temperatureSensor=none&{WORK}"),
                "?temperatureSensor",
                422,
            ),
        ] {
            let reply = given.get(&format!("{SAVINGS}?{query}")).send(world).await;
            assert_eq!(reply.status, status, "{query}: {}", reply.json());
            assert_eq!(reply.json()["errors"][0]["pointer"], name, "{query}");
        }
        for query in ["building=nowhere", "meter=nowhere"] {
            let reply = given.get(&format!("{SAVINGS}?{query}&{WORK}"));
            reply.send(world).await.problem(404, "not-found");
        }
    });
}

#[test]
fn an_outdoor_thermometer_that_was_replaced_is_asked_no_more() {
    run(|world, org| async move {
        let mut given = Given::new(world, &org, &[]).await;
        for (id, kind, unit, mode) in [
            ("power", "electricity", "kWh", "interval"),
            ("new-air", "outdoorTemperature", "°C", "instantaneous"),
        ] {
            let sensor = json!({"id": id, "name": id, "buildingId": "station", "kind": kind, "unit": unit,
                "mode": mode, "periodSeconds": 3600});
            given.send("/api/v1/citypulse/sensors", &sensor).await;
        }
        let path = format!("{SAVINGS}?meter=power&{WORK}");
        let several = given.get(&path).send(world).await.problem(422, "invalid");
        assert_eq!(several["errors"][0]["pointer"], "?temperatureSensor");
        let manager = world.token(&org, Role::Manager);
        let removed = delete("/api/v1/citypulse/sensors/air").token(&manager);
        let removed = removed.send(world).await;
        removed.expect(200);
        let asked = get(&path).token(&manager);
        let asked = asked.header("x-min-position", removed.header("x-event-position"));
        let found = asked.send(world).await.expect(200)["data"].clone();
        assert_eq!(found["temperatureSensorId"], "new-air");
    });
}
