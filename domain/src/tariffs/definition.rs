//! All that a tariff says.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A tariff as it stands in events and answers. Prices are in the currency's unit, to nine places.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = TariffDefinition))]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    pub name: String,
    pub carrier: Carrier,
    /// Three letters (ISO 4217).
    pub currency: String,
    /// The first date, on the calendar of the building, on which it holds.
    pub valid_from: NaiveDate,
    /// The first date on which it no longer holds; none where it is null.
    pub valid_until: Option<NaiveDate>,
    /// The buildings it is for; all of them where there are none.
    pub building_ids: Vec<String>,
    /// Days that are neither weekdays nor weekend, but `holiday`.
    pub holidays: Vec<NaiveDate>,
    /// Prices of a kWh; the first that holds counts. The last one always holds.
    pub energy: Vec<Rate>,
    /// Prices of a kW and month, each of the highest mean of a quarter hour while it holds.
    pub demand: Vec<Rate>,
    /// What is due whether or not energy flows.
    pub fees: Vec<Fee>,
    pub feed_in: FeedIn,
    /// The supplier's own factor; a published one is used where it is null.
    pub co2: Option<Co2Factor>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Carrier {
    Electricity,
    /// Natural gas; a kWh is gross, as on its bill.
    Gas,
    /// Heat from a network.
    Heat,
}

/// A price with a name, and when it holds: in any of its windows, or always if it has none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = TariffRate))]
#[serde(rename_all = "camelCase")]
pub struct Rate {
    pub name: String,
    pub price: f64,
    pub when: Vec<Window>,
}

/// Some hours of some days, by the clock of the building.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = TariffWindow))]
#[serde(rename_all = "camelCase")]
pub struct Window {
    /// All year where it is null.
    pub season: Option<Season>,
    pub days: Vec<TariffDay>,
    /// `HH:MM`, a quarter hour.
    pub from: String,
    /// `HH:MM`, a quarter hour up to `24:00`; past midnight where it is before `from`, and then the
    /// early hours belong to the date they are on.
    pub to: String,
}

/// From one day of the year to another, both included; over the turn of the year if the second
/// comes before the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = TariffSeason))]
#[serde(rename_all = "camelCase")]
pub struct Season {
    /// `MM-DD`
    pub first: String,
    /// `MM-DD`
    pub last: String,
}

/// A day of the week, or a holiday, which is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum TariffDay {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
    Holiday,
}

/// A fixed fee. A part of a month or day costs its share of the time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = TariffFee))]
#[serde(rename_all = "camelCase")]
pub struct Fee {
    pub per: FeeSpan,
    pub price: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum FeeSpan {
    Day,
    Month,
}

/// What happens to what is fed in.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FeedIn {
    pub kind: FeedInKind,
    /// Of a kWh that is fed in, where it is paid; else null.
    pub price: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum FeedInKind {
    /// Nothing is paid.
    Unpaid,
    /// Each kWh is paid its price.
    Paid,
    /// It counts against what is drawn, at the price of the hour, also beyond it.
    Netted,
}

/// The kg of CO2 in a kWh, with its source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Co2Factor {
    pub kg_per_kwh: f64,
    /// The year it is for.
    pub year: Option<i32>,
    pub source: String,
}

impl Carrier {
    pub const ALL: [Self; 3] = [Self::Electricity, Self::Gas, Self::Heat];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Electricity => "electricity",
            Self::Gas => "gas",
            Self::Heat => "heat",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

impl TariffDay {
    pub const ALL: [Self; 8] = [
        Self::Mon,
        Self::Tue,
        Self::Wed,
        Self::Thu,
        Self::Fri,
        Self::Sat,
        Self::Sun,
        Self::Holiday,
    ];
}

impl FeedIn {
    pub const UNPAID: Self = Self {
        kind: FeedInKind::Unpaid,
        price: None,
    };
}
