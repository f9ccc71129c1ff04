//! Commands for teachers.

pub mod agenda;
pub mod answer_key;
pub mod doctor;
pub mod pack;
pub mod predict;
