//! Commands for teachers.

pub mod agenda;
pub mod answer_key;
pub mod doctor;
mod handout;
pub mod pack;
pub mod predict;
