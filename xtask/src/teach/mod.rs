//! Commands for teachers.

pub mod agenda;
mod answer_key;
pub mod doctor;
pub mod pack;
pub mod predict;
