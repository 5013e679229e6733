//! The binary as a child, and the smallest client that can talk to it.
#![allow(dead_code)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How long anything may take on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(90);

/// A running `flowgrid`. Dropped, it is killed.
pub struct Process {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

fn command(arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowgrid"));
    for name in [
        "DATABASE_URL",
        "NATS_URL",
        "NATS_RELAY_URL",
        "JWT_SECRET",
        "JWT_KEYS_DIR",
        "MASTER_KEYS",
        "FILES_URL",
        "SMTP_URL",
        "PORT",
        "HOST",
        "FLOWGRID_STATE",
    ] {
        command.env_remove(name);
    }
    command
        .args(arguments)
        // Tests ask more often than people do.
        .env("RATE_LIMITING_ENABLED", "false")
        .envs(environment.iter().copied())
        .stdin(Stdio::null());
    command
}

/// Runs one of its tools to the end.
pub fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    command(arguments, environment).output().unwrap()
}

pub fn token(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let output = run(arguments, environment);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl Process {
    pub fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = command(arguments, environment)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = lines(child.stdout.take().unwrap());
        let stderr = lines(child.stderr.take().unwrap());
        Self {
            child,
            stdout,
            stderr,
        }
    }

    /// The word after a text that it prints.
    pub fn stdout_word(&mut self, before: &str) -> String {
        let line = self.wait_for(before);
        let rest = line.split_once(before).unwrap().1;
        rest.split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned()
    }

    fn wait_for(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self
                .stdout
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(line) if line.contains(text) => return line,
                Ok(_) => {}
                Err(_) => panic!(
                    "never printed {text:?}: {:?}",
                    self.stderr.try_iter().collect::<Vec<_>>()
                ),
            }
        }
    }

    /// Where it says that it listens.
    pub fn stderr_address(&mut self) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let line = self
                .stderr
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
                .expect("not running");
            if let Some((_, rest)) = line.split_once("\"address\":\"") {
                return format!("http://{}", rest.split('"').next().unwrap());
            }
        }
    }

    /// A line that holds a text; others before it must not be there.
    pub fn expect_line(&self, text: &str) -> String {
        let line = self.stdout.recv_timeout(PATIENCE).expect("no line");
        assert!(line.contains(text), "{line}");
        line
    }

    /// SIGTERM, and what it ends with.
    pub fn stop(mut self) -> ExitStatus {
        kill(self.pid(), Signal::SIGTERM).unwrap();
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            pause();
        }
        panic!("didn't stop");
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// What it has written to its log since the last time.
    pub fn log_lines(&self) -> Vec<String> {
        self.stderr.try_iter().collect()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[allow(clippy::disallowed_methods)]
fn pause() {
    std::thread::sleep(Duration::from_millis(20));
}

fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let _ = send.send(line);
        }
    });
    receive
}

/// `flowgrid listen …`, once it is subscribed.
pub fn listen(arguments: &[&str], environment: &[(&str, &str)]) -> Process {
    let all: Vec<&str> = ["listen"].iter().chain(arguments).copied().collect();
    let process = Process::start(&all, environment);
    // It says nothing when it is subscribed; a connection takes far less than this.
    for _ in 0..50 {
        pause();
    }
    process
}

pub struct Answer {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<String> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    }
}

fn request(address: &str, head: &str, body: &str) -> Answer {
    let host = address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(
        stream,
        "{head}Host: {host}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer {
        status,
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

pub fn get(address: &str, token: &str, path: &str, min_position: Option<&str>) -> Answer {
    let min = min_position
        .map(|at| format!("X-Min-Position: {at}\r\n"))
        .unwrap_or_default();
    request(
        address,
        &format!("GET {path} HTTP/1.1\r\nAuthorization: Bearer {token}\r\n{min}"),
        "",
    )
}

pub fn post(address: &str, token: &str, path: &str, body: &str) -> Answer {
    let head = format!(
        "POST {path} HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    );
    request(address, &head, body)
}

pub fn post_building(address: &str, token: &str, id: &str) -> Answer {
    let body = format!(r#"{{"id":"{id}","name":"{id}","kind":"office"}}"#);
    post(address, token, "/api/v1/citypulse/buildings", &body)
}

/// A folder that goes with the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn state_folder() -> Folder {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!(
        "flowgrid-test-{}-{}",
        std::process::id(),
        NUMBER.fetch_add(1, Ordering::Relaxed)
    );
    let path = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&path).unwrap();
    Folder(path)
}
