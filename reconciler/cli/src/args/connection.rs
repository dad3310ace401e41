//! Which controller is asked, and how it is known to be the right one.

use std::path::PathBuf;

use clap::Args;

/// The controller that is asked.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ConnectionArgs {
    /// The data folder of a controller on this machine; its address, certificate and token
    /// stand there.
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The controller's URL; without it `ORDAIN_SERVER`. The token is taken from `ORDAIN_TOKEN`.
    #[arg(long, global = true, value_name = "URL")]
    pub server: Option<String>,
    /// The certificate of the controller's authority, its `ca.pem`; without it `ORDAIN_CA`.
    #[arg(long, global = true, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// The pin of the controller's authority, `sha256/…`; without it `ORDAIN_PIN`.
    #[arg(long, global = true, value_name = "PIN", conflicts_with = "ca")]
    pub pin: Option<String>,
}
