//! Cuts a body into its elements: the objects of a JSON array, or lines. What an element holds is
//! for others to read; here only brackets, quotes and line ends count.

use super::{LONGEST_ELEMENT, Place};
use crate::FieldError;

pub(super) struct Splitter {
    kind: Kind,
    /// What has come of the present element.
    open: Vec<u8>,
    number: usize,
    line: usize,
}

enum Kind {
    Lines,
    Json(Json),
}

/// Where in the body we are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Json {
    /// Nothing has come but white space.
    Before,
    /// In the array, before an element or its end. After a comma, an element must come.
    Between { comma: bool },
    /// In the array, after an element.
    After,
    /// Within an element; so many brackets are open.
    Within {
        depth: usize,
        text: bool,
        escaped: bool,
        array: bool,
    },
    /// The array, or the lone object, is over.
    Over,
}

type Taken = Result<(), FieldError>;

impl Splitter {
    pub fn json() -> Self {
        Self::of(Kind::Json(Json::Before))
    }

    pub fn lines() -> Self {
        Self::of(Kind::Lines)
    }

    fn of(kind: Kind) -> Self {
        Self {
            kind,
            open: Vec::new(),
            number: 0,
            line: 1,
        }
    }

    /// Hands each element that is whole to `take`.
    pub fn push(&mut self, piece: &[u8], mut take: impl FnMut(&[u8], Place)) -> Taken {
        match self.kind {
            Kind::Lines => self.push_lines(piece, &mut take),
            Kind::Json(state) => self.push_json(state, piece, &mut take),
        }
    }

    /// The body is over.
    pub fn finish(mut self, mut take: impl FnMut(&[u8], Place)) -> Taken {
        match self.kind {
            Kind::Lines => {
                let last = std::mem::take(&mut self.open);
                self.line_of(&last, &mut take);
                Ok(())
            }
            Kind::Json(Json::Over) => Ok(()),
            Kind::Json(_) => Err(FieldError::new("", "the JSON breaks off")),
        }
    }

    fn push_lines(&mut self, piece: &[u8], take: &mut impl FnMut(&[u8], Place)) -> Taken {
        let mut rest = piece;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, after) = rest.split_at(end);
            if self.open.is_empty() {
                self.line_of(line, take);
            } else {
                self.keep(line)?;
                let whole = std::mem::take(&mut self.open);
                self.line_of(&whole, take);
            }
            self.line += 1;
            rest = after.get(1..).unwrap_or_default();
        }
        self.keep(rest)
    }

    fn line_of(&mut self, line: &[u8], take: &mut impl FnMut(&[u8], Place)) {
        if line.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let place = Place {
            number: self.number,
            line: Some(self.line),
        };
        self.number += 1;
        take(line, place);
    }

    fn push_json(
        &mut self,
        mut state: Json,
        piece: &[u8],
        take: &mut impl FnMut(&[u8], Place),
    ) -> Taken {
        let mut begun = 0;
        for (at, byte) in piece.iter().enumerate() {
            let was = state;
            state = next(was, *byte).map_err(|detail| self.at(detail))?;
            match (was, state) {
                (Json::Within { .. }, Json::Within { .. }) => {}
                (_, Json::Within { .. }) => begun = at,
                (Json::Within { .. }, _) => {
                    let element = piece.get(begun..=at).unwrap_or_default();
                    self.element(element, take)?;
                }
                _ => {}
            }
        }
        if matches!(state, Json::Within { .. }) {
            self.keep(piece.get(begun..).unwrap_or_default())?;
        }
        self.kind = Kind::Json(state);
        Ok(())
    }

    fn element(&mut self, rest: &[u8], take: &mut impl FnMut(&[u8], Place)) -> Taken {
        let place = Place {
            number: self.number,
            line: None,
        };
        self.number += 1;
        if self.open.is_empty() {
            take(rest, place);
        } else {
            self.keep(rest)?;
            take(&std::mem::take(&mut self.open), place);
        }
        Ok(())
    }

    /// Keeps a part of an element until the rest of it comes.
    fn keep(&mut self, part: &[u8]) -> Taken {
        if self.open.len() + part.len() > LONGEST_ELEMENT {
            let detail = format!("is longer than {LONGEST_ELEMENT} bytes");
            return Err(self.at(&detail));
        }
        self.open.extend_from_slice(part);
        Ok(())
    }

    fn at(&self, detail: &str) -> FieldError {
        let line = matches!(self.kind, Kind::Lines).then_some(self.line);
        let place = Place {
            number: self.number,
            line,
        };
        place.error("", detail)
    }
}

fn next(state: Json, byte: u8) -> Result<Json, &'static str> {
    let begun = |array| Json::Within {
        depth: 1,
        text: false,
        escaped: false,
        array,
    };
    let space = byte.is_ascii_whitespace();
    Ok(match (state, byte) {
        (Json::Within { .. }, _) => within(state, byte),
        (_, _) if space => state,
        (Json::Before, b'[') => Json::Between { comma: false },
        (Json::Before, b'{') => begun(false),
        (Json::Between { .. }, b'{') => begun(true),
        (Json::Between { comma: false } | Json::After, b']') => Json::Over,
        (Json::After, b',') => Json::Between { comma: true },
        (Json::Before, _) => return Err("must be an array of objects, or one object"),
        (Json::Between { .. }, _) => return Err("must be an object"),
        (Json::After, _) => return Err("a comma or the array's end must come before this"),
        (Json::Over, _) => return Err("something follows the JSON"),
    })
}

/// The element goes on; it ends with its last bracket.
fn within(state: Json, byte: u8) -> Json {
    let Json::Within {
        depth,
        text,
        escaped,
        array,
    } = state
    else {
        return state;
    };
    let go_on = |depth, text, escaped| Json::Within {
        depth,
        text,
        escaped,
        array,
    };
    match byte {
        _ if escaped => go_on(depth, text, false),
        b'\\' if text => go_on(depth, text, true),
        b'"' => go_on(depth, !text, false),
        b'{' | b'[' if !text => go_on(depth + 1, false, false),
        b'}' | b']' if !text && depth == 1 => {
            if array {
                Json::After
            } else {
                Json::Over
            }
        }
        b'}' | b']' if !text => go_on(depth - 1, false, false),
        _ => go_on(depth, text, false),
    }
}
