//! `portreeve serve`.

use std::io::Write;

use portreeve::Verdict;
use portreeve_console::{Access, Options, Proxy, Tls, serve};

use super::{config, threads};
use crate::args::{Global, Serve};
use crate::fail::Fail;
use crate::terminal;

/// Serves the console until the process is told to end.
pub(crate) fn run(options: &Serve, global: &Global) -> Result<Verdict, Fail> {
    let input = &options.input;
    let config = config(input.config.as_deref())?;
    let opened = Options {
        sources: input.sources.clone(),
        estate: options.estate.clone().unwrap_or_else(|| input.sources.join(" ")),
        store: options.store.parse()?,
        config,
        listen: options.listen,
        access: access(options),
        keep_going: input.keep_going,
        threads: threads(input.threads),
    };
    let scheme = if options.tls_cert.is_some() { "https" } else { "http" };
    serve(opened, |address| {
        if !global.quiet {
            warn(options, global);
            let mut out = std::io::stdout().lock();
            // Nobody may read it; the console is open all the same.
            let _ = writeln!(out, "the console is open at {scheme}://{address}/").and_then(|()| out.flush());
        }
    })?;
    Ok(Verdict::Clean)
}

/// How people may come in.
fn access(options: &Serve) -> Access {
    let proxy = options.trust_header.clone().map(|trusted| Proxy {
        addresses: options.trust_proxy.clone(),
        header: trusted.header,
        role: trusted.role,
    });
    let tls = options.tls_cert.clone().zip(options.tls_key.clone());
    Access {
        host_names: options.host_name.clone(),
        proxy,
        tls: tls.map(|(certificate, key)| Tls { certificate, key }),
    }
}

/// Warns of passwords that everybody on the way could read.
fn warn(options: &Serve, global: &Global) {
    let open = options.tls_cert.is_none() && options.trust_header.is_none();
    if open && !options.listen.ip().is_loopback() {
        let text = "without `--tls-cert` and `--tls-key`, passwords travel unencrypted: put a proxy that speaks TLS in front of it";
        terminal::warning(text, global.color);
    }
}
