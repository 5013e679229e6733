//! Tariffs as they were published can be defined, and cost what their schedules say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use flowgrid_analysis::tariffs::Holidays;
use flowgrid_analysis::units::Carrier;
use flowgrid_domain::Decider;
use flowgrid_domain::Shown;
use flowgrid_domain::tariffs::{Tariff, TariffCommand, TariffResource, read_tariff};
use flowgrid_projections::tariffs::Books;
use serde_json::{Map, Value, json};

fn examples() -> Vec<Value> {
    let text = include_str!("../../domain/analysis/data/reference/tariff_examples.json");
    let all: Value = serde_json::from_str(text).unwrap();
    all["tariffs"].as_array().unwrap().clone()
}

/// The windows in which a period holds, month by month.
fn windows(example: &Value, name: &str, period: u64) -> Vec<Value> {
    let mut found = Vec::new();
    for (days, kind) in [
        (json!(["mon", "tue", "wed", "thu", "fri"]), "weekday"),
        (json!(["sat", "sun", "holiday"]), "weekend"),
    ] {
        let months = example[format!("{name}_{kind}_schedule")]
            .as_array()
            .unwrap();
        for (month, hours) in (1..).zip(months) {
            let (first, last) = (
                format!("{month:02}-01"),
                format!("{month:02}-{}", length(month)),
            );
            for (from, to) in runs(hours.as_str().unwrap(), period) {
                found.push(
                    json!({"season": {"first": first, "last": last}, "days": days,
                    "from": format!("{from:02}:00"), "to": format!("{to:02}:00")}),
                );
            }
        }
    }
    found
}

fn length(month: u32) -> u32 {
    let next =
        NaiveDate::from_ymd_opt(2024 + i32::try_from(month / 12).unwrap(), month % 12 + 1, 1);
    next.unwrap().pred_opt().unwrap().day()
}

/// From which hour to which a schedule names a period.
fn runs(hours: &str, period: u64) -> Vec<(usize, usize)> {
    let wanted = char::from_digit(u32::try_from(period).unwrap(), 10).unwrap();
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (hour, _) in hours.chars().enumerate().filter(|(_, one)| *one == wanted) {
        match runs.last_mut() {
            Some((_, to)) if *to == hour => *to = hour + 1,
            Some(_) | None => runs.push((hour, hour + 1)),
        }
    }
    runs
}

fn price(rate: &Value) -> f64 {
    rate["rate"].as_f64().unwrap() + rate["adj"].as_f64().unwrap_or(0.0)
}

fn rates(example: &Value, list: &str, schedule: &str) -> Vec<Value> {
    let all = example[list].as_array().cloned().unwrap_or_default();
    let each = all.iter().map(|rate| {
        let when = rate["period"]
            .as_u64()
            .map_or_else(Vec::new, |period| windows(example, schedule, period));
        json!({"name": format!("{schedule} {}", rate["period"]), "price": price(rate), "when": when})
    });
    each.collect()
}

fn body(example: &Value) -> Map<String, Value> {
    let mut energy = rates(example, "energy_rates", "energy");
    if energy.len() > 1 {
        energy.push(json!({"name": "never", "price": 99}));
    }
    let mut demand = rates(example, "tou_demand_rates", "demand");
    if let Some(monthly) = example["monthly_peak_demand_rates"].as_array() {
        demand.extend(
            monthly
                .iter()
                .map(|rate| json!({"name": "monthly", "price": price(rate)})),
        );
    }
    let fee = &example["standing_charge"];
    let per = fee["unit"].as_str().unwrap().split_once('/').unwrap().1;
    let carrier = match example["commodity"].as_str().unwrap() {
        "natural_gas" => "gas",
        other => other,
    };
    let body = json!({
        "id": example["id"], "name": example["structure"], "carrier": carrier,
        "currency": example["currency"], "validFrom": example["valid_from"],
        "energy": energy, "demand": demand, "fees": [{"per": per, "price": fee["value"]}],
    });
    body.as_object().unwrap().clone()
}

fn defined(example: &Value) -> TariffResource {
    let creation = read_tariff(&body(example)).unwrap();
    let mut tariff = Tariff::default();
    let command = TariffCommand::Define(Box::new(creation.definition));
    for event in tariff.decide(&command).unwrap() {
        tariff.evolve(&event);
    }
    let now: DateTime<Utc> = DateTime::UNIX_EPOCH;
    tariff.resource("example", now, now, 1).unwrap()
}

#[test]
fn each_published_example_can_be_defined_and_computed_with() {
    let examples = examples();
    assert_eq!(examples.len(), 12);
    for example in &examples {
        let tariff = defined(example);
        let carrier = match example["commodity"].as_str().unwrap() {
            "natural_gas" => Carrier::Gas,
            _ => Carrier::Electricity,
        };
        let from = tariff.definition.valid_from;
        let until = from.with_year(from.year() + 1).unwrap();
        let all = [tariff];
        let books = Books::of(&all, "anywhere", carrier, (from, until)).unwrap();
        let priced = books.books.values().next().unwrap().tariffs();
        let Some(months) = example["energy_weekday_schedule"].as_array() else {
            let rate = &example["energy_rates"][0]["rate"];
            assert_eq!(json!(priced[0].parts().energy[0].price.to_f64()), *rate);
            continue;
        };
        // Every hour of a year.
        let hours = (0..365 * 24)
            .map(|hour| from.and_hms_opt(0, 0, 0).unwrap() + chrono::TimeDelta::hours(hour));
        for local in hours {
            let week = match local.weekday().number_from_monday() {
                1..=5 => months,
                _ => example["energy_weekend_schedule"].as_array().unwrap(),
            };
            let schedule = week[local.month0() as usize].as_str().unwrap();
            let hour = local.hour() as usize;
            let period: usize = schedule[hour..=hour].parse().unwrap();
            let rate = priced[0].energy_rate(local, &Holidays::default());
            let wanted = price(&example["energy_rates"][period]);
            let id = &example["id"];
            assert!(
                (rate.price.to_f64() - wanted).abs() < 1e-9,
                "{id} at {local}"
            );
        }
    }
}
