//! The text files that mails are written from.
//!
//! The first line is the subject; paragraphs follow, with a blank line between them. `{name}` stands
//! for a value. The paragraph `>> words` is the link, and its words.

/// A mail with gaps.
pub(crate) struct Template {
    pub(crate) subject: &'static str,
    pub(crate) paragraphs: Vec<Paragraph>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paragraph {
    Words(&'static str),
    /// The words of the link.
    Link(&'static str),
}

impl Template {
    pub(crate) fn read(text: &'static str) -> Self {
        let (subject, rest) = text.split_once('\n').unwrap_or((text, ""));
        let paragraphs = rest
            .split("\n\n")
            .map(str::trim)
            .filter(|paragraph| !paragraph.is_empty())
            .map(|paragraph| match paragraph.strip_prefix(">> ") {
                Some(words) => Paragraph::Link(words),
                None => Paragraph::Words(paragraph),
            })
            .collect();
        Self {
            subject: subject.trim(),
            paragraphs,
        }
    }
}

/// What the gaps are filled with.
pub(crate) type Values = Vec<(&'static str, String)>;

/// Fills the gaps in one pass, so that a value that looks like a gap stays as it is. A gap without a
/// value stays, too; a test sees to it that there is none.
pub(crate) fn fill(text: &str, values: &Values) -> String {
    let mut filled = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let gap = after.split_once('}').and_then(|(name, behind)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((value, behind))
        });
        match gap {
            Some((value, behind)) => {
                filled.push_str(value);
                rest = behind;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_a_subject_paragraphs_and_a_link() {
        let template = Template::read("Subject\n\nOne\ntwo.\n\n>> Go\n");
        assert_eq!(template.subject, "Subject");
        let expected = [Paragraph::Words("One\ntwo."), Paragraph::Link("Go")];
        assert_eq!(template.paragraphs, expected);
    }

    #[test]
    fn a_value_that_looks_like_a_gap_stays_as_it_is() {
        let values = vec![("a", "{b}".to_owned()), ("b", "no".to_owned())];
        assert_eq!(fill("x{a}y{c}z{", &values), "x{b}y{c}z{");
    }
}
