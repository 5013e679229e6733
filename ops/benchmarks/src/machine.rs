//! The machine that was measured, in one line.

use std::fs;
use std::time::Duration;

use tokio::time::sleep;

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

/// How much of all cores nobody used for a second, in percent; unknown where there is no `/proc`.
pub(crate) async fn idle_percent() -> Option<f64> {
    let (idle, all) = ticks()?;
    sleep(Duration::from_secs(1)).await;
    let (idle_after, all_after) = ticks()?;
    let passed = all_after.checked_sub(all).filter(|ticks| *ticks > 0)?;
    Some(idle_after.saturating_sub(idle) as f64 * 100.0 / passed as f64)
}

/// Ticks spent idle (or waiting for a disk) and in all, since boot, over all cores.
fn ticks() -> Option<(u64, u64)> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    // `cpu  user nice system idle iowait irq softirq steal …`
    let counts = stat.lines().next()?.split_whitespace().skip(1);
    let counts: Vec<u64> = counts
        .map_while(|count| count.parse().ok())
        .take(8)
        .collect();
    Some((counts.get(3)? + counts.get(4)?, counts.iter().sum()))
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        (found.trim() == name).then(|| value.trim().to_owned())
    })
}
