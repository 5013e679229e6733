//! flowgrid-tests
