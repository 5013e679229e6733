//! Writes `nats.conf`, anew at each start.

use std::path::Path;

use crate::secrets::Secrets;

/// Accounts keep analysts apart from the application: nothing passes between them unless it is exported.
/// Within the application only the relay may publish events, so whatever is on `ev.>` is in the log.
pub(super) fn text(folder: &Path, store: &Path, port: u16, secrets: &Secrets) -> String {
    let Secrets {
        app,
        relay,
        analyst,
        sys,
        postgres: _,
    } = secrets;
    let pid_file = quoted(&folder.join("nats.pid"));
    let store = quoted(store);
    format!(
        r#"# Written by flowgrid at each start; changes are lost.
server_name: flowgrid
listen: "127.0.0.1:{port}"
pid_file: {pid_file}
# An event batch of telemetry is the largest message.
max_payload: 8MB

jetstream {{
  store_dir: {store}
  # Acknowledge after fsync.
  sync_interval: always
  # Events live in files.
  max_memory_store: 256MB
  limits {{
    # Racing relays leave batches unfinished; room for them, and not for long.
    batch {{ max_msgs: 1000, max_inflight_per_stream: 256, max_inflight_total: 4096, timeout: 5s }}
  }}
}}

accounts {{
  APP {{
    jetstream: enabled
    users: [
      {{ user: app, password: "{app}", permissions: {{ publish: {{ deny: ["ev.>"] }} }} }}
      {{ user: relay, password: "{relay}" }}
    ]
  }}
  ANALYSTS {{
    users: [ {{ user: analyst, password: "{analyst}" }} ]
  }}
  SYS {{
    users: [ {{ user: sys, password: "{sys}" }} ]
  }}
}}
system_account: SYS
"#
    )
}

/// As a string of the configuration's grammar.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
