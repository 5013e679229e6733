//! Where the links of mails lead.

use url::Url;

use super::MailError;

/// The frontend's address, below which links lie.
///
/// A token stands in the fragment: browsers don't send it, so it is in no access log and in no
/// `Referer`; the page reads it and posts it to us.
#[derive(Clone, Debug)]
pub struct Links {
    /// Without a slash at its end.
    base: String,
}

impl Links {
    /// # Errors
    /// [`MailError::Setting`] when it is no http or https address, or has a query, a fragment or
    /// credentials.
    pub fn below(base: &str) -> Result<Self, MailError> {
        let wrong = || MailError::Setting("expected an address such as https://example.org".into());
        let url = Url::parse(base.trim()).map_err(|_| wrong())?;
        let plain = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !plain || !url.has_host() || !matches!(url.scheme(), "http" | "https") {
            return Err(wrong());
        }
        Ok(Self {
            base: url.as_str().trim_end_matches('/').to_owned(),
        })
    }

    /// A page of the frontend.
    pub(crate) fn page(&self, page: &str) -> String {
        format!("{}/{page}", self.base)
    }

    /// A page that is handed a token.
    ///
    /// # Errors
    /// [`MailError::Unfit`] when the token holds what would need quoting.
    pub(crate) fn with_token(&self, page: &str, token: &str) -> Result<String, MailError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        if token.is_empty() || token.len() > 1_024 || !token.chars().all(plain) {
            return Err(MailError::Unfit("a token that can't stand in a link"));
        }
        Ok(format!("{}/{page}#token={token}", self.base))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stands_in_the_fragment() {
        let links = Links::below("https://example.org/app/").unwrap();
        let link = links.with_token("verify-email", "a-b_c.d~1").unwrap();
        assert_eq!(link, "https://example.org/app/verify-email#token=a-b_c.d~1");
        assert_eq!(links.page("login"), "https://example.org/app/login");
    }

    #[test]
    fn tokens_that_would_break_out_of_a_link_are_refused() {
        let links = Links::below("http://127.0.0.1:8000").unwrap();
        for token in ["", "a b", "a\"", "a&b=c", "a\r\n", "a<", "ä"] {
            assert!(links.with_token("x", token).is_err(), "{token:?}");
        }
    }

    #[test]
    fn what_is_no_address_of_a_page_is_refused() {
        for base in [
            "example.org",
            "ftp://example.org",
            "javascript:alert(1)",
            "https://user:secret@example.org",
            "https://example.org?x",
            "https://example.org#x",
            "",
        ] {
            assert!(Links::below(base).is_err(), "{base:?}");
        }
    }
}
