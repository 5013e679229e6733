//! Enough of MIME to read what we wrote, written without the library that wrote it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A header's value, unfolded and decoded; panics where it isn't there exactly once.
pub fn header(message: &str, name: &str) -> String {
    let (head, _) = message.split_once("\r\n\r\n").unwrap();
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let prefix = format!("{}:", name.to_lowercase());
    let values: Vec<&str> = unfolded
        .split("\r\n")
        .filter(|line| line.to_lowercase().starts_with(&prefix))
        .map(|line| line[prefix.len()..].trim())
        .collect();
    assert_eq!(values.len(), 1, "{name} in {head}");
    decode_words(values[0])
}

/// The names of all headers before the body, in lower case.
pub fn header_names(message: &str) -> Vec<String> {
    let (head, _) = message.split_once("\r\n\r\n").unwrap();
    head.split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| line.split(':').next().unwrap().to_lowercase())
        .collect()
}

/// The decoded part of a type (`text/plain`).
pub fn part(message: &str, kind: &str) -> String {
    let content_type = header(message, "Content-Type");
    assert!(content_type.starts_with("multipart/alternative"));
    let (_, border) = content_type.split_once("boundary=\"").unwrap();
    let border = format!("--{}", border.split('"').next().unwrap());
    let part = message
        .split(&border)
        .map(str::trim_start)
        .find(|part| part.contains("\r\n\r\n") && is_of(part, kind))
        .unwrap_or_else(|| panic!("no {kind} in {message}"));
    let (_, body) = part.split_once("\r\n\r\n").unwrap();
    let body = body.trim_end_matches("\r\n");
    let text = match header(part, "Content-Transfer-Encoding").as_str() {
        "7bit" => body.to_owned(),
        "base64" => String::from_utf8(STANDARD.decode(body.replace("\r\n", "")).unwrap()).unwrap(),
        "quoted-printable" => quoted_printable(body),
        other => panic!("encoding {other}"),
    };
    text.replace("\r\n", "\n")
}

fn is_of(part: &str, kind: &str) -> bool {
    let head = part.split("\r\n\r\n").next().unwrap().to_lowercase();
    head.contains(&format!("content-type: {kind}"))
}

fn quoted_printable(text: &str) -> String {
    let joined = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'=' {
            let hex = std::str::from_utf8(&after[..2]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// `=?utf-8?b?…?=` (RFC 2047); blanks between two of them don't count.
fn decode_words(value: &str) -> String {
    let mut decoded = String::new();
    let value = value.replace("?= =?", "?==?");
    let mut rest = value.as_str();
    while let Some((before, after)) = rest.split_once("=?utf-8?b?") {
        let (word, behind) = after.split_once("?=").unwrap();
        decoded.push_str(before);
        decoded.push_str(std::str::from_utf8(&STANDARD.decode(word).unwrap()).unwrap());
        rest = behind;
    }
    decoded.push_str(rest);
    decoded
}
