//! The disk forgets what was not synced, keeps what was, and no cache hides it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flowgrid_power::{PowerDisk, disk_for_test};
use nix::fcntl::{OFlag, PosixFadviseAdvice, posix_fadvise};

fn cut(disk: &mut PowerDisk) {
    disk.cut().unwrap();
    disk.start().unwrap();
}

/// For each of many seeds a disk on which something is done and the power cut.
fn after_cuts<T>(doing: impl Fn(&Path) -> T, mut look: impl FnMut(&Path, T)) {
    for seed in 0..24 {
        let Some(mut disk) = disk_for_test(seed) else {
            return;
        };
        let done = doing(disk.folder());
        cut(&mut disk);
        look(disk.folder(), done);
    }
}

fn sync_folder(folder: &Path) {
    File::open(folder).unwrap().sync_all().unwrap();
}

#[test]
fn a_synced_file_stays_whatever_is_written_after_it() {
    after_cuts(
        |at| {
            let mut file = File::create(at.join("a")).unwrap();
            file.write_all(&[1; 10_000]).unwrap();
            file.sync_all().unwrap();
            file.write_all(&[2; 10_000]).unwrap();
        },
        |at, ()| {
            let found = fs::read(at.join("a")).unwrap();
            assert!(found.len() >= 10_000, "{}", found.len());
            assert_eq!(found[..10_000], [1; 10_000]);
        },
    );
}

#[test]
fn an_unsynced_file_is_lost_for_some_and_torn_for_others() {
    let (mut gone, mut short, mut whole) = (0, 0, 0);
    let mut skipped = true;
    after_cuts(
        |at| {
            fs::write(at.join("a"), [1; 10_000]).unwrap();
            sync_folder(at); // its name, so that its bytes show
        },
        |at, ()| {
            skipped = false;
            let found = fs::read(at.join("a")).unwrap();
            match found.iter().filter(|byte| **byte == 1).count() {
                0 => gone += 1,
                10_000 => whole += 1,
                _ => short += 1,
            }
        },
    );
    assert!(
        skipped || (gone > 0 && short > 0 && whole > 0),
        "{gone} {short} {whole}"
    );
}

#[test]
fn a_file_opened_for_synchronous_writes_needs_no_sync() {
    for flag in [OFlag::O_DSYNC, OFlag::O_SYNC] {
        after_cuts(
            |at| {
                let mut options = OpenOptions::new();
                options.write(true).create(true).custom_flags(flag.bits());
                let file = options.open(at.join("a")).unwrap();
                file.write_all_at(&[7; 3_000], 500).unwrap();
            },
            |at, ()| {
                assert_eq!(fs::read(at.join("a")).unwrap()[500..], [7; 3_000]);
            },
        );
    }
}

#[test]
fn asking_the_kernel_to_write_back_makes_nothing_durable() {
    let mut lost = 0;
    let mut cuts = 0;
    after_cuts(
        |at| {
            let mut file = File::create(at.join("a")).unwrap();
            sync_folder(at);
            file.write_all(&[1; 4_096]).unwrap();
            // What sync_file_range does as well: start the writing of dirty pages.
            posix_fadvise(file.as_fd(), 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED).unwrap();
        },
        |at, ()| {
            cuts += 1;
            lost += usize::from(fs::read(at.join("a")).unwrap() != [1; 4_096]);
        },
    );
    assert!(cuts == 0 || lost > 0);
}

/// A file replaced by a rename, at a moment chosen by the caller.
fn replaced(at: &Path, sync: impl Fn(&Path)) -> PathBuf {
    let (name, fresh) = (at.join("a"), at.join("fresh"));
    fs::write(&name, b"old").unwrap();
    File::open(&name).unwrap().sync_all().unwrap();
    fs::write(&fresh, b"new").unwrap();
    File::open(&fresh).unwrap().sync_all().unwrap();
    fs::rename(&fresh, &name).unwrap();
    sync(at);
    name
}

#[test]
fn a_rename_is_durable_with_its_folder_or_its_file() {
    for sync in [sync_folder, |at: &Path| {
        File::open(at.join("a")).unwrap().sync_all().unwrap();
    }] {
        after_cuts(
            |at| replaced(at, sync),
            |_, name| assert_eq!(fs::read(name).unwrap(), b"new"),
        );
    }
}

#[test]
fn a_rename_that_was_not_synced_may_be_undone_but_leaves_one_of_both() {
    let mut seen = [0, 0];
    after_cuts(
        |at| replaced(at, |_| {}),
        |_, name| {
            let found = fs::read(name).unwrap();
            assert!(found == b"old" || found == b"new", "{found:?}");
            seen[usize::from(found == b"new")] += 1;
        },
    );
    assert!(seen == [0, 0] || seen.iter().all(|n| *n > 0), "{seen:?}");
}

#[test]
fn names_survive_in_the_order_in_which_they_were_made() {
    after_cuts(
        |at| {
            for n in 0..40 {
                File::create(at.join(n.to_string())).unwrap();
            }
            File::open(at.join("19")).unwrap().sync_all().unwrap();
        },
        |at, ()| {
            let there: Vec<bool> = (0..40).map(|n| at.join(n.to_string()).exists()).collect();
            let first_lost = there.iter().position(|there| !there).unwrap_or(40);
            assert!(first_lost >= 20, "{first_lost}");
            assert!(there[first_lost..].iter().all(|there| !there), "{there:?}");
        },
    );
}

#[test]
fn a_file_removed_but_not_for_good_comes_back() {
    let mut back = 0;
    let mut cuts = 0;
    after_cuts(
        |at| {
            let mut file = File::create(at.join("a")).unwrap();
            file.write_all(b"here").unwrap();
            file.sync_all().unwrap();
            fs::remove_file(at.join("a")).unwrap();
            file.write_all(b" and open").unwrap();
            let mut options = OpenOptions::new();
            assert!(options.read(true).open(at.join("a")).is_err());
        },
        |at, ()| {
            cuts += 1;
            if let Ok(found) = fs::read(at.join("a")) {
                assert!(found.starts_with(b"here"), "{found:?}");
                back += 1;
            }
        },
    );
    assert!(cuts == 0 || (back > 0 && back < cuts), "{back} of {cuts}");
}

#[test]
fn files_behave_as_programs_expect() {
    let Some(disk) = disk_for_test(1) else { return };
    let at = disk.folder();
    fs::create_dir_all(at.join("x/y")).unwrap();
    fs::write(at.join("x/y/a"), b"one").unwrap();
    let mut file = OpenOptions::new()
        .append(true)
        .read(true)
        .open(at.join("x/y/a"))
        .unwrap();
    file.write_all(b" two").unwrap();
    file.set_len(5).unwrap();
    assert_eq!(fs::read(at.join("x/y/a")).unwrap(), b"one t");
    fs::hard_link(at.join("x/y/a"), at.join("b")).unwrap();
    assert!(fs::remove_dir(at.join("x/y")).is_err());
    fs::remove_file(at.join("x/y/a")).unwrap();
    assert_eq!(fs::read(at.join("b")).unwrap(), b"one t");
    fs::remove_file(at.join("b")).unwrap();
    let mut still = [0; 3];
    file.read_exact_at(&mut still, 0).unwrap();
    assert_eq!((&still, file.metadata().unwrap().len()), (b"one", 5));
    for n in 0..3_000 {
        File::create(at.join("x/y").join(format!("a name of some length {n}"))).unwrap();
    }
    assert_eq!(fs::read_dir(at.join("x/y")).unwrap().count(), 3_000);
    fs::remove_dir_all(at.join("x")).unwrap();
    assert_eq!(fs::read_dir(at).unwrap().count(), 0);
}

#[test]
fn whoever_uses_the_disk_is_gone_after_a_cut_and_says_nothing_more() {
    let Some(mut disk) = disk_for_test(3) else {
        return;
    };
    // It tells each time that a write was synced, as a server acknowledges.
    let script = "i=0; while :; do i=$((i+1)); echo $i >> log; sync log; echo $i; done";
    let mut child = Command::new("sh")
        .args(["-c", script])
        .current_dir(disk.folder())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut heard = child.stdout.take().unwrap();
    let mut first = [0; 20];
    heard.read_exact(&mut first).unwrap();
    disk.cut().unwrap();
    let mut told = String::from_utf8(first.to_vec()).unwrap();
    heard.read_to_string(&mut told).unwrap();
    child.wait().unwrap();
    disk.start().unwrap();
    let kept = fs::read_to_string(disk.folder().join("log")).unwrap();
    let told: Vec<&str> = told.split_terminator('\n').collect();
    for number in told {
        assert!(
            kept.lines().any(|line| line == number),
            "{number} was told and is lost"
        );
    }
}

/// The kernel closes a dead process's files by asking their file system, which here died with it.
#[test]
fn who_ends_with_a_file_open_on_a_disk_of_its_own_does_end() {
    const NAME: &str = "who_ends_with_a_file_open_on_a_disk_of_its_own_does_end";
    const CHILD: &str = "FLOWGRID_POWER_CHILD";
    if std::env::var_os(CHILD).is_some() {
        if let Some(disk) = disk_for_test(1) {
            let file = File::create(disk.folder().join("open")).unwrap();
            std::mem::forget(file);
        }
        return;
    }
    let mut children: Vec<_> = (0..8)
        .map(|_| {
            let mut child = Command::new(std::env::current_exe().unwrap());
            child.args(["--exact", NAME]).env(CHILD, "1");
            child.stdout(Stdio::null()).spawn().unwrap()
        })
        .collect();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    for child in &mut children {
        while child.try_wait().unwrap().is_none() {
            assert!(std::time::Instant::now() < deadline, "it never ends");
            std::thread::park_timeout(std::time::Duration::from_millis(20));
        }
    }
}
