//! The roles as processes of their own, on servers that somebody else runs.

use std::path::Path;

use tokio::net::TcpListener;

use crate::node::{Node, NodeOptions, Roles};
use crate::settings::{
    HttpSettings, MailSettings, SettingError, api_config, files, keys, master_keys, quotas,
    servers_of_state, state_dir,
};
use crate::{Failure, PeopleSettings, shutdown};

/// Runs roles until told to stop.
///
/// # Errors
/// When a setting is wrong or a server can't be reached.
pub async fn run(roles: Roles) -> Result<(), Failure> {
    let state = state_dir();
    let http = HttpSettings::from_environment()?;
    let checks_tokens = roles.api || roles.push;
    let options = NodeOptions {
        servers: servers_of_state(&state)?,
        keys: checks_tokens.then(|| keys(&state)).transpose()?,
        people: checks_tokens.then(|| people(&state, &roles)).transpose()?,
        quotas: quotas()?,
        api: api_config()?,
        listener: TcpListener::bind(http.address).await.map_err(|error| {
            Failure::new(format!("PORT: can't listen on {}: {error}", http.address))
        })?,
        roles: roles.clone(),
    };
    let address = options.listener.local_addr()?;
    let mut stop = shutdown::on_signal();
    let node = tokio::select! {
        node = Node::start(options) => node?,
        _ = stop.wait_for(|stop| *stop) => return Ok(()),
    };
    tracing::info!(%address, ?roles, "running");
    let _ = stop.wait_for(|stop| *stop).await; // the sender lives as long as the process
    node.stop().await;
    Ok(())
}

fn people(state: &Path, roles: &Roles) -> Result<PeopleSettings, SettingError> {
    Ok(PeopleSettings {
        masters: master_keys(state)?,
        files: roles.api.then(|| files(state)).transpose()?,
        mail: MailSettings::from_environment()?,
        mailbox: false,
        outside: crate::settings::outside()?,
    })
}
