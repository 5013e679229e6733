//! Resident memory of a process (Linux).

use std::fs;

use crate::Result;

/// `VmRSS` of one process, in KB; its children are not in it.
pub(crate) fn kb(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|rest| rest.split_whitespace().next());
    Ok(number.ok_or("the process has no VmRSS")?.parse()?)
}
