//! Commands to alerts, read from JSON bodies with camelCase names.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{AlertChange, CommentText, Note, PersonId, Raise, Severity, SourceId, SourceRef};
use crate::values::{AlertId, Token};
use crate::{FieldError, Fields};

/// The kind of an alert of which nothing else is said.
const BY_HAND: &str = "manual";

/// Fields of the resource that a body may hold because it was read so.
const READ_ONLY: &[&str] = &[
    "id",
    "status",
    "priority",
    "count",
    "firstOccurredAt",
    "lastOccurredAt",
    "acknowledged",
    "acknowledgedBy",
    "acknowledgedAt",
    "acknowledgeNote",
    "resolved",
    "resolvedBy",
    "resolvedAt",
    "resolutionNote",
    "assignee",
    "snoozedUntil",
    "comments",
    "history",
    "createdAt",
    "updatedAt",
    "revision",
    "position",
];

/// Fields that say what an alert is of; they never change.
const IDENTITY: &[&str] = &["alertType", "source", "nodeId", "buildingId"];

/// Reads a raise. `id` is the new alert's: without a source it is its own, so that what two
/// people raise by hand stays two alerts. `type` is another name of `severity`, as the
/// frontends send it; the severity is medium if neither is given.
///
/// # Errors
/// With everything that is wrong: missing, of another type, out of bounds, unknown.
pub fn read_raise(
    body: &Map<String, Value>,
    id: &AlertId,
    at: DateTime<Utc>,
) -> Result<Raise, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let source = read_source(&mut fields, id);
    let alert_type = fields.optional("alertType").or_else(by_hand);
    let severity = fields.optional::<Severity>("severity");
    let alias = fields.optional::<Severity>("type");
    let title = fields.required("title");
    let message = fields.optional("message");
    let (building_id, node_id) = (fields.optional("buildingId"), fields.optional("nodeId"));
    fields.read_only(READ_ONLY);
    let named = source.zip(alert_type).zip(title);
    fields.finish(named.map(|((source, alert_type), title)| Raise {
        source,
        alert_type,
        severity: severity.or(alias).unwrap_or_default(),
        title,
        message,
        building_id,
        node_id,
        at,
    }))
}

/// # Errors
/// With everything that is wrong: of another type, out of bounds, unknown.
pub fn read_alert_change(body: &Map<String, Value>) -> Result<AlertChange, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let severity = fields.replaced::<Severity>("severity");
    let alias = fields.replaced::<Severity>("type");
    let change = AlertChange {
        severity: severity.or(alias),
        title: fields.replaced("title"),
        message: fields.patch("message"),
    };
    fields.read_only(IDENTITY);
    fields.read_only(READ_ONLY);
    fields.finish(Some(change))
}

/// The person an alert is assigned to; nobody, when `assignee` is null or blank.
///
/// # Errors
/// With everything that is wrong.
pub fn read_assignee(body: &Map<String, Value>) -> Result<Option<PersonId>, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let assignee = fields.optional("assignee");
    if !body.contains_key("assignee") {
        fields.wrong("assignee", "is required; null for nobody");
    }
    fields.finish(Some(assignee))
}

/// # Errors
/// With everything that is wrong.
pub fn read_comment(body: &Map<String, Value>) -> Result<CommentText, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let text = fields.required("text");
    fields.finish(text)
}

/// When a snooze ends. Whether that is in the future is for the alert to decide.
///
/// # Errors
/// With everything that is wrong.
pub fn read_snooze(body: &Map<String, Value>) -> Result<DateTime<Utc>, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let until = fields.required("until");
    fields.finish(until)
}

/// The note of an acknowledgement or a resolution.
///
/// # Errors
/// With everything that is wrong.
pub fn read_note(body: &Map<String, Value>) -> Result<Option<Note>, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let note = fields.optional("note");
    fields.finish(Some(note))
}

fn read_source(fields: &mut Fields<'_>, id: &AlertId) -> Option<SourceRef> {
    let Some(object) = fields.object("source") else {
        return by_hand().map(|kind| SourceRef {
            kind,
            id: id.as_str().to_owned(),
        });
    };
    let mut source = Fields::below("/source", object);
    let kind: Option<Token> = source.required("kind");
    let source_id: Option<SourceId> = source.required("id");
    let read = kind
        .zip(source_id)
        .map(|(kind, id)| SourceRef::new(kind, id));
    match source.finish(read) {
        Ok(source) => Some(source),
        Err(errors) => {
            fields.absorb(errors);
            None
        }
    }
}

fn by_hand() -> Option<Token> {
    Token::parse(BY_HAND).ok()
}
