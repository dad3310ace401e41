//! Builds the program anew when a file of the embedded template comes or goes;
//! the compiler itself notices only files that change.
#![expect(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../config-repo-template");
}
