//! The table from which an aggregate's event enum and its [`Event`](crate::Event) are written.

/// Writes the enum of an aggregate's events from one table: type, version, struct.
///
/// Where a struct changes so that older payloads no longer fit, its version moves on and the row
/// gets `, "1.0" => function` for each older one: `fn(&str) -> Result<Struct, serde_json::Error>`.
///
/// A minor version only adds fields that may be absent. So every version of the same major one is
/// read by the struct of today: an older build reads what a newer one wrote while both run, and
/// ignores what it doesn't know. A newer major version stops it.
macro_rules! events {
    (
        $(#[$doc:meta])*
        pub enum $name:ident {
            $($type:literal $version:literal => $event:ident $(, $older:literal => $upcast:path)*;)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $(#[serde(rename = $type)] $event($event),)+
        }

        impl $crate::Event for $name {
            const KNOWN: &'static [(&'static str, &'static str)] = &[$(($type, $version)),+];

            fn event_type(&self) -> &'static str {
                match self {
                    $(Self::$event(_) => $type,)+
                }
            }

            fn event_version(&self) -> &'static str {
                match self {
                    $(Self::$event(_) => $version,)+
                }
            }

            fn payload(&self) -> Result<String, serde_json::Error> {
                match self {
                    $(Self::$event(event) => serde_json::to_string(event),)+
                }
            }

            fn decode(
                event_type: &str,
                event_version: &str,
                payload: &str,
            ) -> Result<Self, $crate::DecodeError> {
                let decoded = match event_type {
                    $($type => match event_version {
                        $version => serde_json::from_str(payload).map(Self::$event),
                        $($older => $upcast(payload).map(Self::$event),)*
                        other if $crate::events::same_major(other, $version) => {
                            serde_json::from_str(payload).map(Self::$event)
                        }
                        _ => {
                            return Err($crate::DecodeError::UnknownVersion {
                                event_type: event_type.to_owned(),
                                version: event_version.to_owned(),
                            });
                        }
                    },)+
                    _ => return Err($crate::DecodeError::UnknownType(event_type.to_owned())),
                };
                decoded.map_err(|source| $crate::DecodeError::Payload {
                    event_type: event_type.to_owned(),
                    source,
                })
            }

            #[cfg(feature = "openapi")]
            fn schemas() -> Vec<$crate::EventSchema> {
                vec![$($crate::EventSchema::of::<$event>($type, $version)),+]
            }
        }
    };
}

pub(crate) use events;

/// Whether two versions (`1.0`, `1.12`) have the same major number. Anything else is no version.
pub(crate) fn same_major(version: &str, known: &str) -> bool {
    let parts = |text: &str| {
        let (major, minor) = text.split_once('.')?;
        Some((major.parse::<u16>().ok()?, minor.parse::<u16>().ok()?))
    };
    matches!((parts(version), parts(known)), (Some(one), Some(other)) if one.0 == other.0)
}

#[cfg(test)]
mod tests {
    use crate::{DecodeError, Event};

    #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    #[serde(rename_all = "camelCase")]
    pub struct Measured {
        in_metres: f64,
    }

    fn from_feet(payload: &str) -> Result<Measured, serde_json::Error> {
        #[derive(serde::Deserialize)]
        struct Feet {
            feet: f64,
        }
        let old: Feet = serde_json::from_str(payload)?;
        Ok(Measured {
            in_metres: old.feet * 0.3048,
        })
    }

    events! {
        pub enum RulerEvent {
            "ruler.measured" "2.0" => Measured, "1.0" => from_feet;
        }
    }

    #[test]
    fn an_older_version_is_read_through_its_upcast() {
        let now = RulerEvent::decode("ruler.measured", "2.0", r#"{"inMetres":3.048}"#).unwrap();
        let then = RulerEvent::decode("ruler.measured", "1.0", r#"{"feet":10}"#).unwrap();
        assert_eq!(now, then);
        assert_eq!(now.payload().unwrap(), r#"{"inMetres":3.048}"#);
    }

    /// The same event as the releases before and after see it: 2.1 added the unit of the scale.
    mod releases {

        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "camelCase")]
        pub struct Measured {
            pub in_metres: f64,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub scale: Option<String>,
        }

        fn from_feet(payload: &str) -> Result<Measured, serde_json::Error> {
            super::from_feet(payload).map(|old| Measured {
                in_metres: old.in_metres,
                scale: None,
            })
        }

        events! {
            pub enum NextRulerEvent {
                "ruler.measured" "2.1" => Measured, "1.0" => from_feet;
            }
        }
    }

    #[test]
    fn two_releases_read_each_other_while_both_run() {
        use releases::NextRulerEvent;
        let newer = NextRulerEvent::Measured(releases::Measured {
            in_metres: 3.0,
            scale: Some("mm".into()),
        });
        let written = newer.payload().unwrap();
        let read = RulerEvent::decode("ruler.measured", newer.event_version(), &written).unwrap();
        assert_eq!(read, RulerEvent::Measured(Measured { in_metres: 3.0 }));

        let written = read.payload().unwrap();
        let back = NextRulerEvent::decode("ruler.measured", read.event_version(), &written);
        let NextRulerEvent::Measured(back) = back.unwrap();
        assert_eq!((back.in_metres, back.scale), (3.0, None));
        let oldest = NextRulerEvent::decode("ruler.measured", "1.0", r#"{"feet":10}"#);
        assert!(oldest.is_ok());
    }

    #[test]
    fn what_is_no_version_is_not_taken_for_one() {
        for (version, same) in [
            ("2.0", true),
            ("2.7", true),
            ("3.0", false),
            ("20.0", false),
            ("2", false),
            ("2.", false),
            ("2.x", false),
            ("2.0.1", false),
            ("", false),
            ("2.99999999", false),
        ] {
            assert_eq!(super::same_major(version, "2.1"), same, "{version:?}");
        }
    }

    #[test]
    fn what_is_unknown_is_a_typed_error() {
        let read = |name, version, payload| RulerEvent::decode(name, version, payload).unwrap_err();
        assert!(matches!(
            read("ruler.broken", "1.0", "{}"),
            DecodeError::UnknownType(_)
        ));
        assert!(matches!(
            read("ruler.measured", "9.0", "{}"),
            DecodeError::UnknownVersion { .. }
        ));
        assert!(matches!(
            read("ruler.measured", "2.0", "[]"),
            DecodeError::Payload { .. }
        ));
    }
}
