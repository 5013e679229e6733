//! Settings of the systems that came before: named once, so that nobody thinks they work.

const NAMES: &[&str] = &[
    "NODE_ENV",
    "BCRYPT_ROUNDS",
    "JWT_REFRESH_SECRET",
    "REDIS_URL",
];

pub fn warn_of_settings_without_effect() {
    let set: Vec<String> = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| {
            NAMES.contains(&name.as_str())
                || name.starts_with("SUPABASE_")
                || name.ends_with("_SERVICE_PORT")
        })
        // Kubernetes sets one of these by itself in every pod.
        .filter(|name| name != "KUBERNETES_SERVICE_PORT")
        .collect();
    if !set.is_empty() {
        tracing::warn!(
            settings = set.join(", "),
            "these settings have no effect here"
        );
    }
}
