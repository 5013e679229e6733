//! flowgrid-bench
