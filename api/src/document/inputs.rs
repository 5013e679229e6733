//! The bodies of commands, as the document shows them. They are read by the domain, which checks
//! more than a schema can say. Every field may be spelled in snake_case as well; read-only fields
//! of the resource are ignored, unknown ones refused.

use chrono::{DateTime, Utc};
use flowgrid_domain::alerts::Severity;
use utoipa::ToSchema;

/// A building to register.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct BuildingInput {
    /// Made when absent.
    #[schema(example = "rathaus-hechingen", pattern = "^[a-z0-9][a-z0-9-]{0,62}$")]
    id: Option<String>,
    #[schema(min_length = 1, max_length = 200, example = "Rathaus Hechingen")]
    name: String,
    /// From an open list; `building` when absent.
    #[schema(example = "townHall", max_length = 63)]
    kind: Option<String>,
    #[schema(max_length = 500)]
    address: Option<String>,
    /// Degrees north, WGS 84; together with lon.
    #[schema(minimum = -90, maximum = 90)]
    lat: Option<f64>,
    /// Degrees east, WGS 84; together with lat.
    #[schema(minimum = -180, maximum = 180)]
    lon: Option<f64>,
    /// m²
    #[schema(exclusive_minimum = 0, maximum = 10_000_000)]
    area: Option<f64>,
    /// Name in the IANA database.
    #[schema(example = "Europe/Berlin")]
    timezone: Option<String>,
}

/// What becomes different about a building.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct BuildingChangeInput {
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    name: Option<String>,
    #[schema(max_length = 63, nullable = false)]
    kind: Option<String>,
    #[schema(max_length = 500)]
    address: Option<String>,
    #[schema(minimum = -90, maximum = 90)]
    lat: Option<f64>,
    #[schema(minimum = -180, maximum = 180)]
    lon: Option<f64>,
    /// m²
    #[schema(exclusive_minimum = 0, maximum = 10_000_000)]
    area: Option<f64>,
    timezone: Option<String>,
}

/// What an alert comes from.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes requests")]
pub struct SourceInput {
    #[schema(example = "rule", max_length = 63)]
    kind: String,
    #[schema(example = "overheat", max_length = 200)]
    id: String,
}

/// An alert to raise.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct AlertInput {
    /// What is wrong, from an open list; `manual` when absent.
    #[schema(example = "overload", max_length = 63)]
    alert_type: Option<String>,
    /// `medium` when absent. `type` is another name of it.
    severity: Option<Severity>,
    /// The alert itself when absent (kind `manual`).
    source: Option<SourceInput>,
    #[schema(min_length = 1, max_length = 200, example = "Transformer overloaded")]
    title: String,
    #[schema(max_length = 4000)]
    message: Option<String>,
    building_id: Option<String>,
    node_id: Option<String>,
}

/// What becomes different about an alert.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes requests")]
pub struct AlertChangeInput {
    #[schema(nullable = false)]
    severity: Option<Severity>,
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    title: Option<String>,
    #[schema(max_length = 4000)]
    message: Option<String>,
}

/// A note, if there is one.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes requests")]
pub struct NoteInput {
    #[schema(max_length = 2000)]
    note: Option<String>,
}

/// Who is to see to it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes requests")]
pub struct AssignInput {
    /// Opaque id of a person; null for nobody.
    #[schema(required = true, max_length = 128)]
    assignee: Option<String>,
}

/// A comment.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes requests")]
pub struct CommentInput {
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
}

/// Until when it keeps quiet.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes requests")]
pub struct SnoozeInput {
    /// In the future.
    until: DateTime<Utc>,
}
