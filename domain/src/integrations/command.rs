//! What callers may ask of an integration.

use chrono::{DateTime, Utc};

use super::{
    BaseUrl, HeaderName, IntegrationStatus, Scheme, ServiceSettings, TestMethod, TestPath,
};
use crate::Patch;
use crate::values::{Line, PersonId, Token};

/// One line of at most 200 characters.
pub type IntegrationName = Line<200>;

/// One command to one integration. Credentials are in none of them, only their names.
#[derive(Clone, Debug, PartialEq)]
pub enum IntegrationCommand {
    Create(Create),
    Change(Change),
    NoteTest(NoteTest),
    Delete,
}

/// An integration that isn't there yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Create {
    /// Whose it is.
    pub person: PersonId,
    /// From an open list: `slack`, `github`, `webhook`.
    pub service: Token,
    pub name: IntegrationName,
    pub base_url: Option<BaseUrl>,
    pub test_path: Option<TestPath>,
    pub test_method: TestMethod,
    pub scheme: Option<Scheme>,
    pub header: Option<HeaderName>,
    pub settings: ServiceSettings,
    pub credential_names: Vec<String>,
}

/// What becomes different; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    pub name: Option<IntegrationName>,
    pub status: Option<IntegrationStatus>,
    pub base_url: Patch<BaseUrl>,
    pub test_path: Patch<TestPath>,
    pub test_method: Option<TestMethod>,
    pub scheme: Patch<Scheme>,
    pub header: Patch<HeaderName>,
    pub settings: Option<ServiceSettings>,
    /// Those that take the place of all before; none at all clears them.
    pub credential_names: Option<Vec<String>>,
}

/// What became of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct NoteTest {
    pub at: DateTime<Utc>,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    pub took_ms: u64,
    /// Why it failed; `None` where it didn't. In our own words: nothing that the service said.
    pub failure: Option<Line<200>>,
}
