//! flowgrid-projections
