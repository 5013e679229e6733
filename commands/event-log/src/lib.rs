//! flowgrid-log
