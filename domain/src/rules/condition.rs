//! When something is wrong.

use serde::{Deserialize, Serialize};

/// What a rule looks at; in JSON `kind` and `condition` side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", content = "condition", rename_all = "camelCase")]
pub enum Condition {
    /// A reading beyond a bound.
    Threshold(Bounds),
    /// Two readings in a row that differ too quickly.
    RateOfChange(Rate),
    /// A sensor of which nothing comes.
    NoData(Silence),
    /// A reading far from what was forecast.
    ForecastDeviation(Deviation),
    /// An expression in CEL over a building's sensors is true.
    Expression(Formula),
}

/// Wrong above the one or below the other, at least one of which is set. In the sensor's unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Bounds {
    pub above: Option<f64>,
    pub below: Option<f64>,
}

/// The same for the change from one reading to the next, taken for a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Rate {
    pub above: Option<f64>,
    /// Negative for what falls too quickly.
    pub below: Option<f64>,
    /// The span that the bounds are for.
    pub per_seconds: u32,
}

/// Wrong once nothing newer has come for so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Silence {
    pub for_seconds: u32,
}

/// Wrong where a reading differs from its forecast by more than both.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Deviation {
    /// Of the forecast.
    pub percent: f64,
    /// In the sensor's unit; so that little is not much of next to nothing.
    pub at_least: Option<f64>,
}

/// Wrong while it is true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Formula {
    pub expression: String,
}

/// The names of the conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleKind {
    Threshold,
    RateOfChange,
    NoData,
    ForecastDeviation,
    Expression,
}

impl RuleKind {
    pub const ALL: [Self; 5] = [
        Self::Threshold,
        Self::RateOfChange,
        Self::NoData,
        Self::ForecastDeviation,
        Self::Expression,
    ];

    /// `rateOfChange`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Threshold => "threshold",
            Self::RateOfChange => "rateOfChange",
            Self::NoData => "noData",
            Self::ForecastDeviation => "forecastDeviation",
            Self::Expression => "expression",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl Condition {
    pub fn kind(&self) -> RuleKind {
        match self {
            Self::Threshold(_) => RuleKind::Threshold,
            Self::RateOfChange(_) => RuleKind::RateOfChange,
            Self::NoData(_) => RuleKind::NoData,
            Self::ForecastDeviation(_) => RuleKind::ForecastDeviation,
            Self::Expression(_) => RuleKind::Expression,
        }
    }

    /// What values are held against, where it has such bounds.
    pub fn bounds(&self) -> Option<Bounds> {
        match self {
            Self::Threshold(bounds) => Some(*bounds),
            Self::RateOfChange(Rate { above, below, .. }) => Some(Bounds {
                above: *above,
                below: *below,
            }),
            Self::NoData(_) | Self::ForecastDeviation(_) | Self::Expression(_) => None,
        }
    }
}
