//! flowgrid-bus
