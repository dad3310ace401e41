//! Small repositories, planned for one computer and lowered.

mod ensure;
mod files;
mod hidden;
mod items;
mod onboarding;
mod restarts;
mod scripts;
mod world;
