//! The languages that mails are written in.

use chrono::{DateTime, Utc};

/// German or English.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    De,
    #[default]
    En,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::De, Self::En];

    /// The first language of ours in an `Accept-Language` header or a setting; weights are taken to
    /// be in falling order, as browsers send them. English when none is.
    pub fn of(accepted: &str) -> Self {
        accepted
            .split(',')
            .find_map(
                |one| match one.trim().get(..2)?.to_ascii_lowercase().as_str() {
                    "de" => Some(Self::De),
                    "en" => Some(Self::En),
                    _ => None,
                },
            )
            .unwrap_or_default()
    }

    /// `de`
    pub fn code(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::En => "en",
        }
    }

    /// A point in time, in UTC.
    pub(crate) fn time(self, at: DateTime<Utc>) -> String {
        match self {
            Self::De => at.format("%d.%m.%Y um %H:%M Uhr (UTC)").to_string(),
            Self::En => at.format("%-d %B %Y at %H:%M (UTC)").to_string(),
        }
    }

    /// For how long something holds: in days where they are whole and more than one, else in hours.
    pub(crate) fn hours(self, hours: u32) -> String {
        let (number, days) = match hours {
            48.. if hours.is_multiple_of(24) => (hours / 24, true),
            _ => (hours, false),
        };
        match (self, days, number) {
            (Self::De, true, _) => format!("{number} Tage"),
            (Self::De, false, 1) => "eine Stunde".into(),
            (Self::De, false, _) => format!("{number} Stunden"),
            (Self::En, true, _) => format!("{number} days"),
            (Self::En, false, 1) => "one hour".into(),
            (Self::En, false, _) => format!("{number} hours"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_of_ours_is_taken() {
        assert_eq!(Language::of("de-AT,de;q=0.9,en;q=0.5"), Language::De);
        assert_eq!(Language::of("fr-FR, EN-gb, de"), Language::En);
        assert_eq!(Language::of("fr"), Language::En);
        assert_eq!(Language::of(""), Language::En);
        assert_eq!(Language::of("ä,de"), Language::De);
    }

    #[test]
    fn durations_read_as_people_say_them() {
        assert_eq!(Language::De.hours(1), "eine Stunde");
        assert_eq!(Language::En.hours(24), "24 hours");
        assert_eq!(Language::De.hours(168), "7 Tage");
        assert_eq!(Language::En.hours(50), "50 hours");
    }

    #[test]
    fn times_name_their_zone() {
        let at = DateTime::from_timestamp(1_784_887_151, 0).unwrap();
        assert_eq!(Language::De.time(at), "24.07.2026 um 09:59 Uhr (UTC)");
        assert_eq!(Language::En.time(at), "24 July 2026 at 09:59 (UTC)");
    }
}
