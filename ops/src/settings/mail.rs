//! Mail.
//!
//! - `SMTP_URL`: the server that sends it, `smtps://user:password@host:port` (465) or
//!   `smtp://user:password@host:port` (587, STARTTLS required), user and password percent-encoded;
//!   `smtp://host:port?tls=none` (25) for one on the same machine or network, without a password.
//!   Certificates are checked against the system's; `SSL_CERT_FILE` names others. Where it isn't set,
//!   `flowgrid up` keeps mails at `/dev/mailbox`.
//! - `MAIL_FROM`: who they come from, `Name <address@domain>`; needed with `SMTP_URL`.
//! - `FRONTEND_URL`: where their links lead; of several, the first; needed with `SMTP_URL`, else
//!   <http://127.0.0.1:8000>.

use flowgrid_workers::mail::{Links, MailError, Sender, SmtpServer, Transport};

use super::{SettingError, variable};

const OWN_URL: &str = "http://127.0.0.1:8000";

/// How mail is sent, and where its links lead.
#[derive(Clone, Debug)]
pub struct MailSettings {
    pub links: Links,
    /// The server, and who mails come from; `None` without one.
    pub smtp: Option<(SmtpServer, Sender)>,
}

impl MailSettings {
    /// # Errors
    /// When one of them can't be used, or one that is needed is missing. The error never repeats
    /// `SMTP_URL`: it holds a password.
    pub fn from_environment() -> Result<Self, SettingError> {
        Self::read(variable)
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingError> {
        let smtp_url = variable("SMTP_URL");
        let needed = |name, example| match (variable(name), &smtp_url) {
            (Some(value), _) => Ok(Some(value)),
            (None, None) => Ok(None),
            (None, Some(_)) => {
                let problem = format!("not set, and SMTP_URL needs it: {example}");
                Err(SettingError::new(name, problem))
            }
        };
        let from = needed("MAIL_FROM", "Name <address@domain>")?;
        let frontends = needed("FRONTEND_URL", "https://example.org")?;
        let first = frontends.as_deref().and_then(|list| list.split(',').next());
        let links = Links::below(first.unwrap_or(OWN_URL)).map_err(wrong("FRONTEND_URL"))?;
        let smtp = match (smtp_url, from) {
            (Some(url), Some(from)) => {
                let server = url.parse().map_err(wrong("SMTP_URL"))?;
                Some((server, from.parse().map_err(wrong("MAIL_FROM"))?))
            }
            _ => None,
        };
        Ok(Self { links, smtp })
    }

    /// The way to the server; `None` without one.
    ///
    /// # Errors
    /// When its name can't be checked by TLS.
    pub fn transport(&self) -> Result<Option<Transport>, SettingError> {
        let smtp = self.smtp.clone();
        smtp.map(|(server, from)| Transport::smtp(server, from))
            .transpose()
            .map_err(wrong("SMTP_URL"))
    }
}

fn wrong(name: &'static str) -> impl Fn(MailError) -> SettingError {
    move |error| SettingError::new(name, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(set: &[(&str, &str)]) -> Result<MailSettings, String> {
        let find = |name: &str| set.iter().find(|(known, _)| *known == name);
        let variable = |name: &str| find(name).map(|(_, value)| (*value).to_owned());
        MailSettings::read(variable).map_err(|error| error.to_string())
    }

    #[test]
    fn without_any_there_is_no_server() {
        assert!(read(&[]).unwrap().smtp.is_none());
    }

    #[test]
    fn a_server_needs_a_sender_and_a_place_for_links() {
        let url = ("SMTP_URL", "smtps://anna:hunter2@mail.example.org");
        let from = ("MAIL_FROM", "Flowgrid <no-reply@example.org>");
        let frontend = ("FRONTEND_URL", "https://example.org,https://other.example");
        assert!(
            read(&[url, from])
                .unwrap_err()
                .starts_with("FRONTEND_URL: ")
        );
        assert!(
            read(&[url, frontend])
                .unwrap_err()
                .starts_with("MAIL_FROM: ")
        );
        let settings = read(&[url, from, frontend]).unwrap();
        assert!(settings.smtp.is_some());
        assert!(!format!("{settings:?}").contains("hunter2"));
    }

    #[test]
    fn what_is_wrong_is_named_without_the_password() {
        let wrong = [
            ("SMTP_URL", "https://anna:hunter2@mail.example.org"),
            ("MAIL_FROM", "Flowgrid <no-reply@example.org>"),
            ("FRONTEND_URL", "https://example.org"),
        ];
        let error = read(&wrong).unwrap_err();
        assert!(error.starts_with("SMTP_URL: expected smtps://"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
        let wrong = [("FRONTEND_URL", "example.org")];
        assert!(read(&wrong).unwrap_err().starts_with("FRONTEND_URL: "));
    }
}
