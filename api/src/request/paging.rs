//! Which part of a list is asked for.

use super::Params;
use crate::error::ApiError;

const DEFAULT_LIMIT: u32 = 50;
/// The most items of one page.
const MAX_LIMIT: u32 = 500;
/// Skipping costs the database as much as reading: beyond this, filter.
const MAX_OFFSET: u32 = 1_000_000;

/// `limit` and `offset`; `skip` and `page` (from 1) work as well as `offset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub limit: u32,
    pub offset: u32,
}

impl Window {
    pub fn of(params: &Params) -> Result<Self, ApiError> {
        let limit = limit(params)?;
        let ways = ["offset", "skip", "page"];
        let mut given = ways.iter().filter(|name| params.text(name).is_some());
        let (Some(name), None) = (given.next(), given.next()) else {
            let several = ways.iter().any(|name| params.text(name).is_some());
            if several {
                return Err(ApiError::parameter(
                    "offset",
                    "give one of offset, skip and page",
                ));
            }
            return Ok(Self { limit, offset: 0 });
        };
        let number: u32 = params.parsed(name, "a whole number")?.unwrap_or(0);
        let offset = if *name == "page" {
            let before = number
                .checked_sub(1)
                .ok_or_else(|| ApiError::parameter(name, "counts from 1"))?;
            before.saturating_mul(limit)
        } else {
            number
        };
        if offset > MAX_OFFSET {
            let detail = format!("at most {MAX_OFFSET} items can be skipped; filter instead");
            return Err(ApiError::parameter(name, detail));
        }
        Ok(Self { limit, offset })
    }
}

/// `limit` alone, for lists that page by a cursor.
pub fn limit(params: &Params) -> Result<u32, ApiError> {
    let limit = params.parsed("limit", "a whole number from 1 to 500")?;
    match limit.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => Err(ApiError::parameter("limit", "must be from 1 to 500")),
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::FromRequestParts;
    use axum::http::Request;

    use super::*;

    async fn window(query: &str) -> Option<(u32, u32)> {
        let request = Request::get(format!("/x?{query}")).body(()).unwrap();
        let params = Params::from_request_parts(&mut request.into_parts().0, &()).await;
        let window = Window::of(&params.unwrap()).ok()?;
        Some((window.limit, window.offset))
    }

    #[tokio::test]
    async fn three_ways_to_say_where_a_page_begins() {
        assert_eq!(window("").await, Some((50, 0)));
        assert_eq!(window("limit=10&offset=20").await, Some((10, 20)));
        assert_eq!(window("limit=10&skip=20").await, Some((10, 20)));
        assert_eq!(window("limit=10&page=3").await, Some((10, 20)));
    }

    #[tokio::test]
    async fn everything_is_bounded() {
        for bad in [
            "limit=0",
            "limit=501",
            "limit=-1",
            "limit=x",
            "page=0",
            "offset=1000001",
            "page=4000000000",
            "offset=1&page=1",
            "offset=99999999999",
        ] {
            assert_eq!(window(bad).await, None, "{bad}");
        }
    }
}
