//! A console on the example account, for tests: requests go through all layers, without a network.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use portreeve::Config;
use portreeve_store::Place;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::access::Access;
use crate::console::Console;
use crate::options::Options;
use crate::run::Progress;
use crate::scene::Scene;
use crate::server::router;

/// A console of its own, with its store in a folder that goes with it.
pub(crate) struct Sample {
    pub(crate) console: Arc<Console>,
    router: Router,
    runtime: Runtime,
    folder: TempDir,
}

/// What a request got.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Got {
    /// The body of an answer that must be well.
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.body
    }
}

impl Sample {
    /// A console on these sources, without results.
    pub(crate) fn empty(sources: Vec<String>) -> Self {
        Self::of(sources, Config::default(), Access::default())
    }

    /// A console without sources and results, with a configuration.
    pub(crate) fn configured(config: Config) -> Self {
        Self::of(Vec::new(), config, Access::default())
    }

    /// A console on the example account, without results, that lets people in like this.
    pub(crate) fn with(access: Access) -> Self {
        Self::of(vec![Self::account()], Config::default(), access)
    }

    fn account() -> String {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/alibaba");
        folder.display().to_string()
    }

    fn of(sources: Vec<String>, config: Config, access: Access) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            sources,
            estate: "sample".to_owned(),
            store: Place::File(folder.path().join("portreeve.db")),
            config,
            listen: ([127, 0, 0, 1], 0).into(),
            access,
            keep_going: false,
            threads: 2,
        };
        let console = Arc::new(Console::open(options).unwrap());
        let (router, runtime) = (router(Arc::clone(&console)), Runtime::new().unwrap());
        Self { console, router, runtime, folder }
    }

    /// A console on the example account as somebody else might have written it, checked. `rewrite` is given the name and the text of
    /// each document.
    pub(crate) fn rewritten(rewrite: impl Fn(&str, String) -> String) -> Self {
        let documents = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(Self::account()).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let text = rewrite(&name, std::fs::read_to_string(&path).unwrap());
            std::fs::write(documents.path().join(name), text).unwrap();
        }
        let sample = Self::empty(vec![documents.path().display().to_string()]);
        sample.obtain();
        sample
    }

    /// A console of its own on the store of this one, as after a start of the program.
    pub(crate) fn reopened(self) -> Self {
        let config = self.console.options.config.clone();
        self.reopened_with(config)
    }

    /// As [`Sample::reopened`], with another configuration.
    pub(crate) fn reopened_with(self, config: Config) -> Self {
        let Self { console, router: old, runtime, folder } = self;
        let options = Options { config, ..console.options.clone() };
        drop((console, old));
        let console = Arc::new(Console::open(options).unwrap());
        let router = router(Arc::clone(&console));
        Self { console, router, runtime, folder }
    }

    /// A console on the example account, without results.
    pub(crate) fn example() -> Self {
        Self::empty(vec![Self::account()])
    }

    /// A console on the example account that has been checked.
    pub(crate) fn checked() -> Self {
        let sample = Self::example();
        sample.obtain();
        sample
    }

    /// Has the console listen elsewhere, as long as nobody has asked it anything.
    pub(crate) fn listen(&mut self, listen: SocketAddr) {
        let options = Options { listen, ..self.console.options.clone() };
        self.console = Arc::new(Console::open(options).unwrap());
        self.router = router(Arc::clone(&self.console));
    }

    /// Runs a check, and waits for its end.
    pub(crate) fn obtain(&self) {
        let ended = self.runtime.block_on(async {
            self.console.obtain("test").unwrap();
            let mut progress = self.console.progress.subscribe();
            progress.wait_for(|now| !matches!(now, Progress::Running { .. })).await.unwrap().clone()
        });
        assert_eq!(ended, Progress::Idle);
    }

    /// What the last results look like to a job.
    pub(crate) fn see<T: Send + 'static>(&self, job: impl FnOnce(&Scene<'_>) -> T + Send + 'static) -> T {
        self.runtime.block_on(self.console.read(move |scene| Ok(job(scene)))).unwrap()
    }

    /// What the address answers.
    pub(crate) fn get(&self, path: &str) -> Got {
        self.send(Request::get(path).body(Body::empty()).unwrap())
    }

    /// What a form gets, with the token of a visitor without a session.
    pub(crate) fn post(&self, path: &str, form: &str) -> Got {
        let body = format!("token={}&{form}", self.console.token);
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).unwrap())
    }

    /// What any request gets. One without a host goes to this machine.
    pub(crate) fn send(&self, mut request: Request<Body>) -> Got {
        request.headers_mut().entry(header::HOST).or_insert(header::HeaderValue::from_static("127.0.0.1"));
        let (parts, bytes) = self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            (parts, to_bytes(body, usize::MAX).await.unwrap())
        });
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Got { status: parts.status, headers: parts.headers, body }
    }
}
