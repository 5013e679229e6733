//! Reads a JSON object field by field and gathers all that is wrong with it.

use serde_json::{Map, Value};

use crate::values::{FromJson, Invalid};
use crate::{FieldError, Patch};

/// More errors than this help nobody.
const MOST_ERRORS: usize = 32;
/// How much of an unknown field's name is repeated to the caller, in characters.
const LONGEST_NAME: usize = 64;

/// A body being read. Names are camelCase; whoever accepts other spellings turns them first.
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    prefix: &'static str,
    known: Vec<&'static str>,
    errors: Vec<FieldError>,
}

impl<'a> Fields<'a> {
    pub fn of(object: &'a Map<String, Value>) -> Self {
        Self::below("", object)
    }

    /// The fields of an object within the body; `prefix` is its pointer.
    pub fn below(prefix: &'static str, object: &'a Map<String, Value>) -> Self {
        Self {
            object,
            prefix,
            known: Vec::with_capacity(16),
            errors: Vec::new(),
        }
    }

    /// A field that must be there.
    pub fn required<T: FromJson>(&mut self, name: &'static str) -> Option<T> {
        match self.look_up(name) {
            Some(value) if !value.is_null() => self.keep(name, T::from_json(value)),
            Some(_) | None => self.keep(name, Invalid::because("is required")),
        }
    }

    /// A field that may be absent, null or blank.
    pub fn optional<T: FromJson>(&mut self, name: &'static str) -> Option<T> {
        let value = self.look_up(name)?;
        if T::is_blank(value) {
            return None;
        }
        self.keep(name, T::from_json(value))
    }

    /// A field that a change may set, but never clear: null is an error.
    pub fn replaced<T: FromJson>(&mut self, name: &'static str) -> Option<T> {
        let value = self.look_up(name)?;
        if value.is_null() {
            return self.keep(name, Invalid::because("must not be null"));
        }
        self.keep(name, T::from_json(value))
    }

    /// A field that a change may set or clear; blank clears.
    pub fn patch<T: FromJson>(&mut self, name: &'static str) -> Patch<T> {
        match self.look_up(name) {
            None => Patch::Absent,
            Some(value) if T::is_blank(value) => Patch::Clear,
            Some(value) => self
                .keep(name, T::from_json(value))
                .map_or(Patch::Absent, Patch::Set),
        }
    }

    /// Whether a field is there, sound or not.
    pub fn holds(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// Whether a field is there and null.
    pub fn is_null(&self, name: &str) -> bool {
        self.object.get(name).is_some_and(Value::is_null)
    }

    /// An object within the body.
    pub fn object(&mut self, name: &'static str) -> Option<&'a Map<String, Value>> {
        let value = self.look_up(name).filter(|value| !value.is_null())?;
        let object = value.as_object();
        self.keep(
            name,
            object.ok_or_else(|| Invalid("must be an object".to_owned())),
        )
    }

    /// Fields that clients send back as they read them; they are not looked at.
    pub fn read_only(&mut self, names: &[&'static str]) {
        self.known.extend_from_slice(names);
    }

    /// Notes what is wrong beyond a single field.
    pub fn wrong(&mut self, name: &str, detail: impl Into<String>) {
        let pointer = format!("{}/{name}", self.prefix);
        self.errors.push(FieldError::new(pointer, detail));
    }

    /// Adds what was found in an object within the body.
    pub fn absorb(&mut self, errors: Vec<FieldError>) {
        self.errors.extend(errors);
    }

    /// What was read, if every field that was asked for is sound and there is no other.
    ///
    /// # Errors
    /// With all that is wrong, at most 32 of them.
    pub fn finish<T>(mut self, read: Option<T>) -> Result<T, Vec<FieldError>> {
        let unknown = self.object.keys();
        for name in unknown.filter(|name| !self.known.contains(&name.as_str())) {
            let short: String = name.chars().take(LONGEST_NAME).collect();
            let escaped = short.replace('~', "~0").replace('/', "~1");
            let pointer = format!("{}/{escaped}", self.prefix);
            self.errors
                .push(FieldError::new(pointer, "is not known here"));
            if self.errors.len() >= MOST_ERRORS {
                break;
            }
        }
        self.errors.truncate(MOST_ERRORS);
        match read {
            Some(read) if self.errors.is_empty() => Ok(read),
            Some(_) => Err(self.errors),
            None => {
                if self.errors.is_empty() {
                    self.wrong("", "is incomplete");
                }
                Err(self.errors)
            }
        }
    }

    fn look_up(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.object.get(name)
    }

    fn keep<T>(&mut self, name: &str, read: Result<T, Invalid>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(Invalid(detail)) => {
                self.wrong(name, detail);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::values::{Line, Slug};

    #[test]
    fn everything_wrong_is_named_at_once() {
        let body = json!({"name": 7, "kind": null, "a/b~": 1, "revision": 3});
        let mut fields = Fields::of(body.as_object().unwrap());
        let name: Option<Line<9>> = fields.required("name");
        let id: Option<Slug> = fields.required("id");
        let kind: Option<Slug> = fields.replaced("kind");
        fields.read_only(&["revision"]);
        assert!(name.is_none() && id.is_none() && kind.is_none());
        let errors = fields.finish(Some(())).unwrap_err();
        let pointers: Vec<&str> = errors.iter().map(|error| &*error.pointer).collect();
        assert_eq!(pointers, ["/name", "/id", "/kind", "/a~1b~0"]);
    }

    #[test]
    fn blank_texts_are_as_good_as_null() {
        let body = json!({"note": " ", "text": "", "left": null});
        let mut fields = Fields::of(body.as_object().unwrap());
        assert_eq!(fields.optional::<Line<9>>("note"), None);
        assert_eq!(fields.patch::<Line<9>>("text"), Patch::Clear);
        assert_eq!(fields.patch::<Line<9>>("left"), Patch::Clear);
        assert_eq!(fields.patch::<Line<9>>("gone"), Patch::Absent);
        assert_eq!(fields.finish(Some(())), Ok(()));
    }

    #[test]
    fn the_list_of_errors_is_bounded() {
        let body: Map<String, Value> = (0..100).map(|n| (format!("f{n}"), json!(n))).collect();
        let errors = Fields::of(&body).finish(Some(())).unwrap_err();
        assert_eq!(errors.len(), MOST_ERRORS);
    }
}
