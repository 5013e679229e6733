//! How much memory the process uses and may use.

use serde::Serialize;
use utoipa::ToSchema;

/// Linux counts pages of this size on every machine that we run on.
const PAGE_BYTES: u64 = 4096;
/// Above this part of the limit, memory is not ok.
const FULL: f64 = 0.9;

/// Resident memory against its limit.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Memory {
    /// Null where the system doesn't tell.
    pub used_bytes: Option<u64>,
    /// That of the container, else the machine's memory; null where the system doesn't tell.
    pub limit_bytes: Option<u64>,
    /// Below 90 %, as far as known.
    pub ok: bool,
}

/// As Linux tells it; nothing elsewhere.
pub fn memory() -> Memory {
    let used = resident();
    let limit = limit();
    let ok = used
        .zip(limit)
        .is_none_or(|(used, limit)| (used as f64) < FULL * limit as f64);
    Memory {
        used_bytes: used,
        limit_bytes: limit,
        ok,
    }
}

fn resident() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * PAGE_BYTES)
}

fn limit() -> Option<u64> {
    let total = || {
        let info = std::fs::read_to_string("/proc/meminfo").ok()?;
        let line = info.lines().find(|line| line.starts_with("MemTotal:"))?;
        let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kib * 1024)
    };
    let container = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    // "max" means none.
    let container = container.and_then(|text| text.trim().parse().ok());
    match (container, total()) {
        (Some(container), Some(total)) => Some(total.min(container)),
        (one, other) => one.or(other),
    }
}
