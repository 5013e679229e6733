//! What an answer says about a command.

use serde_json::Value;

use super::http::Response;

/// A problem's codes that say that nothing was written.
const NOT_WRITTEN: &[&str] = &["unavailable", "overloaded", "log-behind-stream"];

/// What became of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Acknowledged(Acknowledged),
    /// A definite no, for a reason that stays.
    Refused {
        status: u16,
        code: String,
    },
    /// A definite no for now.
    NotNow {
        status: u16,
        code: String,
    },
    /// It may have happened.
    Unknown(String),
}

/// What a yes tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    pub(crate) position: String,
    pub(crate) revision: u64,
    pub(crate) id: String,
}

impl Answer {
    pub(crate) fn of(response: &Response) -> Self {
        let status = response.status;
        let code = response.body["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        match status {
            200..=299 => match acknowledged(response) {
                Some(acknowledged) => Self::Acknowledged(acknowledged),
                None => Self::Unknown(format!("{status} without position, revision or id")),
            },
            400..=499 => Self::Refused { status, code },
            503 if NOT_WRITTEN.contains(&code.as_str()) => Self::NotNow { status, code },
            _ => Self::Unknown(format!("{status} {code}")),
        }
    }
}

fn acknowledged(response: &Response) -> Option<Acknowledged> {
    let data: &Value = &response.body["data"];
    Some(Acknowledged {
        position: response.position.clone()?,
        revision: data["revision"].as_u64()?,
        id: data["id"].as_str()?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(status: u16, position: Option<&str>, body: Value) -> Answer {
        Answer::of(&Response {
            status,
            position: position.map(str::to_owned),
            body,
        })
    }

    #[test]
    fn only_a_clear_word_is_a_yes_or_a_no() {
        let done = json!({"data": {"id": "a", "revision": 3}});
        let yes = answer(201, Some("1-0000000a-7"), done.clone());
        assert!(matches!(yes, Answer::Acknowledged(a) if a.revision == 3 && a.id == "a"));
        assert!(matches!(answer(200, None, done), Answer::Unknown(_)));
        let problem = |code: &str| json!({"code": code});
        for (status, code, no) in [
            (409, "already-exists", true),
            (503, "unavailable", true),
            (503, "outcome-unknown", false),
            (503, "", false),
            (500, "internal", false),
        ] {
            let found = answer(status, None, problem(code));
            assert_eq!(!matches!(found, Answer::Unknown(_)), no, "{status} {code}");
        }
    }
}
