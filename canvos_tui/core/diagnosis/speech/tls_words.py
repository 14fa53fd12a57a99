"""The reasons why no encrypted connection came about, in the words of all programs; the rows are searched in order."""

from __future__ import annotations

from canvos_tui.core.diagnosis.speech.reason_words import Words, plain, shaped

TLS: tuple[Words, ...] = (
    shaped(
        "tls-expired",
        ("expired", "not yet valid", "aws_io_tls_"),
        r"aws_io_tls_\w{0,40}(?:expired|not_yet_valid)"
        r"|(?:certificate|x509|ssl|tls)\W.{0,160}(?:\bexpired|not yet valid)|(?:expired|not yet valid).{0,60}certificate",
    ),
    shaped(
        "tls-name",
        ("certificate", "hostname", "subject name", "issuer", "host name", "aws_io_tls_host"),
        r"certificate is (?:not )?valid for|doesn'?t match (?:the )?(?:target )?host|no alternative certificate subject name"
        r"|hostname mismatch|host ?name (?:verification|does not match|mismatch)|ip sans|hostname '[^']{1,253}' does"
        r"|does(?: not|n't) match (?:host|target"
        r"|name|common)"
        r"|legacy common name|certificate (?:owner|subject name)[^:]{0,60}does not match"
        r"|not the expected (?:host|name)|name in the certificate|host_name_mismatch",
    ),
    plain(
        "tls-unknown",
        """
signed by unknown authority | failed to verify certificate | unable to get local issuer | unable to get issuer certificate |
self-signed certificate | self signed certificate | certificate verify failed | certificate_verify_failed |
server certificate verification failed | certificate verification failed | unable to verify the first certificate |
unable to locally verify the issuer | issuer is unknown | issuer has been marked as not trusted | untrusted_issuer |
unknown_issuer | certificate not trusted | have a known issuer | ssl certificate problem |
peer certificate cannot be authenticated | ssl peer certificate or ssh remote key was not ok | certificate was not trusted |
no trusted certificate | unknown ca | curl: (60) | curl error (60) | curl: (77)
""",
    ),
    shaped(  # the transfer part of the AWS command line
        "tls-unknown",
        ("aws_io_tls_",),
        r"aws_io_tls_(?:(?:unknown|no)_root_certificate|bad_(?:peer_)?certificate|invalid_certificate_chain|peer_certificate_(?:unknown|revoked)"
        r"|error_default_trust_store)",
    ),
    shaped("tls-unknown", ("not trusted",), r"certificate of .{1,80} is not trusted|certificate is not trusted"),
    shaped("cut", ("connection reset",), r"curl: \(35\) recv failure: connection reset"),
    plain("tls-plain", "http response to https client | first record does not look like a tls handshake"),
    plain(
        "tls-failed",
        """
handshake failure | wrong version number | wrong_version_number | gnutls_handshake() failed | ssl handshake failed |
tls handshake failed | tls negotiation failed | tls (ssl) negotiation failed | tls_error_negotiation_failure |
routines::unsupported protocol | protocol version not supported | ssl_error_syscall | ssl connect error | tlsv1 alert |
ssl: sslv3_alert | curl: (35) | curl error (35)
""",
    ),
    shaped("tls-failed", ("aws_io_tls_",), r"aws_io_tls_[a-z_]{3,60}"),
    shaped("tls-failed", ("tls: ",), r"\btls: unspecified error"),
)
