//! Who calls: bearer tokens, and what they say about their holder.
//!
//! Access tokens are JSON Web Tokens (RFC 7519), signed with HS256 by `JWT_SECRET`. HTTP and push
//! check them through the same [`Tokens`].

mod claims;
mod principal;
mod tokens;

pub use claims::{AUDIENCE, Claims, Grant, ISSUER};
pub use principal::{Member, Principal, Scope, Scopes};
pub use tokens::{TokenError, Tokens, WeakSecret};
