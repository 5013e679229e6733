//! Tables whose fields are parted by tabs.

/// The rows below the heading, each with exactly `N` fields; others are left out, and a test of the
/// table sees that there are none.
pub(crate) fn rows<const N: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    text.lines().skip(1).filter_map(|line| {
        let fields: Vec<&'static str> = line.split('\t').collect();
        fields.try_into().ok()
    })
}

/// The text, if there is any.
pub(crate) fn filled(text: &'static str) -> Option<&'static str> {
    (!text.is_empty()).then_some(text)
}
