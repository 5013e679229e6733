//! The bodies of commands to alert rules and the parameters of their lists, as the document shows them.

use chrono::{DateTime, Utc};
use flowgrid_domain::alerts::Severity;
use flowgrid_domain::rules::{Damping, Hold, Weekday};
use flowgrid_domain::values::Role;
use utoipa::{IntoParams, ToSchema};

/// An alert rule to create.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({
    "id": "peak-of-main-meter", "name": "Peak of the main meter", "kind": "threshold",
    "condition": {"above": 80}, "target": {"sensorId": "main-meter"},
    "hold": {"forSeconds": 900}, "clear": {"below": 70, "forSeconds": 300}, "severity": "high",
    "schedule": {"weekdays": ["mon", "tue", "wed", "thu", "fri"], "from": "07:00", "to": "19:00"},
    "notify": {"roles": ["manager"], "mail": true},
    "escalation": {"afterMinutes": 30, "notify": {"roles": ["admin"], "mail": true}, "severity": "critical"}
}))]
#[expect(dead_code, reason = "only describes requests")]
pub struct AlertRuleInput {
    /// Made when absent.
    #[schema(pattern = "^[a-z0-9][a-z0-9-]{0,62}$")]
    id: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    kind: RuleKindInput,
    condition: ConditionInput,
    target: TargetInput,
    /// How long it must be wrong; not at all when absent.
    hold: Option<Hold>,
    /// As soon as it is no longer wrong when absent.
    clear: Option<ClearInput>,
    /// `medium` when absent.
    severity: Option<Severity>,
    /// When it applies, by the clock of the building; always when absent.
    schedule: Option<ScheduleInput>,
    notify: Option<RecipientsInput>,
    escalation: Option<EscalationInput>,
    /// True when absent.
    auto_resolve: Option<bool>,
    /// 5 alerts within an hour when absent, no damping when null.
    damping: Option<Damping>,
    /// True when absent.
    enabled: Option<bool>,
}

/// What becomes different about an alert rule.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", example = json!({"enabled": false}))]
#[expect(dead_code, reason = "only describes requests")]
pub struct AlertRuleChangeInput {
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    name: Option<String>,
    /// Together with `condition`.
    #[schema(nullable = false)]
    kind: Option<RuleKindInput>,
    condition: Option<ConditionInput>,
    target: Option<TargetInput>,
    hold: Option<Hold>,
    clear: Option<ClearInput>,
    #[schema(nullable = false)]
    severity: Option<Severity>,
    schedule: Option<ScheduleInput>,
    notify: Option<RecipientsInput>,
    escalation: Option<EscalationInput>,
    #[schema(nullable = false)]
    auto_resolve: Option<bool>,
    damping: Option<Damping>,
    #[schema(nullable = false)]
    enabled: Option<bool>,
}

#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
enum RuleKindInput {
    Threshold,
    RateOfChange,
    NoData,
    ForecastDeviation,
    Expression,
}

/// The fields that the kind asks for, and no others.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
struct ConditionInput {
    /// `threshold`, `rateOfChange`: in the sensor's unit.
    above: Option<f64>,
    /// `threshold`, `rateOfChange`: in the sensor's unit.
    below: Option<f64>,
    /// `rateOfChange`: the span that the bounds are for.
    #[schema(minimum = 1, maximum = 2_592_000, default = 3600)]
    per_seconds: Option<u32>,
    /// `noData`
    #[schema(minimum = 1, maximum = 2_592_000)]
    for_seconds: Option<u32>,
    /// `forecastDeviation`: of the forecast.
    #[schema(exclusive_minimum = 0)]
    percent: Option<f64>,
    /// `forecastDeviation`: in the sensor's unit.
    #[schema(exclusive_minimum = 0)]
    at_least: Option<f64>,
    /// `expression`: CEL over `value["sensor"]` and `age["sensor"]` (seconds), without loops.
    #[schema(max_length = 1000)]
    expression: Option<String>,
}

/// A sensor; or all sensors of a kind in a building; or, for an expression, a building.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
struct TargetInput {
    sensor_id: Option<String>,
    building_id: Option<String>,
    #[schema(max_length = 63)]
    sensor_kind: Option<String>,
}

/// Over once values are back within these, for so long.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
struct ClearInput {
    /// At most the bound that is wrong above.
    below: Option<f64>,
    /// At least the bound that is wrong below.
    above: Option<f64>,
    #[schema(minimum = 0, maximum = 2_592_000, default = 0)]
    for_seconds: Option<u32>,
}

/// Days and hours. A night, from 22:00 to 06:00, belongs to the day on which it begins.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
struct ScheduleInput {
    #[schema(min_items = 1)]
    weekdays: Vec<Weekday>,
    #[schema(example = "08:00", pattern = "^[0-2][0-9]:[0-5][0-9]$")]
    from: Option<String>,
    #[schema(example = "18:00", pattern = "^[0-2][0-9]:[0-5][0-9]$")]
    to: Option<String>,
}

/// Who is told.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
struct RecipientsInput {
    /// Ids of members.
    #[schema(max_items = 50)]
    members: Option<Vec<String>>,
    /// All members of these roles.
    roles: Option<Vec<Role>>,
    /// By mail as well.
    #[schema(default = false)]
    mail: Option<bool>,
}

/// What happens where nobody has acknowledged the alert in time. Names somebody, or a severity.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
struct EscalationInput {
    #[schema(minimum = 1, maximum = 10_080)]
    after_minutes: u32,
    notify: Option<RecipientsInput>,
    /// The alert's from then on.
    severity: Option<Severity>,
}

/// Which alert rules.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct AlertRuleQuery {
    /// `threshold`, `rateOfChange`, `noData`, `forecastDeviation` or `expression`.
    kind: Option<String>,
    severity: Option<String>,
    enabled: Option<bool>,
    /// The building's id; also `buildingId`.
    building: Option<String>,
    /// The sensor's id; also `sensorId`.
    sensor: Option<String>,
    #[param(rename = "updatedSince")]
    updated_since: Option<DateTime<Utc>>,
    /// `id`, `name`, `createdAt`, `updatedAt`; `-` before it for descending, but for `id`.
    sort: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Also `skip`, or `page` from 1.
    #[param(minimum = 0, maximum = 1_000_000, default = 0)]
    offset: Option<u32>,
}
