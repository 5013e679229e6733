//! Both servers together.

use std::{path::Path, process::ExitStatus};

use crate::{
    Child, Connections, Server, StackError, StackOptions, ephemeral, nats::Nats, place::Place,
    postgres::Postgres, secrets::Secrets,
};

/// Running servers. Dropped without [`Stack::stop`], it asks them to stop and does not wait.
#[derive(Debug)]
pub struct Stack {
    postgres: Option<Postgres>,
    nats: Option<Nats>,
    connections: Connections,
    remove_afterwards: bool,
    // Last: the lock goes when the servers have been told to.
    place: Place,
}

impl Stack {
    /// Starts what the options ask for and waits until it is ready. What an earlier run left behind is
    /// stopped first; its data stays.
    ///
    /// # Errors
    /// [`StackError`]; the servers that did start are stopped again.
    pub async fn start(options: StackOptions) -> Result<Stack, StackError> {
        let place = Place::open(&options.state_dir).await?;
        Stack::start_in(place, &options).await
    }

    /// Starts servers whose data goes with them, for tests: in a fresh folder of the system's temporary
    /// one. What tests that were killed left there is removed on the way. `adjust` may change any option
    /// but `state_dir`.
    ///
    /// # Errors
    /// [`StackError`].
    pub async fn ephemeral(adjust: impl FnOnce(&mut StackOptions)) -> Result<Stack, StackError> {
        let (place, mut options) = ephemeral::place().await?;
        adjust(&mut options);
        let mut stack = Stack::start_in(place, &options).await?;
        stack.remove_afterwards = true;
        Ok(stack)
    }

    async fn start_in(place: Place, options: &StackOptions) -> Result<Stack, StackError> {
        let secrets = Secrets::load(&place.state)?;
        let (postgres, nats) = tokio::try_join!(
            async {
                if !options.postgres {
                    return Ok(None);
                }
                let mut postgres = Postgres::prepare(&place, options, &secrets.postgres).await?;
                postgres.start().await?;
                Ok(Some(postgres))
            },
            async {
                if !options.nats {
                    return Ok(None);
                }
                let mut nats = Nats::prepare(&place, options, &secrets).await?;
                nats.start().await?;
                Ok::<_, StackError>(Some(nats))
            }
        )?;
        let mut stack = Stack {
            postgres,
            nats,
            connections: Connections::default(),
            remove_afterwards: false,
            place,
        };
        stack.note_connections()?;
        Ok(stack)
    }

    /// Ports may change at a restart.
    fn note_connections(&mut self) -> Result<(), StackError> {
        let nats = self.nats.as_ref();
        self.connections = Connections {
            database_url: self.postgres.as_ref().map(Postgres::own_url),
            nats_url: nats.map(Nats::app_url),
            nats_relay_url: nats.map(Nats::relay_url),
            nats_analyst_url: nats.map(Nats::analyst_url),
        };
        self.connections.write(&self.place.state)
    }

    /// The addresses of all that was started.
    pub fn connections(&self) -> &Connections {
        &self.connections
    }

    /// Database `flowgrid`, as its owner, who may create roles and databases. With the password.
    pub fn database_url(&self) -> Option<&str> {
        self.connections.database_url.as_deref()
    }

    /// Another database of the same server, as the same user. It has to be created first.
    pub fn database_url_of(&self, database: &str) -> Option<String> {
        Some(self.postgres.as_ref()?.url(database))
    }

    /// NATS as the application: may do anything but publish `ev.>`. With the password.
    pub fn nats_url(&self) -> Option<&str> {
        self.connections.nats_url.as_deref()
    }

    /// NATS as the relay: the only user who may publish `ev.>`. With the password.
    pub fn nats_relay_url(&self) -> Option<&str> {
        self.connections.nats_relay_url.as_deref()
    }

    /// NATS as an analyst, in an account apart. With the password.
    pub fn nats_analyst_url(&self) -> Option<&str> {
        self.connections.nats_analyst_url.as_deref()
    }

    /// Postgres' data folder.
    pub fn postgres_data_dir(&self) -> Option<&Path> {
        self.postgres.as_ref().map(|p| p.data().as_path())
    }

    /// JetStream's store folder.
    pub fn nats_store_dir(&self) -> Option<&Path> {
        self.nats.as_ref().map(Nats::store)
    }

    /// The postmaster's process id, while it runs.
    pub fn postgres_pid(&self) -> Option<i32> {
        running(self.postgres.as_ref()?.child())
    }

    /// NATS's process id, while it runs.
    pub fn nats_pid(&self) -> Option<i32> {
        running(self.nats.as_ref()?.child())
    }

    /// Waits until a server that should run has ended by itself, and says which. Restart it with
    /// [`Stack::restart_postgres`] or [`Stack::restart_nats`]. Never returns when nothing runs.
    pub async fn ended(&self) -> (Server, ExitStatus) {
        let postgres = self.postgres.as_ref().and_then(Postgres::child);
        let nats = self.nats.as_ref().and_then(Nats::child);
        tokio::select! {
            Some(status) = async { Some(postgres?.ended().await) } => (Server::Postgres, status),
            Some(status) = async { Some(nats?.ended().await) } => (Server::Nats, status),
            else => std::future::pending().await,
        }
    }

    /// Stops both in good order, each within a bounded time, and lets go of the state folder.
    ///
    /// # Errors
    /// [`StackError::Io`] when the data of an ephemeral stack could not be removed.
    pub async fn stop(mut self) -> Result<(), StackError> {
        let Stack { postgres, nats, .. } = &mut self;
        tokio::join!(
            async {
                if let Some(postgres) = postgres {
                    postgres.stop().await;
                }
            },
            async {
                if let Some(nats) = nats {
                    nats.stop().await;
                }
            }
        );
        Connections::forget(&self.place.state);
        if self.remove_afterwards {
            ephemeral::remove(&self.place.state, &self.place.servers)?;
        }
        Ok(())
    }

    /// Crashes Postgres (SIGKILL to the postmaster), for tests of faults.
    pub async fn kill_postgres(&mut self) {
        if let Some(postgres) = &mut self.postgres {
            postgres.kill().await;
        }
    }

    /// Stops Postgres in good order and leaves it stopped.
    pub async fn stop_postgres(&mut self) {
        if let Some(postgres) = &mut self.postgres {
            postgres.stop().await;
        }
    }

    /// Starts Postgres again, stopping it first if it runs. It keeps its port unless that was taken.
    ///
    /// # Errors
    /// [`StackError`]; [`StackError::Misused`] when this stack has no Postgres.
    pub async fn restart_postgres(&mut self) -> Result<(), StackError> {
        let postgres = self.postgres.as_mut().ok_or(StackError::Misused {
            server: Server::Postgres,
            problem: "is not part of this stack",
        })?;
        postgres.stop().await;
        postgres.start().await?;
        self.note_connections()
    }

    /// Crashes NATS (SIGKILL), for tests of faults.
    pub async fn kill_nats(&mut self) {
        if let Some(nats) = &mut self.nats {
            nats.kill().await;
        }
    }

    /// Stops NATS in good order and leaves it stopped.
    pub async fn stop_nats(&mut self) {
        if let Some(nats) = &mut self.nats {
            nats.stop().await;
        }
    }

    /// Starts NATS again, stopping it first if it runs. It keeps its port unless that was taken.
    ///
    /// # Errors
    /// [`StackError`]; [`StackError::Misused`] when this stack has no NATS.
    pub async fn restart_nats(&mut self) -> Result<(), StackError> {
        let nats = self.nats.as_mut().ok_or(StackError::Misused {
            server: Server::Nats,
            problem: "is not part of this stack",
        })?;
        nats.stop().await;
        nats.start().await?;
        self.note_connections()
    }

    /// Deletes all streams, as a lost disk would.
    ///
    /// # Errors
    /// [`StackError::Misused`] while NATS runs; [`StackError::Io`].
    pub fn wipe_nats_store(&self) -> Result<(), StackError> {
        self.nats.as_ref().map_or(Ok(()), Nats::wipe)
    }
}

fn running(child: Option<&Child>) -> Option<i32> {
    child
        .filter(|child| child.status().is_none())
        .map(Child::pid)
}
