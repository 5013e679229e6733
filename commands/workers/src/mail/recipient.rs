//! Who a mail goes to, and who it comes from.

use std::fmt;
use std::str::FromStr;

use lettre::Address;
use lettre::message::Mailbox;
use serde::{Deserialize, Serialize};

use super::MailError;

/// The longest name shown beside an address, in characters.
const LONGEST_NAME: usize = 200;

/// An address and the name beside it. Personal data: `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    address: String,
    name: Option<String>,
}

impl Recipient {
    /// The domain is turned into ASCII, so that any server takes it.
    ///
    /// # Errors
    /// [`MailError::Unfit`] when it is no address, or the name holds a line break or another
    /// control character: it stands in a header.
    pub fn new(address: &str, name: Option<&str>) -> Result<Self, MailError> {
        let (local, domain) = address
            .rsplit_once('@')
            .ok_or(MailError::Unfit("no address"))?;
        let domain = url::Host::parse(domain).map_err(|_| MailError::Unfit("no domain"))?;
        let address = format!("{local}@{domain}");
        checked(&address)?;
        let name = name.map(str::trim).filter(|name| !name.is_empty());
        if name.is_some_and(|name| !is_header_text(name)) {
            return Err(MailError::Unfit("a name that can't stand in a header"));
        }
        Ok(Self {
            address,
            name: name.map(Into::into),
        })
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn mailbox(&self) -> Result<Mailbox, MailError> {
        Ok(Mailbox::new(self.name.clone(), checked(&self.address)?))
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recipient(…)")
    }
}

/// One line, short, no control characters.
pub(crate) fn is_header_text(text: &str) -> bool {
    text.chars().count() <= LONGEST_NAME && !text.chars().any(char::is_control)
}

fn checked(address: &str) -> Result<Address, MailError> {
    if address.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(MailError::Unfit("no address"));
    }
    Address::from_str(address).map_err(|_| MailError::Unfit("no address"))
}

/// Who our mails come from: `Flowgrid <no-reply@example.org>`.
#[derive(Clone, Debug)]
pub struct Sender {
    pub(crate) mailbox: Mailbox,
}

impl Sender {
    /// The domain behind the @: of Message-IDs, and the name we greet a server with.
    pub(crate) fn domain(&self) -> &str {
        self.mailbox.email.domain()
    }
}

impl FromStr for Sender {
    type Err = MailError;

    fn from_str(text: &str) -> Result<Self, MailError> {
        let wrong = || MailError::Setting("expected Name <address@domain>".into());
        let mailbox: Mailbox = text.trim().parse().map_err(|_| wrong())?;
        let name = mailbox.name.as_deref().unwrap_or_default();
        // Its domain stands in every Message-ID.
        if !is_header_text(name) || !mailbox.email.to_string().is_ascii() {
            return Err(wrong());
        }
        Ok(Self { mailbox })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_write_headers_of_their_own_are_refused() {
        for name in [
            "Anna\r\nBcc: eve@example.org",
            "Anna\nX: 1",
            "Anna\rX",
            "An\0na",
            &"x".repeat(201),
        ] {
            let refused = Recipient::new("anna@example.org", Some(name));
            assert!(matches!(refused, Err(MailError::Unfit(_))), "{name:?}");
        }
    }

    #[test]
    fn addresses_that_are_none_are_refused() {
        for address in [
            "anna",
            "@example.org",
            "anna@",
            "anna@example.org\r\nRCPT TO:<eve@example.org>",
            "an na@example.org",
            "anna@exa mple.org",
            "<anna@example.org>",
        ] {
            assert!(Recipient::new(address, None).is_err(), "{address:?}");
        }
    }

    #[test]
    fn a_domain_is_written_in_ascii() {
        let to = Recipient::new("änne@bürger.example.org", None).unwrap();
        assert_eq!(to.address(), "änne@xn--brger-kva.example.org");
    }

    #[test]
    fn a_name_of_blanks_is_none() {
        let to = Recipient::new("anna@example.org", Some("  ")).unwrap();
        assert_eq!(to.mailbox().unwrap().name, None);
    }

    #[test]
    fn debug_output_hides_the_address() {
        let to = Recipient::new("anna@example.org", Some("Anna")).unwrap();
        assert_eq!(format!("{to:?}"), "Recipient(…)");
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        let sender: Sender = "Stadt Hechingen <no-reply@hechingen.example>"
            .parse()
            .unwrap();
        assert_eq!(sender.domain(), "hechingen.example");
        assert!("no-reply@hechingen.example".parse::<Sender>().is_ok());
        assert!("hechingen".parse::<Sender>().is_err());
        assert!("a@bürger.example".parse::<Sender>().is_err());
    }
}
