//! `If-Match`: a command only happens to the revision that the caller knows.

use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;

use crate::error::ApiError;

/// The revision in `If-Match: "<revision>"`. `*` asks only that the thing exists, which every
/// command to an existing thing asks anyway.
///
/// The entity tag of a read may say more after a dot (what other read models added); only the
/// revision counts here.
pub(super) fn if_match(headers: &HeaderMap) -> Result<Option<u64>, ApiError> {
    let Some(value) = headers.get(IF_MATCH) else {
        return Ok(None);
    };
    let bad = || {
        ApiError::header(
            "If-Match",
            "must be one revision in quotes, such as \"3\", or *",
        )
    };
    let text = value.to_str().map_err(|_| bad())?.trim();
    if text == "*" {
        return Ok(None);
    }
    let tag = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .ok_or_else(bad)?;
    let revision = tag.split('.').next().unwrap_or_default();
    if revision.is_empty() || !revision.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad());
    }
    revision.parse().map(Some).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn one_quoted_revision_or_a_star() {
        let read = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(IF_MATCH, HeaderValue::from_static(text));
            if_match(&headers).ok()
        };
        assert_eq!(if_match(&HeaderMap::new()).unwrap(), None);
        assert_eq!(read("*"), Some(None));
        assert_eq!(read("\"3\""), Some(Some(3)));
        assert_eq!(read("\"3.2\""), Some(Some(3)));
        for bad in [
            "",
            "3",
            "W/\"3\"",
            "\"\"",
            "\"a\"",
            "\"3\", \"4\"",
            "\"-1\"",
            "\"+1\"",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
