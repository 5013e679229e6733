//! From a letter to the bytes that travel.

use chrono::{DateTime, Utc};
use lettre::Message;
use lettre::message::MultiPart;
use lettre::message::header::{HeaderName, HeaderValue};
use uuid::Uuid;

use super::{Letter, MailError, Sender};

/// RFC 3834: keeps absence notices from answering.
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// A letter as MIME. All that tells two sendings of it apart is the border between its parts.
pub(crate) fn message(
    letter: Letter,
    from: &Sender,
    id: Uuid,
    written_at: DateTime<Utc>,
) -> Result<Message, MailError> {
    let generated = HeaderValue::new(AUTO_SUBMITTED, "auto-generated".into());
    Message::builder()
        .message_id(Some(message_id(id, from)))
        .date(written_at.into())
        .from(from.mailbox.clone())
        .to(letter.to.mailbox()?)
        .subject(letter.subject)
        .raw_header(generated)
        .multipart(MultiPart::alternative_plain_html(letter.text, letter.html))
        .map_err(|_| MailError::Unfit("no whole message"))
}

/// The same for each attempt, so that a mail program shows a letter that came twice once.
fn message_id(id: Uuid, from: &Sender) -> String {
    format!("<{}@{}>", id.simple(), from.domain())
}
