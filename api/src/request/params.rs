//! Query parameters, in either spelling. Unknown ones are ignored: frontends send their own.

use std::collections::BTreeMap;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use flowgrid_domain::values::read_time;

use super::camel;
use crate::error::ApiError;

/// More parameters than this are nobody's.
const MOST: usize = 64;
/// The longest text to search for, in characters.
const LONGEST_TEXT: usize = 200;

/// The parameters by their camelCase names. Empty values count as absent.
#[derive(Debug, Default)]
pub struct Params(BTreeMap<String, String>);

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let bad = |detail: &'static str| ApiError::Malformed {
            detail: detail.into(),
        };
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|_| bad("the query can't be read"))?
            .0;
        if pairs.len() > MOST {
            return Err(bad("the query has too many parameters"));
        }
        let mut params = BTreeMap::new();
        for (name, value) in pairs {
            let name = camel(&name).into_owned();
            if value.contains('\0') {
                return Err(ApiError::parameter(
                    &name,
                    "must not hold control characters",
                ));
            }
            if value.is_empty() {
                continue;
            }
            if params.insert(name.clone(), value).is_some() {
                return Err(ApiError::parameter(&name, "is given twice"));
            }
        }
        Ok(Self(params))
    }
}

impl Params {
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The first of several names that is given.
    pub fn any_of<'a>(&self, names: &[&'a str]) -> Option<(&'a str, &str)> {
        let mut given = names
            .iter()
            .filter_map(|name| Some((*name, self.text(name)?)));
        given.next()
    }

    /// What to search for; `text`, `q` and `search` mean the same.
    pub fn search(&self) -> Result<Option<String>, ApiError> {
        let Some((name, text)) = self.any_of(&["text", "q", "search"]) else {
            return Ok(None);
        };
        if text.chars().count() > LONGEST_TEXT {
            let detail = format!("must be at most {LONGEST_TEXT} characters");
            return Err(ApiError::parameter(name, detail));
        }
        Ok(Some(text.to_owned()))
    }

    /// A value of a closed list or a number.
    pub fn parsed<T: FromStr>(&self, name: &str, expected: &str) -> Result<Option<T>, ApiError> {
        self.text(name)
            .map(|text| text.trim().parse())
            .transpose()
            .map_err(|_| ApiError::parameter(name, format!("must be {expected}")))
    }

    /// A moment in RFC 3339.
    pub fn time(&self, name: &str) -> Result<Option<DateTime<Utc>>, ApiError> {
        self.text(name)
            // A `+` that wasn't escaped arrives as a space.
            .map(|text| read_time(&text.replace(' ', "+")))
            .transpose()
            .map_err(|invalid| ApiError::parameter(name, invalid.0))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    async fn read(query: &str) -> Result<Params, ApiError> {
        let request = Request::get(format!("/x?{query}")).body(()).unwrap();
        Params::from_request_parts(&mut request.into_parts().0, &()).await
    }

    #[tokio::test]
    async fn either_spelling_once() {
        let params = read("updated_since=2026-05-01T12:00:00%2B02:00&kind=&other=1").await;
        let params = params.unwrap();
        let time = params.time("updatedSince").unwrap().unwrap();
        assert_eq!(time.to_rfc3339(), "2026-05-01T10:00:00+00:00");
        assert_eq!(params.text("kind"), None);
        assert!(read("updated_since=1&updatedSince=1").await.is_err());
        assert!(read("a=%00").await.is_err());
    }

    #[tokio::test]
    async fn wrong_values_are_named() {
        let params = read("n=x&updatedSince=yesterday&q=ab").await.unwrap();
        assert!(params.parsed::<u32>("n", "a number").is_err());
        assert!(params.time("updatedSince").is_err());
        assert_eq!(params.search().unwrap().as_deref(), Some("ab"));
    }
}
