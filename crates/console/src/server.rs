//! Listens, and hands requests to pages.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::console::Console;
use crate::options::{ConsoleError, Options};
use crate::{asset, page};

/// How large a request may be, in bytes.
const LARGEST_REQUEST: usize = 1 << 20;

/// What a page may load: our own style sheet, script and pictures, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Opens a console and serves it until the process is told to end. `opened` is called with the address when it listens.
///
/// # Errors
/// When the store or the address cannot be had.
pub fn serve(options: Options, opened: impl FnOnce(SocketAddr)) -> Result<(), ConsoleError> {
    let listen = options.listen;
    let console = Arc::new(Console::open(options)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // The store must not be closed inside of the runtime, so that the last one to hold the console is this function.
    let shared = Arc::clone(&console);
    let served = runtime.block_on(async {
        let listener = TcpListener::bind(listen).await.map_err(|why| ConsoleError::Listen { listen, why })?;
        opened(listener.local_addr()?);
        let restoring = Arc::clone(&shared);
        tokio::task::spawn_blocking(move || restoring.restore());
        axum::serve(listener, router(shared)).with_graceful_shutdown(ended()).await?;
        Ok(())
    });
    drop(runtime);
    drop(console);
    served
}

/// Waits until the process is told to end.
async fn ended() {
    // Without a handler for the signal, the process ends at once, which is as well.
    drop(tokio::signal::ctrl_c().await);
}

/// All routes, with what holds for each of them.
pub(crate) fn router(console: Arc<Console>) -> Router {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    Router::new()
        .merge(page::routes())
        .merge(asset::routes())
        .layer(RequestBodyLimitLayer::new(LARGEST_REQUEST))
        .layer(CatchPanicLayer::new())
        .layer(CompressionLayer::new())
        .layer(header(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "same-origin"))
        .layer(header(header::CACHE_CONTROL, "no-store"))
        .with_state(console)
}
