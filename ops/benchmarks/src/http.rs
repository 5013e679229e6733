//! HTTP/1.1 on a kept-alive connection, as lean as it goes: requests are bytes made beforehand, of an
//! answer only what is asked for is looked at. A full client would take a share of the cores that the
//! server needs and is measured by.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Result;

/// No answer of the routes used here comes near it.
const LONGEST_ANSWER: usize = 4 << 20;
/// The server closes a connection that is idle for longer than some seconds; a new one is opened before.
const IDLE: Duration = Duration::from_secs(5);

/// One connection, one request at a time.
#[derive(Debug)]
pub(crate) struct Client {
    address: SocketAddr,
    stream: TcpStream,
    used: Instant,
    buffer: Vec<u8>,
}

/// An answer, valid until the next request.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

impl Answer<'_> {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// For messages: the status and the beginning of the body.
    pub(crate) fn describe(&self) -> String {
        let text = String::from_utf8_lossy(&self.body[..self.body.len().min(400)]);
        format!("{}: {text}", self.status)
    }
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = open(address).await?;
        let buffer = Vec::with_capacity(8 << 10);
        Ok(Self {
            address,
            stream,
            used: Instant::now(),
            buffer,
        })
    }

    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        if self.used.elapsed() > IDLE {
            self.stream = open(self.address).await?;
        }
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            self.fill().await?;
            if let Some(end) = memmem::find(&self.buffer, b"\r\n\r\n") {
                break Head::parse(&self.buffer, end + 4)?;
            }
        };
        while self.buffer.len() < head.body + head.length {
            self.fill().await?;
        }
        self.used = Instant::now();
        Ok(Answer {
            status: head.status,
            body: &self.buffer[head.body..head.body + head.length],
        })
    }

    async fn fill(&mut self) -> Result<()> {
        if self.buffer.len() > LONGEST_ANSWER {
            return Err("an answer is longer than expected".into());
        }
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err("the server closed the connection".into()),
            _ => Ok(()),
        }
    }
}

async fn open(address: SocketAddr) -> Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

struct Head {
    status: u16,
    /// Where the body starts.
    body: usize,
    length: usize,
}

impl Head {
    fn parse(bytes: &[u8], body: usize) -> Result<Self> {
        let text = std::str::from_utf8(&bytes[..body])?;
        // `HTTP/1.1 200 OK`
        let status = text.get(9..12).ok_or("no status")?.parse()?;
        let length = text
            .split("\r\n")
            .find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.trim())
            })
            .map_or(Ok(0), str::parse)?;
        Ok(Self {
            status,
            body,
            length,
        })
    }
}

/// A whole request. `headers` are whole lines with their ends.
pub(crate) fn request(method: &str, path: &str, token: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

pub(crate) fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n")
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_tells_status_and_body() {
        let text = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\netag: \"1\"\r\n\r\n{}";
        let head = Head::parse(text, text.len() - 2).unwrap();
        assert_eq!((head.status, head.length), (201, 2));
        assert_eq!(&text[head.body..], b"{}");
        let bare = b"HTTP/1.1 204 No Content\r\n\r\n";
        assert_eq!(Head::parse(bare, bare.len()).unwrap().length, 0);
    }
}
