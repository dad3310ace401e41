//! Filter scripts of Ordain in Starlark, bounded in time and memory.
