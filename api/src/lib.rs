//! flowgrid-api
