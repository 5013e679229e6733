//! Calendar buckets: hours, days, weeks and months as the clocks on the wall of a building show
//! them. The buckets of a size tile time: every instant lies in exactly one. Hours nest in days,
//! days in weeks and in months.

mod before;
mod bucket;
mod iterator;
mod local;
mod size;

pub use bucket::Bucket;
pub use iterator::Buckets;
pub use size::{BucketSize, UnknownSize, date};

pub use local::day_begins;
pub(crate) use local::local_time;
