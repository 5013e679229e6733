//! What may be asked of a notification.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::values::{Line, Text, Token};

/// At most 2,000 characters.
pub type Detail = Text<2000>;

/// The most that `data` may take as JSON, in bytes.
pub const LARGEST_DATA: usize = 8 * 1024;

/// One command to one notification.
#[derive(Clone, Debug, PartialEq)]
pub enum NotificationCommand {
    Send(Send),
    /// The person has seen it.
    MarkRead {
        at: DateTime<Utc>,
    },
}

/// Something new to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Send {
    /// Id of the person to be told.
    pub user_id: Line<128>,
    /// What it is about, from an open list: `alert`, `workflow`.
    pub kind: Token,
    pub title: Line<200>,
    pub message: Option<Detail>,
    /// What a frontend needs to lead there; at most [`LARGEST_DATA`].
    pub data: Option<Map<String, Value>>,
}
