//! Small repositories, planned for one computer and lowered.

mod items;
mod scripts;
mod world;
