//! What the operating system allows this process.

#[cfg(unix)]
use std::os::fd::AsFd;

/// For standard input and output, the runtime, DNS lookups and files of libraries.
const RESERVED: u64 = 64;
/// More than any run needs.
#[cfg(unix)]
const ENOUGH: u64 = 65_536;

/// Allows as many open files as the hard limit does, and returns how many that are.
pub fn raise_open_files() -> u64 {
    #[cfg(unix)]
    return rlimit::increase_nofile_limit(ENOUGH).unwrap_or(RESERVED);
    #[cfg(not(unix))]
    u64::MAX
}

/// How many hosts may keep idle connections, when each may have `per_host` of them and `concurrency`
/// attempts need a socket and a file each.
pub fn kept_hosts(open_files: u64, concurrency: usize, per_host: usize) -> usize {
    let left = open_files.saturating_sub(RESERVED + 2 * concurrency as u64);
    usize::try_from(left / per_host as u64).unwrap_or(usize::MAX)
}

/// Lets reading and writing wait. A program that shares its pipe with this one may have made it return
/// an error instead, as Node.js does.
#[cfg(unix)]
pub fn block_on_standard_streams() {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

    let (input, output, error) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
    for stream in [input.as_fd(), output.as_fd(), error.as_fd()] {
        if let Ok(flags) = fcntl_getfl(stream) {
            if flags.contains(OFlags::NONBLOCK) {
                let _ = fcntl_setfl(stream, flags - OFlags::NONBLOCK);
            }
        }
    }
}

#[cfg(not(unix))]
pub fn block_on_standard_streams() {}

/// Whether standard output was closed when the program started, as by `>&-`.
///
/// Rust opens the null device in its place, for reading and writing, before `main` begins. A shell's
/// `>/dev/null` is for writing alone, and a program that gives its child the null device for several
/// streams opens it once, so that they share their flags. What cannot be told apart is a null device that
/// was opened for reading and writing, and for standard output alone: it counts as closed, since outcomes
/// that are lost without an error are worse than an error.
#[cfg(unix)]
pub fn stdout_is_closed() -> bool {
    use std::os::unix::fs::MetadataExt;

    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl, fstat};

    let (input, output, error) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
    let Ok(null) = std::fs::metadata("/dev/null") else {
        return false;
    };
    let is_null =
        fstat(&output).is_ok_and(|stdout| stdout.st_rdev == null.rdev() && null.rdev() != 0);
    let Ok(flags) = fcntl_getfl(&output) else {
        return false;
    };
    if !is_null
        || !flags.contains(OFlags::RDWR)
        || fcntl_setfl(&output, flags | OFlags::APPEND).is_err()
    {
        return false;
    }
    let appends =
        |flags: rustix::io::Result<OFlags>| flags.is_ok_and(|flags| flags.contains(OFlags::APPEND));
    let is_shared = appends(fcntl_getfl(&input)) || appends(fcntl_getfl(&error));
    let _ = fcntl_setfl(&output, flags);
    !is_shared
}

#[cfg(not(unix))]
pub fn stdout_is_closed() -> bool {
    false
}
