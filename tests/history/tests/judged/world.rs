//! A node with every role, two domain logs, and servers of its own.

use std::net::SocketAddr;
use std::time::Duration;

use chrono::TimeDelta;
use flowgrid::settings::{MailSettings, Servers, files, master_keys_or_new, outside};
use flowgrid::{Node, NodeOptions, PeopleSettings, Roles};
use flowgrid_api::auth::{Grant, Keys, Tokens};
use flowgrid_api::{ApiConfig, Clock};
use flowgrid_bus::{Role, Tenant};
use flowgrid_log::{LogKind, LogStore};
use flowgrid_stack::Stack;
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use tokio::net::TcpListener;

const SECRET: &str = "a secret of at least thirty-two bytes";

pub struct World {
    pub stack: Stack,
    pub address: SocketAddr,
    /// Where the master key is kept.
    secrets: TempDir,
    node: Option<Node>,
}

impl World {
    pub async fn start() -> Self {
        let stack = Stack::ephemeral(|_| {}).await.unwrap();
        let url = stack.database_url().unwrap();
        flowgrid_log::migrate(url).await.unwrap();
        let mut owner = PgConnection::connect(url).await.unwrap();
        for statement in [
            "select make_log(3::smallint, 'domain')",
            "select make_leaves_ahead()",
        ] {
            sqlx::query(statement).execute(&mut owner).await.unwrap();
        }
        owner.close().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut world = Self {
            stack,
            address,
            secrets: tempfile::tempdir().unwrap(),
            node: None,
        };
        world.run(listener).await;
        world
    }

    async fn run(&mut self, listener: TcpListener) {
        let options = NodeOptions {
            servers: Servers {
                replicas: 1,
                ..Servers::default()
            }
            .or_of(&self.stack),
            roles: Roles::all(),
            keys: Some(Keys::hs256(SECRET.as_bytes(), None).unwrap()),
            people: Some(PeopleSettings {
                masters: master_keys_or_new(self.secrets.path()).unwrap(),
                files: Some(files(self.secrets.path()).unwrap()),
                mail: MailSettings::from_environment().unwrap(),
                mailbox: true,
                outside: outside().unwrap(),
            }),
            quotas: None,
            api: ApiConfig {
                drain: Duration::from_secs(1),
                ..ApiConfig::default()
            },
            listener,
        };
        let node = Node::start(options).await.unwrap();
        assert!(node.ready_within(Duration::from_secs(60)).await);
        self.node = Some(node);
    }

    /// Gives organizations their logs one after the other, so that each gets one of its own.
    pub async fn place(&self, orgs: &[&str]) {
        let url = self.stack.database_url().unwrap();
        let store = LogStore::open(url, 1).await.unwrap();
        for org in orgs {
            let tenant = Tenant::from_slug(org).unwrap();
            store.place(&tenant, LogKind::Domain).await.unwrap();
        }
    }

    /// Stops the node in good order and starts another at the same address.
    pub async fn restart(&mut self) {
        self.stop().await;
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.run(listener).await;
    }

    pub async fn stop(&mut self) {
        self.node.take().unwrap().stop().await;
    }

    pub fn token(org: &str) -> String {
        let tokens = Tokens::new(SECRET.as_bytes(), Clock::system()).unwrap();
        let grant = Grant::member("anna", org, Role::Manager, TimeDelta::hours(1));
        tokens.issue(&grant).unwrap()
    }
}
