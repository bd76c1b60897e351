//! Who sends a request: by a token, a session, the word of a proxy, or because nobody has to say.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use portreeve_store::{Holder, Store, StoreError, User};

use super::host::{Hosts, cookie};
use super::limit::Tries;
use super::options::{Access, Proxy};
use super::secret::{digest, form_token};
use super::{Known, Role, Visitor};
use crate::console::Console;
use crate::problem::Problem;
use crate::record::now;

/// How long the console believes that there are still no users. One may be added by the command line at any time.
const WITHOUT_USERS: Duration = Duration::from_secs(5);
/// How often the store is told that a token was used, in milliseconds.
const TOKEN_TOLD: i64 = 3_600_000;

/// What decides who comes in.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(super) hosts: Hosts,
    pub(super) tries: Tries,
    /// Whether the console speaks TLS itself.
    tls: bool,
    proxy: Option<(HeaderName, Proxy)>,
    /// When the store was last seen to have no users.
    without_users: Mutex<Option<Instant>>,
}

/// What a request says about who sends it.
#[derive(Debug, Default)]
pub(crate) struct Credentials {
    /// The secret of a token of the API.
    pub(crate) token: Option<String>,
    /// The secret of a session.
    pub(crate) session: Option<String>,
    /// Whom a proxy that we trust names.
    proxied: Option<String>,
}

impl Gate {
    /// # Errors
    /// When the header of the proxy has no name that a header can have.
    pub(crate) fn new(listen: SocketAddr, access: &Access) -> Result<Self, String> {
        let proxy = access.proxy.clone().map(|proxy| {
            let named = proxy.header.parse::<HeaderName>();
            named.map(|name| (name, proxy.clone())).map_err(|_| proxy.header)
        });
        Ok(Self {
            hosts: Hosts::new(listen, &access.host_names),
            tries: Tries::new(),
            tls: access.tls.is_some(),
            proxy: proxy.transpose()?,
            without_users: Mutex::default(),
        })
    }

    /// The address that a request comes from, as far as it can be believed.
    pub(super) fn client(&self, parts: &Parts) -> IpAddr {
        let peer = peer(parts);
        let said = parts.headers.get("x-forwarded-for").filter(|_| self.trusts(peer));
        // Each proxy adds the address that it saw, so that only the last one is not the client's own word.
        let last = said.and_then(|said| said.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
        last.unwrap_or(peer)
    }

    /// Whether the browser speaks TLS, to us or to a proxy that we trust.
    pub(super) fn is_secure(&self, parts: &Parts) -> bool {
        let said = parts.headers.get("x-forwarded-proto").is_some_and(|said| said == "https");
        self.tls || (said && self.trusts(peer(parts)))
    }

    fn trusts(&self, peer: IpAddr) -> bool {
        self.proxy.as_ref().is_some_and(|(_, proxy)| proxy.addresses.contains(&peer))
    }

    /// What a request says about who sends it.
    pub(crate) fn credentials(&self, parts: &Parts) -> Credentials {
        let proxied = self.proxy.as_ref().filter(|_| self.trusts(peer(parts)));
        let named = proxied.and_then(|(header, _)| parts.headers.get(header)?.to_str().ok());
        Credentials {
            token: bearer(&parts.headers),
            session: cookie(&parts.headers, self.cookie_name(parts)).map(str::to_owned),
            proxied: named.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned),
        }
    }

    /// The name of the cookie. The browser keeps one of the longer name to this very host, and to TLS.
    /// Source: <https://www.rfc-editor.org/rfc/rfc6265#section-4.1.2>, its prefixes in the draft that follows it.
    pub(super) fn cookie_name(&self, parts: &Parts) -> &'static str {
        if self.is_secure(parts) { "__Host-portreeve" } else { "portreeve" }
    }

    /// Whether whoever gets here needs no login: nobody could log in, and no proxy does it. A console that others can reach
    /// does not start like that.
    fn is_open(&self, store: &Store) -> Result<bool, StoreError> {
        if self.proxy.is_some() {
            return Ok(false);
        }
        let mut seen = self.without_users.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.is_some_and(|seen| seen.elapsed() < WITHOUT_USERS) {
            return Ok(true);
        }
        let open = store.users()?.is_empty();
        *seen = open.then(Instant::now);
        Ok(open)
    }

    /// Forgets that there were no users.
    pub(super) fn users_changed(&self) {
        *self.without_users.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The address of whoever is connected. Tests have no connection.
fn peer(parts: &Parts) -> IpAddr {
    let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    connected.map_or(Ipv4Addr::LOCALHOST.into(), |ConnectInfo(peer)| peer.ip().to_canonical())
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim().to_owned())
}

impl Console {
    /// Who sends a request, or nobody. A token that does not count is refused, whatever else the request says. This blocks.
    pub(crate) fn identify(&self, said: &Credentials) -> Result<Option<Visitor>, Problem> {
        if let Some(secret) = &said.token {
            return self.of_token(secret).map(Some);
        }
        if let Some(name) = &said.proxied {
            return self.of_proxy(name).map(Some);
        }
        if let Some(secret) = &said.session
            && let Some(session) = self.store.session(&digest(secret), now())?
        {
            return visitor(&session.user, form_token(secret), Known::Session).map(Some);
        }
        let local = || Visitor {
            name: "local".into(),
            role: Role::Admin,
            token: Arc::clone(&self.token),
            known: Known::Local,
        };
        Ok(self.gate.is_open(&self.store)?.then(local))
    }

    fn of_token(&self, secret: &str) -> Result<Visitor, Problem> {
        let Some((token, user)) = self.store.token(&digest(secret), now())? else {
            return Err(Problem::Unknown("this token does not count: ask for another one".to_owned()));
        };
        if token.last_used.is_none_or(|used| used.0 + TOKEN_TOLD < now().0) {
            // A run may be writing right now. The next request tells it then.
            drop(self.store.token_used(token.id, now()));
        }
        match (user, token.holder) {
            (Some(user), _) => visitor(&user, form_token(secret), Known::Token),
            (None, Holder::Role(role)) => Ok(Visitor {
                name: format!("token {}", token.name).into(),
                role: role_of(&role)?,
                token: form_token(secret).into(),
                known: Known::Token,
            }),
            (None, Holder::User(_)) => Err(Problem::Internal),
        }
    }

    /// Whom a proxy names: somebody of the store, or a stranger with the role that strangers have.
    fn of_proxy(&self, name: &str) -> Result<Visitor, Problem> {
        let strangers = self.gate.proxy.as_ref().map_or(Role::Viewer, |(_, proxy)| proxy.role);
        let token = form_token(&format!("{name} by {}", self.token));
        match self.store.user(name)? {
            Some(user) if user.disabled => Err(Problem::Forbidden(format!("user `{name}` is disabled"))),
            Some(user) => visitor(&user, token, Known::Proxy),
            None => {
                Ok(Visitor { name: name.into(), role: strangers, token: token.into(), known: Known::Proxy })
            }
        }
    }
}

fn visitor(user: &User, token: String, known: Known) -> Result<Visitor, Problem> {
    let role = role_of(&user.role)?;
    Ok(Visitor { name: user.name.as_str().into(), role, token: token.into(), known })
}

fn role_of(text: &str) -> Result<Role, Problem> {
    text.parse().map_err(|why: super::UnknownRole| Problem::Forbidden(why.to_string()))
}
