//! What can be typed about the console and its users.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand};
use portreeve_console::{Role, UnknownRole};

use super::{Input, StoreAt};

/// `portreeve serve`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8470")]
    pub(crate) listen: SocketAddr,
    /// What is remembered: a file, which is made if need be, or `postgres://user@host/database`
    #[arg(
        long,
        value_name = "PLACE",
        env = "PORTREEVE_STORE",
        hide_env_values = true,
        default_value = "portreeve.db"
    )]
    pub(crate) store: String,
    /// The name under which the store knows what is checked [default: the sources as typed]
    #[arg(long, value_name = "NAME")]
    pub(crate) estate: Option<String>,
    /// Another name of the console, which browsers may ask for; may be given several times
    #[arg(long, value_name = "NAME", help_heading = "Who may come in")]
    pub(crate) host_name: Vec<String>,
    /// The certificate, as PEM with its chain: the console then speaks TLS
    #[arg(long, value_name = "FILE", requires = "tls_key", help_heading = "Who may come in")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key of the certificate, as PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert", help_heading = "Who may come in")]
    pub(crate) tls_key: Option<PathBuf>,
    /// The address of a reverse proxy that logs people in; may be given several times
    #[arg(long, value_name = "ADDRESS", requires = "trust_header", help_heading = "Who may come in")]
    pub(crate) trust_proxy: Vec<IpAddr>,
    /// The header in which that proxy names the user, and the role of those who are no users of the store [default role: viewer]
    #[arg(long, value_name = "HEADER[=ROLE]", requires = "trust_proxy", help_heading = "Who may come in")]
    pub(crate) trust_header: Option<Trusted>,
}

/// A header that names the user, and the role of those whom the store does not know.
#[derive(Debug, Clone)]
pub(crate) struct Trusted {
    pub(crate) header: String,
    pub(crate) role: Role,
}

impl FromStr for Trusted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (header, role) = text.split_once('=').unwrap_or((text, Role::Viewer.as_str()));
        let role = role.parse().map_err(|why: UnknownRole| why.to_string())?;
        Ok(Self { header: header.to_owned(), role })
    }
}

/// `portreeve users`.
#[derive(Debug, Args)]
pub(crate) struct Users {
    #[command(flatten)]
    pub(crate) at: StoreAt,
    #[command(subcommand)]
    pub(crate) what: UsersVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UsersVerb {
    /// List the users
    List,
    /// Add a user: the first line of standard input is the password
    Add {
        /// The name
        name: String,
        /// viewer, operator or admin
        #[arg(long, default_value = "viewer")]
        role: Role,
    },
    /// Give a user another password, the first line of standard input; all sessions of the user end
    Password {
        /// The name
        name: String,
    },
    /// Give a user another role
    Role {
        /// The name
        name: String,
        /// viewer, operator or admin
        role: Role,
    },
    /// Keep a user out: sessions end, and tokens do not count
    Disable {
        /// The name
        name: String,
    },
    /// Let a user in again
    Enable {
        /// The name
        name: String,
    },
    /// Make a token of the API for a user, and print it: it is not shown again
    Token {
        /// The name of the user
        name: String,
        /// What will use the token
        #[arg(long, value_name = "NAME")]
        label: String,
        /// For how long it counts
        #[arg(long, value_name = "N", default_value = "90")]
        days: u16,
    },
}
