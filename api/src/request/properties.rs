//! Whatever strangers send is read as it is meant, or refused: never a panic, never a value out of
//! its bounds.

use axum::extract::FromRequestParts;
use axum::http::header::IF_MATCH;
use axum::http::{HeaderMap, HeaderValue, Request};
use futures_util::FutureExt;
use proptest::collection::{hash_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::body::{check_coding, check_content_type, read_object};
use super::precondition::if_match;
use super::*;

fn json_text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..200),
        "[{}\\[\\]\":,0-9eE.+\\\\u\\-a_ ntrf]{0,80}".prop_map(String::into_bytes),
        (0..4_000_usize).prop_map(|deep| format!("{{\"a\":{}", "[".repeat(deep)).into_bytes()),
    ]
}

fn header_value() -> impl Strategy<Value = HeaderValue> {
    let bytes = prop_oneof![
        vec(any::<u8>(), 0..300),
        "[\"W/0-9.*, a-f+-]{0,24}".prop_map(String::into_bytes),
    ];
    bytes.prop_filter_map("no header", |bytes| HeaderValue::from_bytes(&bytes).ok())
}

/// A query of pairs, each name and value any bytes, escaped or not.
fn query() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        4 => proptest::sample::select(vec![
            "limit", "offset", "skip", "page", "sort", "q", "text", "updatedSince", "updated_since",
        ]).prop_map(str::to_owned),
        1 => "[a-zA-Z_%0-9]{0,8}",
    ];
    let value = prop_oneof![
        "[0-9+-]{0,22}",
        "[!-~]{0,40}",
        vec(any::<u8>(), 0..20)
            .prop_map(|bytes| bytes.iter().map(|b| format!("%{b:02x}")).collect()),
    ];
    vec((name, value), 0..6).prop_map(|pairs| {
        let pairs = pairs
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("&")
    })
}

fn params(query: &str) -> Option<Params> {
    let request = Request::get(format!("/x?{query}")).body(()).ok()?;
    let mut parts = request.into_parts().0;
    Params::from_request_parts(&mut parts, &())
        .now_or_never()?
        .ok()
}

proptest! {
    #[test]
    fn a_body_is_an_object_or_refused(bytes in json_text()) {
        if let Ok(fields) = read_object(&bytes) {
            let plain: Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(fields.len(), plain.as_object().unwrap().len());
        }
    }

    #[test]
    fn both_spellings_mean_the_same(fields in hash_map("[a-z][a-z0-9]{0,5}(_[a-z][a-z0-9]{0,5}){0,3}", any::<i64>(), 0..8)) {
        let camels: Map<String, Value> = fields.iter().map(|(name, n)| (camel(name).into_owned(), json!(n))).collect();
        let (snakes, turned) = (json!(fields).to_string(), json!(camels).to_string());
        // Two names of one spelling may be one name in the other.
        prop_assume!(camels.len() == fields.len());
        prop_assert_eq!(read_object(snakes.as_bytes()).unwrap(), read_object(turned.as_bytes()).unwrap());
    }

    #[test]
    fn a_turned_name_stays(name: String) {
        let (once, snakes) = (camel(&name).into_owned(), snake(&name).into_owned());
        prop_assert_eq!(camel(&once), once.as_str());
        prop_assert_eq!(snake(&snakes), snakes.as_str());
    }

    #[test]
    fn one_spelling_leads_back(name in "[a-z][a-z0-9]{0,5}(_[a-z][a-z0-9]{0,5}){0,3}") {
        let turned = camel(&name).into_owned();
        prop_assert_eq!(snake(&turned), name.as_str());
    }

    #[test]
    fn headers_are_bounded_or_refused(value in header_value()) {
        let with = |name: &'static str| HeaderMap::from_iter([(name.parse().unwrap(), value.clone())]);
        if let Ok(Some(revision)) = if_match(&HeaderMap::from_iter([(IF_MATCH, value.clone())])) {
            prop_assert!(value.to_str().unwrap().contains(&revision.to_string()) || value.as_bytes().contains(&b'0'));
        }
        let request = Request::post("/x").header("idempotency-key", value.clone()).body(()).unwrap();
        if let Ok(Some(read)) = idempotency_key(&request.into_parts().0.headers) {
            prop_assert!((1..=255).contains(&read.len()));
        }
        if check_coding(&with("content-encoding")).is_ok() {
            prop_assert!(value.to_str().unwrap().trim().eq_ignore_ascii_case("identity"));
        }
        let _ = check_content_type(&with("content-type"));
    }

    #[test]
    fn a_trace_is_continued_or_begun(text in prop_oneof![any::<String>(), "[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-x)?"]) {
        if let Some(parent) = TraceParent::parse(&text) {
            let child = parent.child("0000000000000001");
            prop_assert_eq!(child.len(), 55);
            prop_assert_eq!(&child[3..35], &text[3..35]);
            prop_assert!(TraceParent::parse(&child).is_some());
        }
    }

    #[test]
    fn a_page_is_bounded(query in query()) {
        let Some(params) = params(&query) else { return Ok(()) };
        if let Ok(window) = Window::of(&params) {
            prop_assert!((1..=500).contains(&window.limit));
            prop_assert!(window.offset <= 1_000_000);
        }
        if let Ok(Some(text)) = params.search() {
            prop_assert!(!text.contains('\0') && text.chars().count() <= 200);
        }
        let _ = (params.time("updatedSince"), sort_of(&params, |name| (name == "id").then_some(())));
    }
}
