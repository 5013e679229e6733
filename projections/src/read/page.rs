//! What lists have in common.

/// The most rows of one page.
pub(crate) const LIST_LIMIT: u32 = 500;

/// One page of a list, and how many there are in all. Both are of one snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub total: u64,
}

/// The pattern of LIKE that finds `text` anywhere, whatever characters it holds.
pub(crate) fn contains_pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_in_a_text_are_plain_characters() {
        assert_eq!(contains_pattern(r"50%_\"), r"%50\%\_\\%");
    }
}
