//! What reacts to events and does slow work. To be filled.
