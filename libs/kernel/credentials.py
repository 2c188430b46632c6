"""Who we are to a server, and whom we take for it: the same words in the URL of every server."""

import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from libs.kernel.errors import AccessError

TLS_OPTIONS = ("ca", "certificate", "key")
LOOK_SECONDS = 2.0
"""How long ``why_not`` waits for a server."""


@dataclass(frozen=True, slots=True)
class Password:
    """A password that stands in a setting, or in a file that may change while we run."""

    text: str = field(default="", repr=False)
    file: str = ""

    def __bool__(self) -> bool:
        """Tell whether there is one."""
        return bool(self.text or self.file)

    def read(self) -> str:
        """Return the password as it is now; raises ``AccessError`` if its file cannot be read."""
        if not self.file:
            return self.text
        try:
            return Path(self.file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError) as error:
            raise AccessError(
                f"the password file {self.file} cannot be read ({_reason(error)}): let it hold the"
                " password alone, and this user read it"
            ) from error


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM: the authority that is trusted, and our own certificate where one is asked."""

    ca: str = ""
    """Empty for the authorities that the machine trusts."""
    certificate: str = ""
    key: str = ""
    """Empty when the file of the certificate holds the key, too."""

    def context(self) -> ssl.SSLContext:
        """Return how to connect: names and dates of certificates are checked.

        Raises ``AccessError`` when one of the files cannot be used.
        """
        try:
            context = ssl.create_default_context(cafile=self.ca or None)
            if self.certificate:
                context.load_cert_chain(self.certificate, self.key or None)
        except OSError as error:  # SSLError is one
            files = ", ".join(filter(None, (self.ca, self.certificate, self.key)))
            raise AccessError(
                f"one of the files {files} cannot be used ({_reason(error)}): give certificates and"
                " keys in PEM that this user may read"
            ) from error
        return context


def taken_tls(options: Mapping[str, str], *, is_encrypted: bool) -> Tls:
    """Return what the options ``ca``, ``certificate`` and ``key`` of a URL say.

    Raises ``ValueError`` for what makes no sense: the message is half a sentence.
    """
    given = {name: options[name] for name in TLS_OPTIONS if options.get(name)}
    if given and not is_encrypted:
        raise ValueError(f"{', '.join(given)} is of use with TLS only")
    if "key" in given and "certificate" not in given:
        raise ValueError("a key belongs to a certificate: give both")
    for name, path in given.items():
        _check_readable(name, path)
    return Tls(**given)


def taken_password(text: str, options: Mapping[str, str], *, name: str = "password") -> Password:
    """Return the password in a URL, or the one in the file that its option ``password_file`` names.

    Raises ``ValueError`` when both are given, or the file is not there.
    """
    file = options.get(f"{name}_file", "")
    if file and text:
        raise ValueError(f"give the {name} or {name}_file, not both")
    if file:
        _check_readable(f"{name}_file", file)
    return Password(text, file)


def why_not(host: str, port: int, tls: Tls | None) -> str:
    """Connect as any client would; return why that can never work until somebody mends it.

    Empty when it works, and when nobody answers: that may pass. A client library tells less.
    """
    context = tls.context() if tls else None
    try:
        with socket.create_connection((host, port), timeout=LOOK_SECONDS) as plain:
            if context:
                context.wrap_socket(plain, server_hostname=host).close()
    except (ssl.SSLError, socket.gaierror) as error:
        return explained(error, f"{host}:{port}")
    except OSError:
        return ""
    return ""


def explained(error: BaseException, server: str) -> str:
    """Return what a failed connection says about certificates and names, and how to mend it.

    Looks through the causes of an error as well; empty when it says nothing of the kind.
    """
    for seen in causes(error):
        if isinstance(seen, ssl.SSLCertVerificationError):
            return (
                f"the certificate of {server} is not accepted ({seen.verify_message}): let it be"
                " renewed there, or name the authority that signed it with ca=FILE"
            )
        if isinstance(seen, ssl.SSLError):
            return (
                f"{server} does not agree on TLS ({_reason(seen)}): see whether it speaks TLS on"
                " that port, and whether it wants a certificate of ours"
            )
        if isinstance(seen, socket.gaierror):
            return f"{server} is no name that can be found: correct it, or mend the name service"
    return ""


def causes(error: BaseException) -> Iterator[BaseException]:
    """Return an error and what it came from, down to the first one."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _check_readable(name: str, path: str) -> None:
    try:
        Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"{name}: {path} cannot be read ({_reason(error)})") from error


def _reason(error: BaseException) -> str:
    said = getattr(error, "reason", None) or getattr(error, "strerror", None)
    return str(said or error).lower().replace("_", " ")
