//! The program `asyncfetch`, from outside: what it is given, what it says, and how it ends.

mod answers;
mod input;
mod limits;
mod output;
mod program;
mod server;
mod stopping;
mod usage;
