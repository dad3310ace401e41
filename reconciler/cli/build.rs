//! Builds the program anew when a file of the embedded template comes or goes;
//! the compiler itself notices only files that change.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../config-repo-template");
}
