//! The words of integrations.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::values::{FromJson, Invalid, string};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$about])* $variant,)+
        }

        impl $name {
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl FromJson for $name {
            fn from_json(value: &Value) -> Result<Self, Invalid> {
                match string(value)? {
                    $($word => Ok(Self::$variant),)+
                    _ => Invalid::because(concat!("must be one of:", $(" ", $word),+)),
                }
            }
        }
    };
}

words! {
    /// How credentials are sent to a service.
    Scheme {
        /// Not at all.
        None = "none",
        /// `Authorization: Bearer <token>`
        Bearer = "bearer",
        /// `Authorization: Basic`, of user name and password.
        Basic = "basic",
        /// In a header of its own.
        Header = "header",
    }
}

words! {
    /// How a service is asked whether it is there.
    TestMethod {
        Get = "get",
        /// With a small JSON object that says it is a test.
        Post = "post",
    }
}

words! {
    /// Whether an integration is used.
    IntegrationStatus {
        Active = "active",
        /// Its person has switched it off.
        Inactive = "inactive",
        /// Only in the answer to the deletion itself: no query shows it again.
        Deleted = "deleted",
    }
}

words! {
    /// What the last test of an integration as it is now has shown.
    Health {
        /// Not tested since it was made or changed.
        Unknown = "unknown",
        Ok = "ok",
        Failed = "failed",
    }
}
