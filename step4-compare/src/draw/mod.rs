//! Timelines as pictures: as text for a terminal, and as SVG for a projector.

mod axis;
mod svg;
mod text;

pub use svg::render_svg;
pub use text::{pad_to_width, render_text};
