//! HTTP/1.1 on a connection that is kept, as clients behind a balancer have it: whoever breaks off
//! is left for the next address.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Where the processes of a role are just now.
pub type Addresses = Arc<Mutex<Vec<String>>>;

/// Longer than any answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Client {
    addresses: Addresses,
    /// Which of them it is at.
    at: usize,
    connection: Option<BufReader<TcpStream>>,
}

pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The problem's code.
    pub fn code(&self) -> String {
        let problem: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        problem["code"].as_str().unwrap_or("none").to_owned()
    }
}

impl Client {
    pub fn new(addresses: &Addresses, at: usize) -> Self {
        Self {
            addresses: Arc::clone(addresses),
            at,
            connection: None,
        }
    }

    /// The next try goes to another process.
    pub fn move_on(&mut self) {
        self.connection = None;
        self.at += 1;
    }

    /// One request, on the connection that is there or a new one.
    pub fn send(&mut self, line: &str, headers: &str, body: &str) -> Result<Answer> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let request = format!(
            "{line} HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        connection.get_mut().write_all(request.as_bytes())?;
        let answer = read(&mut connection)?;
        if answer.header("connection") != Some("close") {
            self.connection = Some(connection);
        }
        Ok(answer)
    }

    fn connect(&self) -> Result<BufReader<TcpStream>> {
        let address = {
            let all = self.addresses.lock().unwrap();
            all[self.at % all.len()].clone()
        };
        let stream = TcpStream::connect(address.trim_start_matches("http://"))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(BufReader::new(stream))
    }
}

fn read(connection: &mut BufReader<TcpStream>) -> Result<Answer> {
    let first = line(connection)?;
    let status = first.split(' ').nth(1).and_then(|text| text.parse().ok());
    let status = status.ok_or_else(|| Error::new(ErrorKind::InvalidData, first))?;
    let mut headers = Vec::new();
    loop {
        let line = line(connection)?;
        let Some((key, value)) = line.split_once(':') else {
            break;
        };
        headers.push((key.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut answer = Answer {
        status,
        headers,
        body: String::new(),
    };
    let length = answer.header("content-length").unwrap_or("0");
    let mut body = vec![0; length.parse().unwrap()];
    connection.read_exact(&mut body)?;
    answer.body = String::from_utf8(body).unwrap();
    Ok(answer)
}

fn line(connection: &mut BufReader<TcpStream>) -> Result<String> {
    let mut line = String::new();
    if connection.read_line(&mut line)? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}
