//! The bodies of these routes, as the document shows them. They are read elsewhere, which checks more
//! than a schema can say.

use utoipa::ToSchema;

/// Somebody who registers.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct RegisterInput {
    #[schema(max_length = 254, example = "anna@example.org")]
    email: String,
    /// 8 to 128 characters that are not easy to guess.
    #[schema(
        min_length = 1,
        max_length = 1024,
        example = "correct horse battery staple"
    )]
    password: String,
    /// The part of the address before the @ when absent.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// Name of the organization that is founded; the person's when absent.
    #[schema(max_length = 200, example = "Stadtwerke Hechingen")]
    organization: Option<String>,
    /// Its slug; made from its name when absent. It never changes.
    #[schema(pattern = "^[a-z0-9][a-z0-9-]{0,62}$")]
    organization_slug: Option<String>,
    /// Of a mailed invitation: joins its organization instead of founding one. Also `invitation`.
    #[schema(max_length = 256)]
    invitation_token: Option<String>,
}

/// Somebody who signs in.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct LoginInput {
    #[schema(max_length = 254)]
    email: String,
    #[schema(min_length = 1, max_length = 1024)]
    password: String,
    /// Keeps the session beyond a day without use.
    remember_me: Option<bool>,
    /// A code of the authenticator, or a recovery code, where a second factor is on.
    #[schema(max_length = 32)]
    totp: Option<String>,
    /// Slug of one of the person's organizations; its first when absent.
    #[schema(pattern = "^[a-z0-9][a-z0-9-]{0,62}$")]
    organization: Option<String>,
    /// Of a mailed invitation: accepts it and signs in there. Also `invitation`.
    #[schema(max_length = 256)]
    invitation_token: Option<String>,
}

/// A refresh token; from the cookie when absent.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct RefreshInput {
    #[schema(max_length = 256)]
    refresh_token: Option<String>,
}

/// The present password and the next.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct ChangePasswordInput {
    #[schema(min_length = 1, max_length = 1024)]
    current_password: String,
    #[schema(min_length = 1, max_length = 1024)]
    new_password: String,
}

/// Another address.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct ChangeEmailInput {
    #[schema(max_length = 254)]
    new_email: String,
    /// The present password.
    #[schema(min_length = 1, max_length = 1024)]
    password: String,
}

/// Whose password is forgotten.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes requests")]
pub struct ForgotPasswordInput {
    #[schema(max_length = 254)]
    email: String,
}

/// The token of the mail, and the next password.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes requests")]
pub struct ResetPasswordInput {
    #[schema(max_length = 256)]
    token: String,
    #[schema(min_length = 1, max_length = 1024)]
    password: String,
}

/// The token of a mail.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes requests")]
pub struct TokenInput {
    #[schema(max_length = 256)]
    token: String,
}

/// A code, and what a login answered where it asked for one.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct CodeInput {
    #[schema(max_length = 32)]
    code: String,
    #[schema(max_length = 256)]
    challenge_token: Option<String>,
}

/// What turning the second factor off takes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes requests")]
pub struct DisableInput {
    #[schema(min_length = 1, max_length = 1024)]
    password: String,
    #[schema(max_length = 32)]
    code: String,
}

/// A key for a program.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct ApiKeyInput {
    #[schema(min_length = 1, max_length = 100, example = "exporter")]
    name: String,
    /// Some of `read`, `write`, `delete`, `admin`, `events:read`, `swarm:work`; `read` when absent.
    #[schema(example = json!(["read"]))]
    scopes: Option<Vec<String>>,
    /// Never, when absent.
    expires_at: Option<chrono::DateTime<chrono::Utc>>,
}

/// One of the person's organizations.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes requests")]
pub struct SwitchInput {
    /// Its slug.
    #[schema(pattern = "^[a-z0-9][a-z0-9-]{0,62}$")]
    organization: String,
}
