//! The style sheet, the script and the icon, under names that change with their content, so that browsers keep them for good.

use std::fmt::Write;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use sha2::{Digest, Sha256};

use crate::console::Console;

/// What pages have beside the look that they share with reports.
const OWN_STYLE: &str = concat!(
    include_str!("style/base.css"),
    include_str!("style/access.css"),
    include_str!("style/check.css"),
    include_str!("style/group.css"),
    include_str!("style/path.css")
);
static STYLE: LazyLock<String> = LazyLock::new(|| format!("{}{OWN_STYLE}", portreeve::report::html::STYLE));
const SCRIPT: &str =
    concat!(include_str!("script/base.js"), include_str!("script/group.js"), include_str!("script/path.js"));

const ICON: &str = include_str!("icon.svg");

/// The address of the icon.
pub(crate) static ICON_PATH: LazyLock<String> = LazyLock::new(|| path("icon", ICON, "svg"));
/// The address of the style sheet.
pub(crate) static STYLE_PATH: LazyLock<String> = LazyLock::new(|| path("style", &STYLE, "css"));
/// The address of the script.
pub(crate) static SCRIPT_PATH: LazyLock<String> = LazyLock::new(|| path("console", SCRIPT, "js"));

fn path(name: &str, content: &str, ending: &str) -> String {
    let digest = Sha256::digest(content).iter().take(6).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    format!("/asset/{name}-{digest}.{ending}")
}

pub(crate) fn routes() -> Router<Arc<Console>> {
    let serve = |kind: &'static str, content: &'static str| {
        let headers =
            [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
        get(move || async move { (headers, content).into_response() })
    };
    Router::new()
        .route(&ICON_PATH, serve("image/svg+xml", ICON))
        .route(&STYLE_PATH, serve("text/css; charset=utf-8", STYLE.as_str()))
        .route(&SCRIPT_PATH, serve("text/javascript; charset=utf-8", SCRIPT))
}
