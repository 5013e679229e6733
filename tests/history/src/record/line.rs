//! The lines of the files, as they are written and read.

use flowgrid_bus::{Position, Role};
use serde::{Deserialize, Serialize};

/// One line of a client's file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(
    tag = "what",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub(crate) enum ClientLine {
    Sending {
        /// Number of the attempt within the file.
        n: u64,
        mark: String,
        org: String,
        #[serde(rename = "type")]
        aggregate_type: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        action: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        may_change_nothing: bool,
    },
    Acknowledged {
        n: u64,
        position: Position,
        revision: u64,
        id: String,
    },
    Unknown {
        n: u64,
        why: String,
    },
    Refused {
        n: u64,
        status: u16,
        code: String,
    },
}

/// One line of a subscriber's file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(
    tag = "what",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub(crate) enum SubscriberLine {
    /// The first line.
    Follows {
        org: String,
        role: Role,
        channel: String,
    },
    Subscribing {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Position>,
    },
    Subscribed {
        position: Position,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recovered: Option<bool>,
    },
    Seen {
        position: Position,
        event: String,
        #[serde(rename = "type")]
        aggregate_type: String,
        id: String,
        revision: u64,
        /// Hash of its data's text.
        data: u64,
    },
    Disconnected,
    /// It left for good before the end of the run.
    Left,
}

/// A line with its time, ns since the run began.
#[derive(Debug, Deserialize)]
pub(crate) struct At<L> {
    pub t: u64,
    #[serde(flatten)]
    pub line: L,
}
