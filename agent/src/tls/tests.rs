//! Tests of TLS by pin.
