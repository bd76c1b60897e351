"""The console speaks TLS by itself: as a client sees it that trusts its certificate and nothing else."""

import http.client
import socket
import ssl
import subprocess
import urllib.parse

import pytest
from conftest import PROGRAM, ROOT, Console

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def secured(tmp_path_factory):
    """A console with an administrator and a certificate of its own, and the file of the latter."""
    folder = tmp_path_factory.mktemp("secured")
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", "key.pem", "-out", "chain.pem"]
    subprocess.run([*make.split(), *names], cwd=folder, check=True, capture_output=True)
    add = [PROGRAM, "users", "add", "ann", "--role", "admin", "--store", "portreeve.db"]
    subprocess.run(add, cwd=folder, check=True, input=PASSWORD, text=True)
    opened = Console(folder, [str(ROOT / "examples/alibaba")], "--tls-cert", "chain.pem", "--tls-key", "key.pem")
    opened.certificate = folder / "chain.pem"
    yield opened
    opened.close()


def place(console):
    """The host and the port of a console."""
    address = urllib.parse.urlsplit(console.address)
    return address.hostname, address.port


def ask(console, method, path, body=None, headers=None):
    """An answer that came over TLS, with its certificate verified."""
    trusts = ssl.create_default_context(cafile=console.certificate)
    connection = http.client.HTTPSConnection(*place(console), context=trusts, timeout=30)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    answer.text = answer.read().decode()
    connection.close()
    return answer


def test_the_console_answers_over_tls(secured):
    assert secured.address.startswith("https://")
    answer = ask(secured, "GET", "/healthz")
    assert (answer.status, answer.text) == (200, "well\n")
    with socket.create_connection(place(secured), timeout=30) as plain:
        trusts = ssl.create_default_context(cafile=secured.certificate)
        with trusts.wrap_socket(plain, server_hostname="localhost") as line:
            assert line.version() == "TLSv1.3"


def test_a_client_that_does_not_know_the_certificate_goes_no_further(secured):
    connection = http.client.HTTPSConnection(*place(secured), context=ssl.create_default_context(), timeout=30)
    with pytest.raises(ssl.SSLCertVerificationError):
        connection.request("GET", "/healthz")


def test_plain_http_gets_no_answer(secured):
    connection = http.client.HTTPConnection(*place(secured), timeout=30)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        connection.request("GET", "/healthz")
        connection.getresponse()
    # The console has survived that.
    assert ask(secured, "GET", "/readyz").status == 200


def test_the_cookie_of_a_session_is_kept_to_tls(secured):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = ask(secured, "POST", "/login", urllib.parse.urlencode({"name": "ann", "password": PASSWORD}), form)
    assert (answer.status, answer.getheader("Location")) == (303, "/")
    cookie, *flags = answer.getheader("Set-Cookie").split("; ")
    assert cookie.startswith("__Host-portreeve=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags)
    assert ask(secured, "GET", "/settings", headers={"Cookie": cookie}).status == 200
    # Under the name that it has without TLS, the same secret is worth nothing.
    weaker = {"Cookie": cookie.removeprefix("__Host-")}
    assert ask(secured, "GET", "/settings", headers=weaker).status == 303
