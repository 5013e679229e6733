//! flowgrid-domain
