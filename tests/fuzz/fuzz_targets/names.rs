//! Position tokens, patterns and organizations: refused, or read as they are written.
#![no_main]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use flowgrid_bus::{Pattern, Position, Tenant};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(position) = text.parse::<Position>() {
        assert_eq!(position.to_string().parse(), Ok(position));
        assert!(i64::try_from(position.n).is_ok());
    }
    if let Ok(pattern) = text.parse::<Pattern>() {
        assert_eq!(pattern.as_str(), text);
        // A pattern without wildcards matches itself.
        let mut tokens = text.splitn(3, '.');
        if let (Some(kind), Some(id), Some(event)) = (tokens.next(), tokens.next(), tokens.next()) {
            let wild = text.split('.').any(|token| token == "*" || token == ">");
            assert!(wild || pattern.matches(kind, id, event));
        }
    }
    if let Ok(tenant) = Tenant::from_slug(text) {
        assert_eq!(tenant.slug(), text);
        assert!(!text.contains(['.', '/', '*', '>', ' ']));
    }
});
