//! Ports of this machine.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use crate::Result;

/// An address of the loopback interface on which nobody listens now.
pub(crate) fn free() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
