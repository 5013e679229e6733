//! flowgrid
