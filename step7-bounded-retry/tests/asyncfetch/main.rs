//! The program `asyncfetch`, from outside: arguments, output and exit codes.

mod input;
mod limits;
mod outcomes;
mod output;
mod program;
mod requests;
mod run;
mod server;
mod stopping;
mod usage;
