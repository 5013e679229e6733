//! flowgrid-commands
