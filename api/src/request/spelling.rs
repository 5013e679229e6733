//! camelCase and snake_case: callers may send either.

use std::borrow::Cow;

/// `building_id` → `buildingId`. What is camelCase already stays.
pub fn camel(name: &str) -> Cow<'_, str> {
    if !name.contains('_') {
        return Cow::Borrowed(name);
    }
    let mut text = String::with_capacity(name.len());
    let mut raise = false;
    for character in name.chars() {
        if character == '_' && !text.is_empty() {
            raise = true;
        } else if raise {
            text.extend(character.to_uppercase());
            raise = false;
        } else {
            text.push(character);
        }
    }
    Cow::Owned(text)
}

/// `buildingId` → `building_id`. What is snake_case already stays.
pub fn snake(name: &str) -> Cow<'_, str> {
    if !name.bytes().any(|b| b.is_ascii_uppercase()) {
        return Cow::Borrowed(name);
    }
    let mut text = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            if !text.is_empty() {
                text.push('_');
            }
            text.push(character.to_ascii_lowercase());
        } else {
            text.push(character);
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_becomes_the_other() {
        for (camel_case, snake_case) in [
            ("buildingId", "building_id"),
            ("todayKwh", "today_kwh"),
            ("firstOccurredAt", "first_occurred_at"),
            ("name", "name"),
        ] {
            assert_eq!(camel(snake_case), camel_case);
            assert_eq!(snake(camel_case), snake_case);
            assert_eq!(camel(camel_case), camel_case);
            assert_eq!(snake(snake_case), snake_case);
        }
    }
}
