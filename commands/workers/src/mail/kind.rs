//! What mails there are.

use std::fmt;

use chrono::{DateTime, Utc};

use super::template::{Template, Values};
use super::{Language, Links, MailError};

/// What a mail is about. Tokens are good for `valid_hours`, which the mail says. `Debug` shows the
/// kind alone.
#[derive(Clone, PartialEq, Eq)]
pub enum MailKind {
    /// To a new account's address. Holds nothing that its maker wrote: it may go to a stranger.
    VerifyEmail {
        token: String,
        valid_hours: u32,
    },
    ResetPassword {
        token: String,
        valid_hours: u32,
    },
    PasswordChanged {
        at: DateTime<Utc>,
    },
    /// To the address that is to become the account's.
    ConfirmNewEmail {
        token: String,
        valid_hours: u32,
    },
    /// To the account's present address, when another one is entered.
    EmailChanging {
        at: DateTime<Utc>,
    },
    /// To the address that was the account's until then.
    EmailChanged {
        at: DateTime<Utc>,
    },
    Invitation {
        /// The organization's name, and its slug for where the name could be taken for a link.
        organization: String,
        slug: String,
        inviter: Option<String>,
        token: String,
        valid_hours: u32,
    },
    /// Somebody tried to register with the address of an account.
    AlreadyRegistered,
    TwoFactorOn {
        at: DateTime<Utc>,
    },
    TwoFactorOff {
        at: DateTime<Utc>,
    },
    /// An old refresh token came back, and its session was ended.
    TokenReuse {
        at: DateTime<Utc>,
    },
    /// To the members of an organization that is to be closed for good at a time.
    OrganizationClosing {
        organization: String,
        slug: String,
        until: DateTime<Utc>,
    },
    /// To those who were told so: it stays.
    OrganizationKept {
        organization: String,
        slug: String,
    },
    /// To those who were its members.
    OrganizationClosed {
        organization: String,
        slug: String,
        at: DateTime<Utc>,
    },
    /// To whom an alert rule names: an alert was raised, or nobody has acknowledged it in time.
    Alert {
        title: String,
        message: String,
        escalated: bool,
    },
}

/// The template of a name, in a language.
macro_rules! template {
    ($language:expr, $name:literal) => {
        match $language {
            Language::De => include_str!(concat!("templates/de/", $name, ".txt")),
            Language::En => include_str!(concat!("templates/en/", $name, ".txt")),
        }
    };
}

impl MailKind {
    /// `verify-email`: what operators read, and the name of its templates.
    pub fn name(&self) -> &'static str {
        match self {
            Self::VerifyEmail { .. } => "verify-email",
            Self::ResetPassword { .. } => "reset-password",
            Self::PasswordChanged { .. } => "password-changed",
            Self::ConfirmNewEmail { .. } => "confirm-new-email",
            Self::EmailChanging { .. } => "email-changing",
            Self::EmailChanged { .. } => "email-changed",
            Self::Invitation { .. } => "invitation",
            Self::AlreadyRegistered => "already-registered",
            Self::TwoFactorOn { .. } => "two-factor-on",
            Self::TwoFactorOff { .. } => "two-factor-off",
            Self::TokenReuse { .. } => "token-reuse",
            Self::OrganizationClosing { .. } => "organization-closing",
            Self::OrganizationKept { .. } => "organization-kept",
            Self::OrganizationClosed { .. } => "organization-closed",
            Self::Alert {
                escalated: false, ..
            } => "alert",
            Self::Alert {
                escalated: true, ..
            } => "alert-escalated",
        }
    }

    pub(crate) fn template(&self, language: Language) -> Template {
        Template::read(match self {
            Self::VerifyEmail { .. } => template!(language, "verify-email"),
            Self::ResetPassword { .. } => template!(language, "reset-password"),
            Self::PasswordChanged { .. } => template!(language, "password-changed"),
            Self::ConfirmNewEmail { .. } => template!(language, "confirm-new-email"),
            Self::EmailChanging { .. } => template!(language, "email-changing"),
            Self::EmailChanged { .. } => template!(language, "email-changed"),
            Self::Invitation { .. } => template!(language, "invitation"),
            Self::AlreadyRegistered => template!(language, "already-registered"),
            Self::TwoFactorOn { .. } => template!(language, "two-factor-on"),
            Self::TwoFactorOff { .. } => template!(language, "two-factor-off"),
            Self::TokenReuse { .. } => template!(language, "token-reuse"),
            Self::OrganizationClosing { .. } => template!(language, "organization-closing"),
            Self::OrganizationKept { .. } => template!(language, "organization-kept"),
            Self::OrganizationClosed { .. } => template!(language, "organization-closed"),
            Self::Alert {
                escalated: false, ..
            } => template!(language, "alert"),
            Self::Alert {
                escalated: true, ..
            } => template!(language, "alert-escalated"),
        })
    }

    /// Where its link leads.
    pub(crate) fn link(&self, links: &Links) -> Result<String, MailError> {
        match self {
            Self::VerifyEmail { token, .. } => links.with_token("verify-email", token),
            Self::ResetPassword { token, .. } => links.with_token("reset-password", token),
            Self::ConfirmNewEmail { token, .. } => links.with_token("confirm-email", token),
            Self::Invitation { token, .. } => links.with_token("accept-invitation", token),
            Self::PasswordChanged { .. }
            | Self::EmailChanging { .. }
            | Self::TwoFactorOn { .. }
            | Self::TwoFactorOff { .. } => Ok(links.page("forgot-password")),
            Self::EmailChanged { .. }
            | Self::AlreadyRegistered
            | Self::TokenReuse { .. }
            | Self::OrganizationClosing { .. }
            | Self::OrganizationKept { .. }
            | Self::OrganizationClosed { .. } => Ok(links.page("login")),
            Self::Alert { .. } => Ok(links.page("alerts")),
        }
    }

    pub(crate) fn values(&self, language: Language) -> Values {
        match self {
            Self::VerifyEmail { valid_hours, .. }
            | Self::ResetPassword { valid_hours, .. }
            | Self::ConfirmNewEmail { valid_hours, .. } => {
                vec![("valid", language.hours(*valid_hours))]
            }
            Self::Invitation {
                organization,
                slug,
                inviter,
                valid_hours,
                ..
            } => vec![
                ("organization", organization_shown(organization, slug)),
                ("inviter", inviter_shown(inviter.as_deref(), language)),
                ("valid", language.hours(*valid_hours)),
            ],
            Self::PasswordChanged { at }
            | Self::EmailChanging { at }
            | Self::EmailChanged { at }
            | Self::TwoFactorOn { at }
            | Self::TwoFactorOff { at }
            | Self::TokenReuse { at } => vec![("time", language.time(*at))],
            Self::OrganizationClosing {
                organization,
                slug,
                until: at,
            }
            | Self::OrganizationClosed {
                organization,
                slug,
                at,
            } => vec![
                ("organization", organization_shown(organization, slug)),
                ("time", language.time(*at)),
            ],
            Self::OrganizationKept { organization, slug } => {
                vec![("organization", organization_shown(organization, slug))]
            }
            Self::AlreadyRegistered => Vec::new(),
            Self::Alert { title, message, .. } => {
                vec![("title", title.clone()), ("message", message.clone())]
            }
        }
    }
}

impl fmt::Debug for MailKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn organization_shown(name: &str, slug: &str) -> String {
    let shown = if is_harmless(name) { name } else { slug };
    shown.to_owned()
}

fn inviter_shown(name: Option<&str>, language: Language) -> String {
    let somebody = match language {
        Language::De => "Jemand",
        Language::En => "Somebody",
    };
    name.filter(|name| is_harmless(name))
        .unwrap_or(somebody)
        .to_owned()
}

/// The longest name shown to a stranger, in characters.
const LONGEST_SHOWN: usize = 80;

/// Whether a name may stand in a mail to somebody who doesn't know us. An invitation must not carry
/// a link or an address that its sender wrote, nor what turns the reading direction.
fn is_harmless(name: &str) -> bool {
    let characters: Vec<char> = name.chars().collect();
    let like_a_domain = characters.windows(3).any(|three| {
        matches!(three, [before, '.', after] if before.is_alphanumeric() && after.is_alphanumeric())
    });
    let odd = |c: char| {
        c.is_control()
            || matches!(c, '@' | '/' | '\\' | '<' | '>')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
    };
    !name.trim().is_empty()
        && characters.len() <= LONGEST_SHOWN
        && !like_a_domain
        && !name.chars().any(odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_mail_program_would_make_a_link_of_are_not_shown() {
        for name in [
            "https://evil.example",
            "Go to evil.example now",
            "www.evil.example",
            "mail eve@evil",
            "a\r\nb",
            "abc\u{202e}def",
            "",
            &"x".repeat(81),
        ] {
            assert_eq!(organization_shown(name, "acme"), "acme", "{name:?}");
            assert_eq!(inviter_shown(Some(name), Language::De), "Jemand");
        }
        for name in ["Stadt Hechingen", "Müller & Söhne", "St. Gallen", "O'Hara"] {
            assert_eq!(organization_shown(name, "acme"), name);
        }
    }

    #[test]
    fn debug_output_hides_the_token() {
        let kind = MailKind::VerifyEmail {
            token: "secret".into(),
            valid_hours: 24,
        };
        assert_eq!(format!("{kind:?}"), "verify-email");
    }
}
