//! A field of a change: left alone, cleared, or set.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a change does to one nullable field. In JSON: absent, `null`, or a value; so its field
/// needs `#[serde(default, skip_serializing_if = "Patch::is_absent")]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Stays as it is.
    #[default]
    Absent,
    /// Becomes unknown.
    Clear,
    Set(T),
}

impl<T> Patch<T> {
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The patch in another type.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(f(value)),
        }
    }

    /// This patch, or `Absent` where it would leave `current` as it is.
    #[must_use]
    pub fn unless_same(self, current: Option<&T>) -> Self
    where
        T: PartialEq,
    {
        let same = match &self {
            Self::Absent => true,
            Self::Clear => current.is_none(),
            Self::Set(value) => current == Some(value),
        };
        if same { Self::Absent } else { self }
    }

    /// The field as this patch would leave it.
    pub fn over<'a>(&'a self, current: Option<&'a T>) -> Option<&'a T> {
        match self {
            Self::Absent => current,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// Changes the field.
    pub fn apply(&self, field: &mut Option<T>)
    where
        T: Clone,
    {
        match self {
            Self::Absent => {}
            Self::Clear => *field = None,
            Self::Set(value) => *field = Some(value.clone()),
        }
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent | Self::Clear => serializer.serialize_none(),
            Self::Set(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::deserialize(deserializer)?;
        Ok(value.map_or(Self::Clear, Self::Set))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Change {
        #[serde(default, skip_serializing_if = "Patch::is_absent")]
        note: Patch<String>,
    }

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        for (text, note) in [
            ("{}", Patch::Absent),
            (r#"{"note":null}"#, Patch::Clear),
            (r#"{"note":"x"}"#, Patch::Set("x".to_owned())),
        ] {
            let change: Change = serde_json::from_str(text).unwrap();
            assert_eq!(change, Change { note });
            assert_eq!(serde_json::to_string(&change).unwrap(), text);
        }
    }

    #[test]
    fn a_patch_that_changes_nothing_is_absent() {
        assert!(Patch::Set(1).unless_same(Some(&1)).is_absent());
        assert!(Patch::<u8>::Clear.unless_same(None).is_absent());
        assert_eq!(Patch::Set(2).unless_same(Some(&1)), Patch::Set(2));
        assert_eq!(Patch::<u8>::Clear.unless_same(Some(&1)), Patch::Clear);
    }
}
