//! Commands for teachers.

pub mod agenda;
pub mod doctor;
pub mod pack;
pub mod predict;
