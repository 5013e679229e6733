//! A child process that dies with us.

use std::{
    io,
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Command, ExitStatus},
    thread,
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    sync::{oneshot, watch},
    time::timeout,
};

/// How long a killed process may take to be gone.
const AFTER_KILL: Duration = Duration::from_secs(5);
/// The thread that waits for a child needs next to no stack.
const STACK_BYTES: usize = 128 * 1024;

/// A running (or ended) child process.
#[derive(Debug)]
pub struct Child {
    pid: Pid,
    exit: watch::Receiver<Option<ExitStatus>>,
    /// Sent when we go away without having ended it.
    farewell: Signal,
}

impl Child {
    /// Starts `command` in a process group of its own, so that a Ctrl-C in the terminal reaches only us
    /// and we can stop the servers in order.
    ///
    /// `farewell` is the signal the child gets when this process dies or drops the handle.
    ///
    /// # Errors
    /// When the program can't be run.
    pub async fn spawn(mut command: Command, farewell: Signal) -> io::Result<Child> {
        command.process_group(0);
        die_with_parent(&mut command, farewell);
        let (started, hear_started) = oneshot::channel();
        let (ended, exit) = watch::channel(None);
        // Linux sends the death signal when the *thread* that forked ends. This one lives until the child
        // is gone, and so does not outlive or abandon it.
        thread::Builder::new()
            .name("child".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(move || match command.spawn() {
                Ok(mut child) => {
                    let _ = started.send(Ok(Pid::from_raw(child.id().cast_signed())));
                    let status = child.wait().unwrap_or_else(|_| ExitStatus::from_raw(0));
                    let _ = ended.send(Some(status));
                }
                Err(e) => {
                    let _ = started.send(Err(e));
                }
            })?;
        let pid = hear_started
            .await
            .unwrap_or_else(|_| Err(io::Error::other("the starting thread went away")))?;
        Ok(Child {
            pid,
            exit,
            farewell,
        })
    }

    /// Its process id, also after its end.
    pub fn pid(&self) -> i32 {
        self.pid.as_raw()
    }

    /// How it ended, if it has.
    pub fn status(&self) -> Option<ExitStatus> {
        *self.exit.borrow()
    }

    /// Waits until it has ended.
    pub async fn ended(&self) -> ExitStatus {
        let mut exit = self.exit.clone();
        loop {
            if let Some(status) = *exit.borrow_and_update() {
                return status;
            }
            if exit.changed().await.is_err() {
                return self.status().unwrap_or_default();
            }
        }
    }

    /// Sends a signal if it still runs.
    pub fn signal(&self, signal: Signal) {
        if self.status().is_none() {
            let _ = kill(self.pid, signal);
        }
    }

    /// Asks with each signal in turn, waiting as long as it says; kills what is still there then.
    pub async fn end(&self, steps: &[(Signal, Duration)]) -> ExitStatus {
        for (signal, patience) in steps {
            self.signal(*signal);
            if let Ok(status) = timeout(*patience, self.ended()).await {
                return status;
            }
        }
        self.signal(Signal::SIGKILL);
        timeout(AFTER_KILL, self.ended()).await.unwrap_or_default()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.signal(self.farewell);
    }
}

#[cfg(target_os = "linux")]
fn die_with_parent(command: &mut Command, farewell: Signal) {
    use nix::{
        sys::prctl::set_pdeathsig,
        unistd::{getpid, getppid},
    };
    let parent = getpid();
    // SAFETY: between fork and exec only calls that are safe in a signal handler are allowed; prctl and
    // getppid are plain system calls and nothing allocates.
    #[allow(unsafe_code)]
    unsafe {
        command.pre_exec(move || {
            set_pdeathsig(farewell)?;
            // The parent may have died before the line above.
            if getppid() == parent {
                Ok(())
            } else {
                Err(io::Error::from_raw_os_error(nix::libc::ESRCH))
            }
        });
    }
}

/// Elsewhere the next start finds and stops what a crash left behind (`leftover`).
#[cfg(not(target_os = "linux"))]
fn die_with_parent(_command: &mut Command, _farewell: Signal) {}
