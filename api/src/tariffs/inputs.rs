//! The body that defines a tariff and the parameters of lists, as the document shows them.

use chrono::{DateTime, NaiveDate, Utc};
use flowgrid_domain::tariffs::{Carrier, Fee, FeedInKind, Season, TariffDay};
use utoipa::{IntoParams, ToSchema};

/// A tariff to define.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({
    "id": "office-2026", "name": "Office, time of use", "carrier": "electricity", "currency": "EUR",
    "validFrom": "2026-01-01", "buildingIds": ["rathaus"], "holidays": ["2026-01-01", "2026-05-01"],
    "energy": [
        {"name": "peak", "price": 0.3421, "when": [{"season": {"first": "10-01", "last": "03-31"},
            "days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "20:00"}]},
        {"name": "off-peak", "price": 0.2214}
    ],
    "demand": [{"name": "monthly peak", "price": 9.75}],
    "fees": [{"per": "month", "price": 24.9}],
    "feedIn": {"kind": "paid", "price": 0.0811}
}))]
#[expect(dead_code, reason = "only describes requests")]
pub struct TariffInput {
    /// Made when absent.
    #[schema(pattern = "^[a-z0-9][a-z0-9-]{0,62}$")]
    id: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    carrier: Carrier,
    /// Three letters (ISO 4217).
    #[schema(pattern = "^[A-Z]{3}$")]
    currency: String,
    /// The first date, on the calendar of the building, on which it holds.
    valid_from: NaiveDate,
    /// The first date on which it no longer holds.
    valid_until: Option<NaiveDate>,
    /// For all buildings when absent or empty.
    #[schema(max_items = 100)]
    building_ids: Option<Vec<String>>,
    #[schema(max_items = 1000)]
    holidays: Option<Vec<NaiveDate>>,
    /// Prices of a kWh; the first that holds counts. The last one must have no windows.
    #[schema(min_items = 1, max_items = 64)]
    energy: Vec<RateInput>,
    /// Prices of a kW and month.
    #[schema(max_items = 64)]
    demand: Option<Vec<RateInput>>,
    #[schema(max_items = 64)]
    fees: Option<Vec<Fee>>,
    /// Unpaid when absent.
    feed_in: Option<FeedInInput>,
    /// The supplier's own factor.
    co2: Option<Co2Input>,
}

/// A price with a name, and when it holds: in any of its windows, or always if it has none.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
struct RateInput {
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// To nine places; that of a demand charge not below 0.
    #[schema(minimum = -1_000_000, maximum = 1_000_000)]
    price: f64,
    #[schema(max_items = 100)]
    when: Option<Vec<WindowInput>>,
}

/// Some hours of some days, by the clock of the building.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
struct WindowInput {
    /// All year when absent.
    season: Option<Season>,
    /// All of them, holidays included, when absent.
    #[schema(min_items = 1)]
    days: Option<Vec<TariffDay>>,
    /// A quarter hour; 00:00 when absent.
    #[schema(example = "08:00", pattern = "^[0-2][0-9]:(00|15|30|45)$")]
    from: Option<String>,
    /// A quarter hour; 24:00 when absent. Past midnight where it is before `from`.
    #[schema(example = "20:00", pattern = "^[0-2][0-9]:(00|15|30|45)$")]
    to: Option<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
struct FeedInInput {
    kind: FeedInKind,
    /// Of a kWh, with kind `paid`.
    price: Option<f64>,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
struct Co2Input {
    #[schema(minimum = 0, maximum = 10)]
    kg_per_kwh: f64,
    year: Option<i32>,
    #[schema(min_length = 1, max_length = 1000)]
    source: String,
}

/// Which tariffs.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct TariffQuery {
    /// electricity, gas or heat.
    carrier: Option<String>,
    currency: Option<String>,
    #[param(rename = "updatedSince")]
    updated_since: Option<DateTime<Utc>>,
    /// `id`, `name`, `validFrom`, `createdAt`; `-` before it for descending, but for `id`.
    sort: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Also `skip`, or `page` from 1.
    #[param(minimum = 0, maximum = 1_000_000, default = 0)]
    offset: Option<u32>,
}
