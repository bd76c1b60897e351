//! Listens, and hands requests to pages.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::from_fn_with_state;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use hyper_util::rt::TokioTimer;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::access::{Tls, guard};
use crate::console::Console;
use crate::options::{ConsoleError, Options};
use crate::run::Progress;
use crate::signal::Signals;
use crate::{access, api, asset, page, schedule};

/// How large a request may be, in bytes.
const LARGEST_REQUEST: usize = 1 << 20;
/// How long a client may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long requests under way may take when the process is told to end.
const GRACE: Duration = Duration::from_secs(5);
/// How many threads wait for the store at once: a few times as many as it has connections. Each keeps memory that it once used, and more
/// of them answer nothing sooner.
const BLOCKING: usize = 32;

/// What a page may load: our own style sheet, script and pictures, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Opens a console and serves it until the process is told to end. `opened` is called with the address when it listens.
///
/// # Errors
/// When the store, the certificate or the address cannot be had, and when others could reach it without a login.
pub fn serve(options: Options, opened: impl FnOnce(SocketAddr)) -> Result<(), ConsoleError> {
    let listen = options.listen;
    let tls = options.access.tls.as_ref().map(certificate).transpose()?;
    let console = Arc::new(Console::open(options)?);
    refuse_strangers(&console)?;
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.enable_all().max_blocking_threads(BLOCKING).build()?;
    // The store must not be closed inside of the runtime, so that the last one to hold the console is this function.
    let served = runtime.block_on(async {
        let mut signals = Signals::new()?;
        let listener = TcpListener::bind(listen).map_err(|why| ConsoleError::Listen { listen, why })?;
        listener.set_nonblocking(true)?;
        opened(listener.local_addr()?);
        let keeper = tokio::spawn(schedule::keep(Arc::clone(&console)));
        let restoring = Arc::clone(&console);
        tokio::task::spawn_blocking(move || restoring.restore());
        let end = answer(&console, listener, tls, &mut signals).await?;
        keeper.abort();
        Ok(end)
    });
    match served {
        // A run that is cut short leaves no trace in the store.
        Ok(End::CutShort) => runtime.shutdown_background(),
        _ => drop(runtime),
    }
    drop(console);
    served.map(drop)
}

/// How a console ends.
#[derive(Debug, Clone, Copy)]
enum End {
    /// Everything that was under way is done.
    Done,
    /// Somebody did not want to wait for that.
    CutShort,
}

/// Answers requests until the first signal; then those under way are answered for a while longer, and the run under way is
/// waited for, so that what it finds is remembered. A second signal ends all of that.
async fn answer(
    console: &Arc<Console>,
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    signals: &mut Signals,
) -> Result<End, ConsoleError> {
    let handle = Handle::new();
    let service = router(Arc::clone(console)).into_make_service_with_connect_info::<SocketAddr>();
    let mut server = axum_server::from_tcp(listener)?.handle(handle.clone()).http1_only();
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    let serving = async {
        match tls {
            Some(tls) => server.acceptor(RustlsAcceptor::new(tls)).serve(service).await,
            None => server.serve(service).await,
        }
    };
    let mut progress = console.progress.subscribe();
    let ending = async {
        signals.next().await;
        handle.graceful_shutdown(Some(GRACE));
        signals.next().await;
    };
    let all = async {
        serving.await?;
        // The sender lives as long as the console does.
        drop(progress.wait_for(|now| !matches!(now, Progress::Running { .. })).await);
        Ok(End::Done)
    };
    tokio::select! {
        end = all => end,
        () = ending => Ok(End::CutShort),
    }
}

/// Refuses to listen to other machines while nobody would have to log in.
fn refuse_strangers(console: &Console) -> Result<(), ConsoleError> {
    let Options { listen, access, .. } = &console.options;
    let known = listen.ip().is_loopback()
        || access.proxy.is_some()
        || console.store.users()?.iter().any(|user| !user.disabled);
    if known { Ok(()) } else { Err(ConsoleError::Unguarded(*listen)) }
}

/// What a server needs for TLS, by the provider that the store's connections use too.
fn certificate(Tls { certificate, key }: &Tls) -> Result<RustlsConfig, ConsoleError> {
    let wrong =
        |path: &std::path::Path, why: String| ConsoleError::Tls { path: path.display().to_string(), why };
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|why| wrong(certificate, why.to_string()))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|why| wrong(key, why.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, secret))
        .map_err(|why| wrong(certificate, why.to_string()))?;
    Ok(RustlsConfig::from_config(Arc::new(config)))
}

/// All routes, with what holds for each of them.
pub(crate) fn router(console: Arc<Console>) -> Router {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    Router::new()
        .merge(page::routes())
        .merge(access::routes())
        .merge(asset::routes())
        .merge(api::routes())
        .layer(from_fn_with_state(Arc::clone(&console), api::divert))
        .layer(from_fn_with_state(Arc::clone(&console), guard))
        .layer(from_fn_with_state(Arc::clone(&console), api::measure))
        .layer(RequestBodyLimitLayer::new(LARGEST_REQUEST))
        .layer(CatchPanicLayer::new())
        .layer(CompressionLayer::new())
        .layer(header(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "same-origin"))
        .layer(header(header::CACHE_CONTROL, "no-store"))
        .with_state(console)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::access::{Access, Accounts, Proxy, Role};
    use crate::sample::Sample;

    /// A console that listens to every address, or why it does not.
    fn everywhere(access: Access, prepare: impl FnOnce(&Accounts<'_>)) -> Result<(), ConsoleError> {
        let mut sample = Sample::with(access);
        prepare(&Accounts { store: &sample.console.store, who: "test" });
        sample.listen(([0, 0, 0, 0], 8470).into());
        refuse_strangers(&sample.console)
    }

    #[test]
    fn others_get_in_only_when_somebody_asks_who_they_are() {
        let why = everywhere(Access::default(), |_| {}).unwrap_err().to_string();
        assert!(why.contains("`0.0.0.0:8470`") && why.contains("portreeve users add"), "{why}");
        everywhere(Access::default(), |accounts| {
            accounts.add("ann", Role::Admin, "correct horse battery").unwrap();
        })
        .unwrap();
        let addresses = vec![[192, 0, 2, 7].into()];
        let proxy = Proxy { addresses, header: "X-Forwarded-User".to_owned(), role: Role::Viewer };
        everywhere(Access { proxy: Some(proxy), ..Access::default() }, |_| {}).unwrap();
        assert!(refuse_strangers(&Sample::example().console).is_ok());
    }

    #[test]
    fn a_certificate_that_is_none_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let [certificate, key] = ["none.pem", "key.pem"].map(|name| folder.path().join(name));
        let refused = |expected: &str| {
            let tls = Tls { certificate: certificate.clone(), key: key.clone() };
            let why = crate::server::certificate(&tls).unwrap_err().to_string();
            assert!(why.contains(expected) && why.contains("for TLS"), "{why}");
        };
        refused("none.pem");
        std::fs::write(&certificate, "no certificate").unwrap();
        refused("key.pem");
    }

    #[test]
    fn a_header_that_cannot_be_one_is_named() {
        let proxy = Proxy { addresses: Vec::new(), header: "no header".to_owned(), role: Role::Viewer };
        let access = Access { proxy: Some(proxy), ..Access::default() };
        let sample = Sample::example();
        let options = Options { access, ..sample.console.options.clone() };
        assert!(Console::open(options).unwrap_err().to_string().contains("`no header`"));
    }
}
