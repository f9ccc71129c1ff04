//! The rules of `TaskGroup`, one test each. The paused clock makes them exact; those about
//! ownership run on the multi-thread runtime too.

mod deep;
mod failures;
mod handles;
mod nested;
mod panics;
mod random;
mod results;
mod spawning;
mod stopped;
mod support;
