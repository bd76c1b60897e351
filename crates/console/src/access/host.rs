//! Which host a request may name, and which pages may send one that changes something.
//!
//! A page of another site can have its own name resolve to our address (DNS rebinding) and would then be of the same origin as we.
//! It cannot choose what the browser writes into `Host`, though. Source: <https://owasp.org/www-community/attacks/DNS_Rebinding>.

use std::net::{IpAddr, SocketAddr};

use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, header};

use crate::problem::Problem;

/// The hosts that a request may name.
#[derive(Debug)]
pub(crate) struct Hosts {
    listen: IpAddr,
    names: Vec<String>,
}

impl Hosts {
    /// Loopback, the address that is listened to, and these names.
    pub(crate) fn new(listen: SocketAddr, names: &[String]) -> Self {
        let names = names.iter().map(|name| name.trim_end_matches('.').to_ascii_lowercase()).collect();
        Self { listen: listen.ip(), names }
    }

    /// Refuses a request to another host.
    pub(crate) fn admit(&self, parts: &Parts) -> Result<(), Problem> {
        let named = host(parts);
        if named.as_ref().is_some_and(|named| self.knows(named.host())) {
            return Ok(());
        }
        let named = named.map_or_else(String::new, |named| named.host().to_owned());
        Err(Problem::Forbidden(format!(
            "`{named}` is no name of this console: start it with `--host-name {named}` if it should be"
        )))
    }

    fn knows(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let literal = host.trim_start_matches('[').trim_end_matches(']');
        match literal.parse::<IpAddr>() {
            // No name was resolved for an address, so that nobody could rebind it.
            Ok(address) => address.is_loopback() || self.listen.is_unspecified() || address == self.listen,
            Err(_) => host == "localhost" || self.names.contains(&host),
        }
    }
}

/// The host that a request names, if it names one and only one.
fn host(parts: &Parts) -> Option<Authority> {
    if let Some(authority) = parts.uri.authority() {
        return Some(authority.clone());
    }
    let mut named = parts.headers.get_all(header::HOST).iter();
    let first = named.next()?;
    if named.next().is_some() {
        return None;
    }
    first.to_str().ok()?.parse().ok()
}

/// Refuses a request that changes something and was sent by a page of another site.
pub(crate) fn own_page(parts: &Parts) -> Result<(), Problem> {
    if matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let text = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap_or(""));
    let own = match (text("sec-fetch-site"), text("origin")) {
        // `none` is a person who typed; `same-site` would be another port of this machine.
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => host(parts).is_some_and(|host| is_origin(origin, &host)),
        // No browser: nothing that it would send by itself is in this request.
        (None, None) => true,
    };
    if own {
        return Ok(());
    }
    Err(Problem::Forbidden("this request comes from another site, which may change nothing here".to_owned()))
}

fn is_origin(origin: &str, host: &Authority) -> bool {
    origin.split_once("://").is_some_and(|(_, of)| of.eq_ignore_ascii_case(host.as_str()))
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(each, _)| *each == name).map(|(_, value)| value)
}
