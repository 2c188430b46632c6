"""An authority of our own that certifies servers on loopback, for today or for yesterday."""

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from servers.ports import HOST

from libs.kernel.clock import SystemClock

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, in PEM."""

    certificate: bytes
    key: bytes

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """Put both into files, replacing what stands there; return where."""
        certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
        certificate.write_bytes(self.certificate)
        key.touch(mode=0o600)
        key.write_bytes(self.key)
        return certificate, key


class Authority:
    """Whom our clients trust once they are given ``ca``."""

    def __init__(self, folder: Path, name: str = "Kring tests") -> None:
        """Make a key and a certificate of itself in this folder."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        own = _usage(key_cert_sign=True)
        certificate = (
            self._begun(self._name, self._key, SystemClock().now())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(own, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.ca = folder / f"{name.lower().replace(' ', '-')}.pem"
        self.ca.write_bytes(certificate.public_bytes(Encoding.PEM))

    def issue(self, name: str, *, is_expired: bool = False) -> Pair:
        """Certify somebody on loopback, server or client; an expired one ended an hour ago."""
        key = ec.generate_private_key(ec.SECP256R1())
        until = SystemClock().now() + (-timedelta(hours=1) if is_expired else DAY)
        addresses = [x509.IPAddress(ipaddress.ip_address(HOST)), x509.DNSName("localhost")]
        purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            self._begun(subject, key, until - DAY)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
            .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        plain = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return Pair(certificate.public_bytes(Encoding.PEM), key.private_bytes(*plain))

    def _begun(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, begins: datetime
    ) -> x509.CertificateBuilder:
        signed_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins - timedelta(hours=1))
            .not_valid_after(begins + DAY)
            .add_extension(signed_by, critical=False)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
        )


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=key_cert_sign,
        encipher_only=False,
        decipher_only=False,
    )


def shown(port: int) -> bytes:
    """Return the certificate that a server on loopback shows now."""
    pem = ssl.get_server_certificate((HOST, port))
    return x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.PEM)
