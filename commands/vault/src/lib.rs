//! Secrets: keys of personal data, passwords, tokens. To be filled.
