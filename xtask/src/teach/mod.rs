//! Commands for teachers.

pub mod agenda;
mod answer_key;
pub mod doctor;
mod handout;
pub mod pack;
pub mod predict;
