//! A mail server that can be told to misbehave.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What it does instead of accepting, at the next command of a kind: `EHLO`, `AUTH`, `MAIL`, `RCPT`,
/// `DATA`, or `.` for the end of a letter.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    Reply(&'static str),
    Hang,
    Drop,
    /// Takes the letter, then ends the connection.
    AcceptAndDrop,
}

/// A letter that came to its end, taken or not.
#[derive(Clone, Debug, Default)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    /// As written, without the dots that the way needs.
    pub data: String,
    pub taken: bool,
}

/// Ends with the test's runtime.
#[derive(Clone)]
pub struct Server(Arc<Shared>);

struct Shared {
    port: u16,
    extensions: &'static [&'static str],
    script: Mutex<VecDeque<(&'static str, Act)>>,
    received: Mutex<Vec<Received>>,
    said: Mutex<Vec<String>>,
    connections: AtomicUsize,
}

impl Server {
    pub async fn start() -> Self {
        Self::with(&["8BITMIME", "AUTH PLAIN LOGIN"]).await
    }

    pub async fn with(extensions: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self(Arc::new(Shared {
            port: listener.local_addr().unwrap().port(),
            extensions,
            script: Mutex::default(),
            received: Mutex::default(),
            said: Mutex::default(),
            connections: AtomicUsize::new(0),
        }));
        let accepting = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                accepting.0.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(accepting.clone().serve(stream));
            }
        });
        server
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}?tls=none", self.0.port)
    }

    /// The same with `user:password@` or another query.
    pub fn url_with(&self, login: &str, query: &str) -> String {
        format!("smtp://{login}127.0.0.1:{}{query}", self.0.port)
    }

    /// At the next command of a kind, once, in the order told.
    pub fn tell(&self, verb: &'static str, act: Act) {
        self.0.script.lock().push_back((verb, act));
    }

    /// Whether everything it was told has happened.
    pub fn has_done_all(&self) -> bool {
        self.0.script.lock().is_empty()
    }

    pub fn offered(&self) -> Vec<Received> {
        self.0.received.lock().clone()
    }

    pub fn taken(&self) -> Vec<Received> {
        let offered = self.offered().into_iter();
        offered.filter(|letter| letter.taken).collect()
    }

    /// Every command, of all connections.
    pub fn said(&self) -> Vec<String> {
        self.0.said.lock().clone()
    }

    pub fn connections(&self) -> usize {
        self.0.connections.load(Ordering::SeqCst)
    }

    fn act_at(&self, verb: &str) -> Option<Act> {
        let mut script = self.0.script.lock();
        let (at, act) = script.front().copied()?;
        (at == verb).then(|| script.pop_front())?;
        Some(act)
    }

    /// Ends with the connection, in whatever way.
    async fn serve(self, stream: TcpStream) {
        let _ = self.converse(BufReader::new(stream)).await;
    }

    async fn converse(&self, mut stream: BufReader<TcpStream>) -> std::io::Result<()> {
        say(&mut stream, "220 test ready").await?;
        let mut letter = Received::default();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            self.0.said.lock().push(line.to_owned());
            let verb = line.split([' ', ':']).next().unwrap().to_uppercase();
            match self.act_at(&verb) {
                Some(Act::Reply(reply)) => {
                    say(&mut stream, reply).await?;
                    continue;
                }
                Some(Act::Hang) => std::future::pending().await,
                Some(Act::Drop | Act::AcceptAndDrop) => return Ok(()),
                None => {}
            }
            match verb.as_str() {
                "EHLO" => self.greet(&mut stream).await?,
                "AUTH" => say(&mut stream, "235 2.7.0 welcome").await?,
                "MAIL" => {
                    letter = Received {
                        from: line.to_owned(),
                        ..Received::default()
                    };
                    say(&mut stream, "250 ok").await?;
                }
                "RCPT" => {
                    letter.to.push(line.to_owned());
                    say(&mut stream, "250 ok").await?;
                }
                "DATA" => {
                    say(&mut stream, "354 go on").await?;
                    letter.data = content(&mut stream).await?;
                    if !self
                        .end_of(&mut stream, std::mem::take(&mut letter))
                        .await?
                    {
                        return Ok(());
                    }
                }
                "NOOP" => say(&mut stream, "250 ok").await?,
                "QUIT" => return say(&mut stream, "221 bye").await,
                _ => say(&mut stream, "502 what?").await?,
            }
        }
    }

    async fn greet(&self, stream: &mut BufReader<TcpStream>) -> std::io::Result<()> {
        let mut lines = vec!["test".to_owned()];
        lines.extend(self.0.extensions.iter().map(|one| (*one).to_owned()));
        let last = lines.len() - 1;
        for (number, line) in lines.iter().enumerate() {
            let mark = if number == last { ' ' } else { '-' };
            say(stream, &format!("250{mark}{line}")).await?;
        }
        Ok(())
    }

    /// Whether the connection goes on.
    async fn end_of(
        &self,
        stream: &mut BufReader<TcpStream>,
        mut letter: Received,
    ) -> std::io::Result<bool> {
        let act = self.act_at(".");
        letter.taken = matches!(act, None | Some(Act::Hang | Act::AcceptAndDrop));
        self.0.received.lock().push(letter);
        match act {
            None => say(stream, "250 2.0.0 taken").await?,
            Some(Act::Reply(reply)) => say(stream, reply).await?,
            Some(Act::Hang) => std::future::pending().await,
            Some(Act::Drop) => return Ok(false),
            Some(Act::AcceptAndDrop) => {
                say(stream, "250 2.0.0 taken").await?;
                return Ok(false);
            }
        }
        Ok(true)
    }
}

async fn say(stream: &mut BufReader<TcpStream>, line: &str) -> std::io::Result<()> {
    stream
        .get_mut()
        .write_all(format!("{line}\r\n").as_bytes())
        .await
}

/// A letter up to its lone dot (RFC 5321, section 4.5.2). Every line must end with CR LF.
async fn content(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut data = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        assert!(line.ends_with("\r\n"), "a bare line feed: {line:?}");
        if line == ".\r\n" {
            return Ok(data);
        }
        data.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
