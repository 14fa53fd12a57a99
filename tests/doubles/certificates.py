"""A certificate authority of Example Corp for tests, and a server's certificate that it signed."""

from __future__ import annotations

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(1)


def make(folder: Path, names: tuple[str, ...] = ("localhost",), until: datetime.timedelta = DAY) -> tuple[Path, Path]:
    """`ca.pem` and `server.pem` (key and certificate for `names`, good from yesterday to now and `until`); `leaf.der` lies beside them."""
    now = datetime.datetime.now(datetime.UTC)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Corp"), x509.NameAttribute(NameOID.COMMON_NAME, "Inspecting Proxy CA")]
    )

    def signed(name: x509.Name, public, end: datetime.timedelta, *extensions) -> x509.Certificate:
        builder = x509.CertificateBuilder(ca_name, name, public, x509.random_serial_number(), now - DAY, now + end)
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(ca_key, hashes.SHA256())

    identifier = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    ca = signed(ca_name, ca_key.public_key(), DAY, x509.BasicConstraints(True, None), identifier, usage)
    also = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    parent = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    leaf = signed(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])]), key.public_key(), until, also, parent)
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(plain + leaf.public_bytes(pem))
    (folder / "leaf.der").write_bytes(leaf.public_bytes(serialization.Encoding.DER))
    return folder / "ca.pem", folder / "server.pem"
