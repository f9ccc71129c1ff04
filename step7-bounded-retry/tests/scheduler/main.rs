//! The scheduler by itself: no runtime, no socket, and time is a number.

mod defaults;
mod hosts;
mod memory;
mod properties;
mod run;
mod simulation;
