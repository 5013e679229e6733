//! The faults there are.

/// One way to break something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// SIGKILL to a flowgrid process.
    KillApi,
    KillRelay,
    KillPush,
    KillProject,
    /// SIGSTOP to a flowgrid process of any role, for seconds.
    FreezeProcess,
    /// Every connection of one process to a server breaks, and new ones are refused for a while.
    CutPostgres,
    CutNats,
    /// Every byte between one process and a server comes late.
    SlowPostgres,
    SlowNats,
    /// Nothing passes between one process and a server, and nobody is told.
    HangPostgres,
    HangNats,
    /// SIGKILL to the postmaster.
    KillPostgres,
    /// SIGKILL to one backend: Postgres ends all others and recovers.
    KillBackend,
    /// SIGSTOP to Postgres with all its processes.
    FreezePostgres,
    KillNats,
    FreezeNats,
    /// NATS loses its disk.
    DeleteStore,
    /// The last block of a stream is cut short, or some of its bytes turn.
    DamageStore,
    /// The servers' file system is full for a while.
    FullDisk,
    /// Postgres is put back to an older copy of its data.
    OldCopy,
}

use Kind::*;

/// Those that strike a flowgrid process or its connections.
pub(crate) const OF_PROCESSES: &[Kind] = &[
    KillApi,
    KillRelay,
    KillPush,
    KillProject,
    FreezeProcess,
    CutPostgres,
    CutNats,
    SlowPostgres,
    SlowNats,
    HangPostgres,
    HangNats,
];

/// Those that strike the servers.
pub(crate) const OF_SERVERS: &[Kind] = &[
    KillPostgres,
    KillBackend,
    FreezePostgres,
    KillNats,
    FreezeNats,
    DeleteStore,
    DamageStore,
    FullDisk,
    OldCopy,
];

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            KillApi => "kill-api",
            KillRelay => "kill-relay",
            KillPush => "kill-push",
            KillProject => "kill-project",
            FreezeProcess => "freeze-process",
            CutPostgres => "cut-postgres",
            CutNats => "cut-nats",
            SlowPostgres => "slow-postgres",
            SlowNats => "slow-nats",
            HangPostgres => "hang-postgres",
            HangNats => "hang-nats",
            KillPostgres => "kill-postgres",
            KillBackend => "kill-backend",
            FreezePostgres => "freeze-postgres",
            KillNats => "kill-nats",
            FreezeNats => "freeze-nats",
            DeleteStore => "delete-store",
            DamageStore => "damage-store",
            FullDisk => "full-disk",
            OldCopy => "old-copy",
        }
    }
}
