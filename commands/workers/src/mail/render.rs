//! From a mail to its letter: both parts from the same template.

use super::recipient::is_header_text;
use super::template::{Paragraph, Template, Values, fill};
use super::{Letter, Links, Mail, MailError};

const LAYOUT: &str = include_str!("templates/layout.html");

/// Writes a mail out.
///
/// # Errors
/// [`MailError::Unfit`] when a token or a value can't stand where it would.
pub(crate) fn letter(mail: &Mail, links: &Links) -> Result<Letter, MailError> {
    let template = mail.kind.template(mail.language);
    let values = mail.kind.values(mail.language);
    let link = mail.kind.link(links)?;
    let subject = fill(template.subject, &values);
    if !is_header_text(&subject) {
        return Err(MailError::Unfit("a subject that can't stand in a header"));
    }
    Ok(Letter {
        to: mail.to.clone(),
        text: text(&template, &values, &link),
        html: html(&template, &values, &link, &subject, mail.language.code()),
        subject,
    })
}

fn text(template: &Template, values: &Values, link: &str) -> String {
    let paragraphs: Vec<String> = template
        .paragraphs
        .iter()
        .map(|paragraph| match paragraph {
            Paragraph::Words(words) => fill(words, values),
            Paragraph::Link(words) => format!("{words}:\n{link}"),
        })
        .collect();
    format!("{}\n\n-- \nFlowgrid\n", paragraphs.join("\n\n"))
}

fn html(template: &Template, values: &Values, link: &str, subject: &str, language: &str) -> String {
    let paragraphs = template.paragraphs.iter().map(|paragraph| match paragraph {
        Paragraph::Words(words) => format!("<p>{}</p>\n", escape(&fill(words, values))),
        Paragraph::Link(words) => format!(
            "<p><a href=\"{}\" style=\"color:#0b57d0\">{}</a></p>\n",
            escape(link),
            escape(words)
        ),
    });
    let values = vec![
        ("language", language.to_owned()),
        ("subject", escape(subject)),
        ("body", paragraphs.collect()),
    ];
    fill(LAYOUT, &values)
}

/// Text as HTML shows it, also within an attribute's quotes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::mail::{Language, MailKind, Recipient};

    fn links() -> Links {
        Links::below("https://example.org").unwrap()
    }

    fn written(kind: MailKind, language: Language) -> Letter {
        let to = Recipient::new("anna@example.org", None).unwrap();
        let mail = Mail { to, kind, language };
        letter(&mail, &links()).unwrap()
    }

    fn invitation(organization: &str) -> MailKind {
        MailKind::Invitation {
            organization: organization.into(),
            slug: "acme".into(),
            inviter: Some("Änne O'Hara".into()),
            token: "t0ken".into(),
            valid_hours: 168,
        }
    }

    fn all_kinds() -> Vec<MailKind> {
        let at = DateTime::from_timestamp(1_784_887_151, 0).unwrap();
        let token = "t0ken".to_owned();
        vec![
            MailKind::VerifyEmail {
                token: token.clone(),
                valid_hours: 24,
            },
            MailKind::ResetPassword {
                token: token.clone(),
                valid_hours: 1,
            },
            MailKind::PasswordChanged { at },
            MailKind::ConfirmNewEmail {
                token,
                valid_hours: 24,
            },
            MailKind::EmailChanging { at },
            MailKind::EmailChanged { at },
            invitation("Stadt Hechingen"),
            MailKind::AlreadyRegistered,
            MailKind::TwoFactorOn { at },
            MailKind::TwoFactorOff { at },
            MailKind::TokenReuse { at },
            MailKind::OrganizationClosing {
                organization: "Stadt Hechingen".into(),
                slug: "acme".into(),
                until: at,
            },
            MailKind::OrganizationKept {
                organization: "Stadt Hechingen".into(),
                slug: "acme".into(),
            },
            MailKind::OrganizationClosed {
                organization: "Stadt Hechingen".into(),
                slug: "acme".into(),
                at,
            },
            MailKind::Alert {
                title: "Peak".into(),
                message: "81 kW, above 80 kW.".into(),
                escalated: false,
            },
            MailKind::Alert {
                title: "Peak".into(),
                message: "81 kW, above 80 kW.".into(),
                escalated: true,
            },
        ]
    }

    #[test]
    fn every_kind_has_a_subject_no_gap_and_one_link_in_each_part_and_language() {
        for kind in all_kinds() {
            for language in Language::ALL {
                let letter = written(kind.clone(), language);
                let shown = format!("{kind:?} {language:?}");
                assert!(!letter.subject.is_empty() && !letter.subject.contains('{'));
                assert!(!letter.text.contains('{'), "{shown}: {}", letter.text);
                assert!(!letter.html.contains('{'), "{shown}: {}", letter.html);
                assert_eq!(letter.text.matches("https://").count(), 1, "{shown}");
                assert_eq!(letter.html.matches("https://").count(), 1, "{shown}");
                let lang = format!("<html lang=\"{}\">", language.code());
                assert!(letter.html.contains(&lang), "{shown}");
            }
        }
    }

    #[test]
    fn a_token_is_in_the_link_of_both_parts() {
        let kind = MailKind::ResetPassword {
            token: "t0ken".into(),
            valid_hours: 1,
        };
        let letter = written(kind, Language::De);
        let link = "https://example.org/reset-password#token=t0ken";
        assert!(letter.text.contains(&format!("\n{link}\n")));
        assert!(letter.html.contains(&format!("href=\"{link}\"")));
        assert!(letter.text.contains("eine Stunde"));
    }

    #[test]
    fn what_people_wrote_is_escaped_in_html() {
        let letter = written(invitation("Müller & \"Söhne\" {inviter}"), Language::En);
        assert_eq!(letter.subject, "Invitation to Müller & \"Söhne\" {inviter}");
        assert!(
            letter
                .html
                .contains("Müller &amp; &quot;Söhne&quot; {inviter}")
        );
        assert!(letter.html.contains("Änne O&#39;Hara"));
        assert!(letter.text.contains("“Müller & \"Söhne\" {inviter}”"));
    }
}
