//! Commands to integrations, read from JSON bodies with camelCase names.

use serde_json::{Map, Value};

use super::command::IntegrationName;
use super::{
    BaseUrl, Change, Create, Credentials, HeaderName, IntegrationStatus, Scheme, ServiceSettings,
    TestMethod, TestPath,
};
use crate::values::{PersonId, Token};
use crate::{FieldError, Fields, Patch};

/// Fields of the resource that a body may hold because it was read so.
const READ_ONLY: &[&str] = &[
    "id",
    "userId",
    "health",
    "usageCount",
    "lastUsedAt",
    "lastTest",
    "credentialNames",
    "createdAt",
    "updatedAt",
    "revision",
    "position",
];

/// The integration that somebody wants, and what lets one in.
#[derive(Clone, Debug, PartialEq)]
pub struct IntegrationRequest {
    service: Token,
    name: IntegrationName,
    base_url: Option<BaseUrl>,
    test_path: Option<TestPath>,
    test_method: TestMethod,
    scheme: Option<Scheme>,
    header: Option<HeaderName>,
    settings: ServiceSettings,
    pub credentials: Option<Credentials>,
}

impl IntegrationRequest {
    /// The command, in this person's name. It knows the names of the credentials alone.
    pub fn create(&self, person: PersonId) -> Create {
        let Self {
            service,
            name,
            base_url,
            test_path,
            test_method,
            scheme,
            header,
            settings,
            credentials,
        } = self.clone();
        Create {
            person,
            service,
            name,
            base_url,
            test_path,
            test_method,
            scheme,
            header,
            settings,
            credential_names: credentials.map(|all| all.names()).unwrap_or_default(),
        }
    }
}

/// A change, and what lets one in from now on.
#[derive(Clone, Debug, PartialEq)]
pub struct IntegrationChange {
    pub change: Change,
    pub credentials: Patch<Credentials>,
}

/// Without a name it is called as its service is.
///
/// # Errors
/// With everything that is wrong: missing, of another type, out of bounds, unknown.
pub fn read_integration(body: &Map<String, Value>) -> Result<IntegrationRequest, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let service: Option<Token> = fields.required("service");
    let name = fields.optional("name");
    let base_url = fields.optional("baseUrl");
    let test_path = fields.optional("testPath");
    let test_method = fields.optional("testMethod").unwrap_or(TestMethod::Get);
    let (scheme, header) = (fields.optional("scheme"), fields.optional("header"));
    let settings = fields.optional("settings").unwrap_or_default();
    let credentials = fields.optional("credentials");
    fields.read_only(&["status"]);
    fields.read_only(READ_ONLY);
    let named = |service: &Token| IntegrationName::parse(service.as_str()).ok();
    let name = name.or_else(|| service.as_ref().and_then(named));
    let read = service.zip(name).map(|(service, name)| IntegrationRequest {
        service,
        name,
        base_url,
        test_path,
        test_method,
        scheme,
        header,
        settings,
        credentials,
    });
    fields.finish(read)
}

/// # Errors
/// With everything that is wrong: of another type, out of bounds, unknown.
pub fn read_integration_change(
    body: &Map<String, Value>,
) -> Result<IntegrationChange, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let credentials = fields.patch::<Credentials>("credentials");
    let change = Change {
        name: fields.replaced("name"),
        status: fields.replaced("status"),
        base_url: fields.patch("baseUrl"),
        test_path: fields.patch("testPath"),
        test_method: fields.replaced("testMethod"),
        scheme: fields.patch("scheme"),
        header: fields.patch("header"),
        settings: fields.replaced("settings"),
        credential_names: match &credentials {
            Patch::Absent => None,
            Patch::Clear => Some(Vec::new()),
            Patch::Set(credentials) => Some(credentials.names()),
        },
    };
    if change.status == Some(IntegrationStatus::Deleted) {
        fields.wrong("status", "must be active or inactive");
    }
    // What it connects to never changes: that would be another integration.
    fields.read_only(&["service"]);
    fields.read_only(READ_ONLY);
    fields.finish(Some(IntegrationChange {
        change,
        credentials,
    }))
}
