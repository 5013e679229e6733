//! flowgrid-stack
