//! What was looked at, what was found, and what to do about it.

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Fine,
    Warning,
    Bad,
}

/// One line of the doctor's.
#[derive(Clone, Debug)]
pub struct Finding {
    pub verdict: Verdict,
    pub what: String,
    pub found: String,
    pub remedy: Option<String>,
}

impl Finding {
    pub fn fine(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Fine,
            what: what.into(),
            found: found.into(),
            remedy: None,
        }
    }

    pub fn warn(
        what: impl Into<String>,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            verdict: Verdict::Warning,
            what: what.into(),
            found: found.into(),
            remedy: Some(remedy.into()),
        }
    }

    pub fn bad(
        what: impl Into<String>,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            verdict: Verdict::Bad,
            what: what.into(),
            found: found.into(),
            remedy: Some(remedy.into()),
        }
    }

    /// For a terminal or a file.
    pub fn line(&self, color: bool) -> String {
        let (mark, code) = match self.verdict {
            Verdict::Fine => ("ok  ", 32),
            Verdict::Warning => ("warn", 33),
            Verdict::Bad => ("BAD ", 31),
        };
        let mark = if color {
            format!("\x1b[{code}m{mark}\x1b[0m")
        } else {
            mark.to_owned()
        };
        let mut line = format!("{mark} {:<22} {}", self.what, self.found);
        if let Some(remedy) = &self.remedy {
            line += &format!("\n     {:<22} → {remedy}", "");
        }
        line
    }
}
