//! `traceparent` (W3C Trace Context, level 1).

/// Where in a trace the caller stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceParent<'h> {
    trace_id: &'h str,
    flags: &'h str,
}

impl<'h> TraceParent<'h> {
    /// `00-<32 hex>-<16 hex>-<2 hex>`, lower case, neither id all zero. A later version may append
    /// fields.
    pub fn parse(text: &'h str) -> Option<Self> {
        let mut parts = text.split('-');
        let version = hex(parts.next()?, 2)?;
        let trace_id = hex(parts.next()?, 32)?;
        let parent_id = hex(parts.next()?, 16)?;
        let flags = hex(parts.next()?, 2)?;
        let more = parts.next().is_some();
        let zero = |id: &str| id.bytes().all(|b| b == b'0');
        if version == "ff" || zero(trace_id) || zero(parent_id) || (version == "00" && more) {
            return None;
        }
        Some(Self { trace_id, flags })
    }

    /// The header that says that the span `span_id` belongs to the same trace.
    pub fn child(&self, span_id: &str) -> String {
        format!("00-{}-{span_id}-{}", self.trace_id, self.flags)
    }
}

fn hex(text: &str, length: usize) -> Option<&str> {
    let lower_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    (text.len() == length && text.bytes().all(lower_hex)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn a_child_stays_in_the_trace() {
        let text = format!("00-{TRACE}-00f067aa0ba902b7-01");
        let child = TraceParent::parse(&text).unwrap().child("0000000000000001");
        assert_eq!(child, format!("00-{TRACE}-0000000000000001-01"));
        assert!(TraceParent::parse(&child).is_some());
        assert!(TraceParent::parse(&format!("cc-{TRACE}-00f067aa0ba902b7-01-more")).is_some());
    }

    #[test]
    fn anything_else_is_no_trace() {
        let zeros = "0".repeat(32);
        for text in [
            String::new(),
            "00".to_owned(),
            format!("00-{TRACE}-00f067aa0ba902b7"),
            format!("00-{TRACE}-00f067aa0ba902b7-01-more"),
            format!("ff-{TRACE}-00f067aa0ba902b7-01"),
            format!("00-{zeros}-00f067aa0ba902b7-01"),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("00-{}-00f067aa0ba902b7-01", TRACE.to_uppercase()),
        ] {
            assert_eq!(TraceParent::parse(&text), None, "{text}");
        }
    }
}
