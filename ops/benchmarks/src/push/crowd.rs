//! The client processes, and what they say.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::Result;

const CONNECTED_WITHIN: Duration = Duration::from_secs(60);
const RECEIVED_WITHIN: Duration = Duration::from_secs(10);

/// All client processes; killed when dropped.
#[derive(Debug)]
pub(crate) struct Crowd(Vec<Member>);

#[derive(Debug)]
struct Member {
    child: Child,
    orders: Option<ChildStdin>,
    says: Lines<BufReader<ChildStdout>>,
}

impl Crowd {
    /// Starts the processes; answers when every connection is subscribed.
    pub(crate) async fn gather(
        address: SocketAddr,
        token: &str,
        connections: usize,
        processes: usize,
    ) -> Result<Self> {
        let each = connections / processes;
        let order = format!("{address} {each} {token}\n");
        let mut crowd = Self(Vec::with_capacity(processes));
        for _ in 0..processes {
            crowd.0.push(Member::start(&order).await?);
        }
        for member in &mut crowd.0 {
            let said = timeout(CONNECTED_WITHIN, member.hear("connected ")).await??;
            if said.parse::<usize>()? != each {
                return Err(format!("only {said} of {each} connected").into());
            }
        }
        Ok(crowd)
    }

    /// When the last connection of all received event `number`: Unix time, ns.
    pub(crate) async fn all_have(&mut self, number: usize) -> Result<u128> {
        let wanted = format!("all {number} ");
        let mut last = 0;
        for member in &mut self.0 {
            let said = timeout(RECEIVED_WITHIN, member.hear(&wanted)).await;
            let said = said.map_err(|_| {
                format!("not all received event {number} within {RECEIVED_WITHIN:?}")
            })??;
            last = last.max(said.parse()?);
        }
        Ok(last)
    }

    /// Ends the processes; how many connections were open until then.
    pub(crate) async fn disperse(mut self) -> Result<usize> {
        let mut open = 0;
        for member in &mut self.0 {
            member.orders = None;
            open += timeout(RECEIVED_WITHIN, member.hear("open "))
                .await??
                .parse::<usize>()?;
            timeout(RECEIVED_WITHIN, member.child.wait()).await??;
        }
        Ok(open)
    }
}

impl Member {
    async fn start(order: &str) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("push-clients")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut orders = child.stdin.take().ok_or("no standard input")?;
        orders.write_all(order.as_bytes()).await?;
        let says = child.stdout.take().ok_or("no standard output")?;
        let says = BufReader::new(says).lines();
        Ok(Self {
            child,
            orders: Some(orders),
            says,
        })
    }

    /// The rest of the next line that begins so.
    async fn hear(&mut self, beginning: &str) -> Result<String> {
        while let Some(line) = self.says.next_line().await? {
            if let Some(rest) = line.strip_prefix(beginning) {
                return Ok(rest.to_owned());
            }
        }
        Err("a client process ended".into())
    }
}
