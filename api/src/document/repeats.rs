//! `Idempotency-Key` of the routes whose answers hold secrets, as the document shows it. It is read by
//! [`crate::http_layers`].

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, RefOr, Required};

use crate::auth_routes::{ALIAS, CANONICAL};

const NAME: &str = "Idempotency-Key";
const TEXT: &str = "1 to 255 visible ASCII characters. The same key and request within 24 h get the \
    first answer again, or 409 `already-done` where that held a secret (tokens, a key, a second \
    factor); another request under it gets 422. What failed may be sent again.";

/// Adds it to what changes something below the auth routes.
pub fn name_repeats(api: &mut OpenApi) {
    for (path, item) in &mut api.paths.paths {
        let below = |area: &str| path.starts_with(&format!("{area}/"));
        if !below(CANONICAL) && !below(ALIAS) {
            continue;
        }
        for operation in [&mut item.post, &mut item.delete].into_iter().flatten() {
            add(operation);
        }
    }
}

fn add(operation: &mut Operation) {
    let parameters = operation.parameters.get_or_insert_default();
    if !parameters.iter().any(is_there) {
        parameters.push(RefOr::T(parameter()));
    }
}

fn parameter() -> Parameter {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(255));
    ParameterBuilder::new()
        .name(NAME)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(TEXT))
        .schema(Some(text.build()))
        .build()
}

fn is_there(one: &RefOr<Parameter>) -> bool {
    matches!(one, RefOr::T(parameter) if parameter.name == NAME)
}
