//! The machine that was measured, in one line.

use std::fs;

/// Such as `Intel(R) Xeon(R) Processor, 2 cores, 23 GB, linux x86_64`.
pub(crate) fn describe() -> String {
    let cpu =
        field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory_kb = field("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or(0);
    let gb = memory_kb >> 20;
    format!(
        "{cpu}, {cores} cores, {gb} GB, {} {}",
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        (found.trim() == name).then(|| value.trim().to_owned())
    })
}
