use std::env;
use std::process::Command;

/// Cargo for the packages of this workspace, without the variables that describe the package xtask. The
/// build script of ring looks at them, and would run again for each build with and without them.
pub fn cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    command
}
