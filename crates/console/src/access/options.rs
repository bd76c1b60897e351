//! How people may come in, as the command line says it.

use std::net::IpAddr;
use std::path::PathBuf;

use super::Role;

/// How people may come in. By default, whoever sits at this machine may do everything.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Names of the console besides those of this machine: what a `Host` header may say.
    pub host_names: Vec<String>,
    /// A proxy that logs people in.
    pub proxy: Option<Proxy>,
    /// The certificate, where the console speaks TLS itself.
    pub tls: Option<Tls>,
}

/// A reverse proxy that logs people in and says in a header who they are.
#[derive(Debug, Clone)]
pub struct Proxy {
    /// Where it connects from. Nobody else is believed.
    pub addresses: Vec<IpAddr>,
    /// The header that names the user, such as `X-Forwarded-User`. The proxy has to remove it from what clients send.
    pub header: String,
    /// What people may do whom the store does not know.
    pub role: Role,
}

/// A certificate with its key.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The chain of certificates as PEM, the server's own first.
    pub certificate: PathBuf,
    /// Its private key as PEM.
    pub key: PathBuf,
}
