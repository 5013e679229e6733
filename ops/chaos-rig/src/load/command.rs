//! One command over HTTP.

use bytes::Bytes;
use flowgrid_history::Sent;
use http_body_util::Full;
use hyper::Request;
use serde_json::{Value, json};

use crate::Result;

/// What is to be sent; the same at every attempt.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Command {
    pub(crate) action: &'static str,
    aggregate_type: &'static str,
    /// `None` while the server chooses it.
    pub(crate) id: Option<String>,
    method: &'static str,
    path: String,
    body: Value,
    pub(crate) if_match: Option<u64>,
    may_change_nothing: bool,
}

impl Command {
    /// Registers a building; the server chooses the id where none is given.
    pub(crate) fn register(id: Option<&str>, name: &str) -> Self {
        let mut body = json!({"name": name, "kind": "office", "lat": 48.35, "lon": 8.96});
        if let Some(id) = id {
            body["id"] = id.into();
        }
        Self::building("register", id, "POST", body)
    }

    /// `name` is new each time, so there is always something to change.
    pub(crate) fn change(id: &str, name: &str) -> Self {
        Self::building("change", Some(id), "PUT", json!({"name": name}))
    }

    pub(crate) fn retire(id: &str) -> Self {
        let retire = Self::building("retire", Some(id), "DELETE", Value::Null);
        Self {
            may_change_nothing: true,
            ..retire
        }
    }

    fn building(action: &'static str, id: Option<&str>, method: &'static str, body: Value) -> Self {
        let path = "/api/v1/citypulse/buildings";
        Self {
            action,
            aggregate_type: "building",
            id: id.map(str::to_owned),
            path: match (method, id) {
                ("POST", _) | (_, None) => path.to_owned(),
                (_, Some(id)) => format!("{path}/{id}"),
            },
            method,
            body,
            if_match: None,
            may_change_nothing: false,
        }
    }

    /// Raises an alert; one of a source that is open already is counted up instead.
    pub(crate) fn raise(title: &str, source: Option<&str>, severity: &str) -> Self {
        let mut body = json!({"title": title, "alertType": "overload", "severity": severity});
        if let Some(source) = source {
            body["source"] = json!({"kind": "sensor", "id": source});
        }
        Self::alert("raise", None, "", body)
    }

    pub(crate) fn acknowledge(id: &str) -> Self {
        Self::to_alert("acknowledge", id, json!({"note": "seen"}))
    }

    pub(crate) fn assign(id: &str, assignee: &str) -> Self {
        Self::to_alert("assign", id, json!({"assignee": assignee}))
    }

    pub(crate) fn resolve(id: &str) -> Self {
        Self::to_alert("resolve", id, json!({}))
    }

    fn to_alert(action: &'static str, id: &str, body: Value) -> Self {
        let alert = Self::alert(action, Some(id), &format!("/{id}/{action}"), body);
        Self {
            may_change_nothing: true,
            ..alert
        }
    }

    fn alert(action: &'static str, id: Option<&str>, below: &str, body: Value) -> Self {
        Self {
            action,
            aggregate_type: "alert",
            id: id.map(str::to_owned),
            method: "POST",
            path: format!("/api/v1/citypulse/alerts{below}"),
            body,
            if_match: None,
            may_change_nothing: false,
        }
    }

    /// Whether a repeat under its key must get the first answer again.
    pub(crate) fn always_writes(&self) -> bool {
        !self.may_change_nothing
    }

    /// As the record has it.
    pub(crate) fn sent(&self, mark: &str, org: &str, key: Option<&str>) -> Sent {
        Sent {
            mark: mark.to_owned(),
            org: org.to_owned(),
            aggregate_type: self.aggregate_type.to_owned(),
            aggregate_id: self.id.clone(),
            action: self.action.to_owned(),
            key: key.map(str::to_owned),
            may_change_nothing: self.may_change_nothing,
        }
    }

    /// As it travels.
    pub(crate) fn request(&self, sent: &Sent, token: &str) -> Result<Request<Full<Bytes>>> {
        let mut request = Request::builder()
            .method(self.method)
            .uri(&self.path)
            .header("host", "127.0.0.1")
            .header("authorization", format!("Bearer {token}"))
            .header("x-request-id", &sent.mark);
        if let Some(key) = &sent.key {
            request = request.header("idempotency-key", key);
        }
        if let Some(revision) = self.if_match {
            request = request.header("if-match", format!("\"{revision}\""));
        }
        let body = match &self.body {
            Value::Null => Bytes::new(),
            body => {
                request = request.header("content-type", "application/json");
                serde_json::to_vec(body)?.into()
            }
        };
        Ok(request.body(Full::new(body))?)
    }
}
