"""The reasons that programs give, in the words of all of them: what went wrong, whoever says so.

Each row is searched in the line in lower case; the first that fits wins, so the narrow ones come first.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from canvos_tui.core.diagnosis.harmless import only_mentioned
from canvos_tui.core.diagnosis.speech.reason_words import MACHINE, Words, plain, shaped, status
from canvos_tui.core.diagnosis.speech.tls_words import TLS


class Told(NamedTuple):
    """A reason and where its words stand in the line."""

    reason: str
    begin: int
    end: int


# what is waited for without a network: a disk, its driver, a lock, another program of the machine
_NO_DEVICE = (
    r"(?! ?(?:while )?waiting for (?:the |a |an )?(?:/dev/|devices?\b|udev|block|partition|lock|disk|process|unit|job|child|command|pid))"
    r"(?<!start operation timed out)(?<!stop operation timed out)(?<!/start timed out)(?<!/stop timed out)(?<!unit timed out)"
)

_TABLE: tuple[Words, ...] = (
    # -- the proxy itself, before what it says about others
    plain("proxy-login", "proxy authentication required | proxyauthenticationrequired | authentication required by proxy"),
    shaped(
        "proxy-login",
        ("407",),
        r"(?:\b407\b.{0,80}proxy|proxy.{0,120}\b407\b|response 407\b|error: 407\b"
        r"|status(?: code)?:? 407\b)",
    ),
    plain("proxy-login", "aws_error_http_proxy_strategy_"),
    plain("proxy-down", "aws_io_socks5_ | aws_error_s3_proxy_parse | aws_error_s3_unsupported_proxy"),
    shaped(
        "proxy-no-tls",
        ("proxy",),
        r"proxy.{0,160}(?:does not look like a tls|http response to https|wrong version number|wrong_version_number)",
    ),
    shaped(
        "proxy-refuses",
        ("tunnel", "connect"),
        r"(?:connect tunnel failed|tunnel connection failed|proxy tunneling failed)[^\d]{0,40}[345]\d\d",
    ),
    shaped(
        "proxy-refuses",
        ("proxy",),
        r"(?:received http code [345]\d\d from proxy|invalid response from proxy: http/[\d.]{1,3} [345]\d\d"
        r"|proxy responded with [345]\d\d|proxy.{0,40}refused to connect|proxy tunneling failed)",
    ),
    shaped("proxy-refuses", ("forbidden",), r'(?:get|head|post) "https://[^"]{1,400}": forbidden\b'),
    shaped(
        "proxy-down",
        ("proxy", "socks"),
        r"(?:complete socks[45]a? connection|proxyconnect tcp"
        r"|could(?:n't| not) resolve proxy|proxy connect\w* failed|connect\w* to (?:the )?proxy|proxyerror"
        r"|http_proxy_connect_failed|resolve proxy|proxy connect aborted|via proxy.{0,80}fail)",
    ),
    *TLS,
    # -- names
    shaped(
        "dns-broken",
        ("lookup ",),
        r"lookup [^\s:]{1,255}(?: on \S{1,80})?:? .{0,160}"
        r"(?:i/o timeout|server misbehaving|connection refused|no such device|unreachable|servfail)",
    ),
    plain(
        "dns-broken",
        """
server misbehaving | temporary failure in name resolution | temporary failure resolving | eai_again | servfail |
dns_query_again | dns: transient error | resolving timed out | name resolution timed out | no answer from name server |
no servers could be reached
""",
    ),
    plain("dns-missing", "no such host | nxdomain | non-existent domain"),
    shaped(
        "dns-unresolved",
        ("resol", "not known", "bad address", "unknown host", "getaddrinfo", "no address associated", "dns"),
        r"could(?:n't| not) resolve (?:host|the host|name|address|'|\S{1,200}\.\S)|can(?:not|'t) (?:be resolved|resolve (?:host"
        r"|name|'|\S{1,200}\.\S))"
        r"|(?:failed|unable|failure) to resolve (?:host|name|address|')"
        r"|name or service not known|nodename nor servname|name does not resolve|could not be resolved|unable to resolve host"
        r"|bad address '|unknown host\b|getaddrinfo (?:failed|enotfound)|no address associated with"
        r"|dns_invalid_name|dns_no_address|name ?resolution ?error"
        r"|dns: name does not exist|dns_query_failed|host_not_found|name resolution failed|failed to resolve '|dns resolution fail",
    ),
    # -- what a server answers
    *status(
        "http-429",
        "429",
        "too many",
        """
too many requests | toomanyrequests | pull rate limit | rate limit exceeded | rate-limited | rate limited | secondary rate limit |
temporarily limiting | api rate limit | download rate limit
""",
    ),
    *status(
        "http-5xx",
        "500|502|503|504|520|521|522|523|524|525|526|529",
        "bad gateway|service|gateway|internal|backend|web server|origin|<none>|unknown",
        """
bad gateway | service unavailable | service temporarily unavailable | gateway time-out | gateway timeout | internal server error |
server is overloaded | backend fetch failed | backend unavailable
""",
    ),
    plain(
        "login-wrong",
        """
incorrect username or password | invalid username/password | invalid username or password | wrong username or password |
invalid username or token |
username or password is incorrect | bad credentials | credentials are invalid | personal access token is expired |
access token has expired | authorization token has expired
""",
    ),
    *status(
        "http-401",
        "401",
        "unauthorized|authorization|authentication",
        """
unauthorized: | authentication required | authentication failed | no basic auth credentials | unauthenticated |
could not read username | requires authentication | access to the requested resource is not authorized
""",
    ),
    *status(
        "http-403",
        "403",
        "forbidden|access",
        """
requested access to the resource is denied | pull access denied | access denied | access forbidden | denied on resource |
insufficient_scope | (forbidden)
""",
    ),
    shaped("http-403", ("denied: ",), r"(?<!permission )\bdenied: [a-z]"),
    *status(
        "http-404",
        "404",
        "not found|page not found",
        """
manifest unknown | manifest_unknown | manifest not found | name unknown | name_unknown | repository not found | no such manifest
""",
    ),
    # -- the way
    shaped(
        "refused",
        ("refused",),
        r"connection (?:was )?refused(?=$|[\s\"'`]*(?:$|[:;,.)(\]>]))|connection_refused|connectionrefusederror"
        r"|actively refused|connect: refused"
        r"|failed to connect to \S{1,255} port \d+.{0,60}refused",
    ),
    plain(
        "no-route",
        """
no route to host | network is unreachable | network unreachable | host is unreachable | host unreachable | no_route_to_host |
cannot assign requested address
""",
    ),
    shaped("timeout", ("failure: ", "curl 28"), r"(?:recv|send) failure: (?:connection|operation) timed out|rpc failed; curl 28\b"),
    shaped("cut", ("aws_",), r"aws_error_http_(?:server_closed|goaway_received|rst_stream_received)|aws_io_broken_pipe"),
    plain(
        "cut",
        """
client connection lost | graceful shutdown goaway |
connection reset | broken pipe | connection was reset | connection was closed | connection aborted | connection_closed |
connection_reset | connection has closed | socket_closed | remotedisconnected | remote end closed connection |
the remote end hung up | was not closed cleanly | recv failure | send failure | gnutls recv error |
packet with unexpected length | improperly terminated | unexpected eof | unexpected disconnect | early eof | rpc failed; curl |
incompleteread | incomplete read | chunkedencodingerror | transfer closed with | bytes remaining to read |
bytes of body are still expected | server closed the connection | closed by the remote host | closed connection |
empty reply from server | server sent goaway | stream error: stream id | transport is closing | closing transport |
connectionreseterror | curl: (18) | curl: (52) | curl: (55) | curl: (56) | curl: (92) | curl error (18) | curl error (56) |
curl error (92)
""",
    ),
    shaped("cut", ("eof",), r"(?:: |\(|^)eof\b(?=$|[\s\"'`).,;:]*(?:$|received))"),
    shaped(
        "timeout",
        ("time", "deadline", "too slow"),
        rf"i/o timeout|timed[ _]out{_NO_DEVICE}"
        r"|time[- ]?out (?:exceeded|on |was reached|expired|after|error|while|reached|waiting)|timeout exceeded"
        r"|deadline[ _]exceeded|handshake timeout"
        r"|(?:connect|read|write|connection|request|gateway|socket|operation)[ _]?timeout\b|operation too slow"
        r"|timeouterror|timeout awaiting|etimedout|no response within|less than \d+ bytes/sec",
    ),
    shaped(
        "unreached",
        ("connect",),
        r"could(?: not|n't) connect to (?:server|host|the server)|failed to connect to \S{1,255}(?: port)?[ :]\d+"
        r"|unable to connect to (?:the )?(?:server|host)"
        r"|failed to establish a new connection|curl: \(7\)|curl error \(7\)|cannot connect to (?:server|host|remote)"
        r"|can't connect to remote host",
    ),
    plain("tls-failed", "ssl validation failed"),
    # -- the machine
    plain(
        "disk-full",
        """
no space left on device | enospc | not enough space | not enough free space | don't have enough free space |
do not have enough free space | insufficient disk space | insufficient space | insufficient free space | disk is full |
disk full | filesystem full | file system is full | file system full | out of disk space | no space left | not enough disk space |
at least one block group is full | database or disk is full
""",
    ),
    shaped("disk-full", ("more space ",), r"\b\d{1,7} ?[kmg]i?b more space (?:needed )?on the"),
    plain("quota", "disk quota exceeded | edquot | quota exceeded on device | user block limit reached"),
    plain("read-only", "read-only file system | read only file system | erofs"),
    plain(
        "memory",
        """
cannot allocate memory | can't allocate memory | ran out of memory | out of memory | not enough memory | memory exhausted |
memory allocation failed | memory allocation of | std::bad_alloc | bad_alloc | memoryerror | oom-kill | oom killed | oomkilled |
oom killer | enomem | signal: killed | killed by signal 9 | signal 9 (killed | failed to allocate memory |
unable to allocate memory | exit code: 137 | exit code 137 | exit status 137 | error 137 | cannot fork
""",
    ),
    shaped("memory", ("aws_",), r"aws_error_s3_(?:exceeds_memory_limit|buffer_allocation_failed|part_size_exceeds_memory)"),
    shaped("memory", ("killed",), r"killed signal terminated program|^(?:(?:\S+: )?(?:line \d+: )?)?\s*(?:\d+ )?killed(?:\s|$)"),
    plain(
        "wrong-cpu",
        """
exec format error | invalid elf image | cannot execute binary file | wrong elf class
""",
    ),
    shaped("wrong-cpu", ("could not open '/lib",), r"qemu\S{0,40}: could not open '/lib(?:64)?/ld-"),
)
# where a word begins in each line that gives a reason; in the second row are words that stand before one of the first within a word
ALARMS = frozenset({text for words in _TABLE for text in words.fixed if text}).union(
    ("aws_", "http_", "nameresol", "chunkedenc", "incompleteread", "dns_", "tls_", "ssl_", "ip sans", "oomkill", "proxyauth"),
    ("eai_", "servfail"),
)
_HEAD = 3  # characters with which each of the texts begins
_FIXED: dict[str, list[tuple[str, int]]] = {}
for _number, _words in enumerate(_TABLE):
    for _text in _words.fixed:
        _FIXED.setdefault(_text[:_HEAD], []).append((_text, _number))
REASONS = frozenset({words.reason for words in _TABLE} | {"no-ipv6", "region-unknown"})
NETWORK = frozenset(words.reason for words in _TABLE) - MACHINE | {"no-ipv6"}  # a second try may go better
_IPV6 = re.compile(r"\[[0-9a-f]{0,4}:[0-9a-f:.]{2,60}(?:%\w+)?\]|\((?:[0-9a-f]{1,4}:){2,7}[0-9a-f:.]{0,40}\)")


def reason_in(low: str) -> Told | None:
    """The reason that a line in lower case gives, if it gives one that is known."""
    for number in _rows_for(low):
        words = _TABLE[number]
        if found := words.regex.search(low):
            if only_mentioned(low, found.start(), found.end(), whole=words.whole):
                continue
            reason = words.reason
            if reason == "no-route" and _IPV6.search(low) and "timed out" not in low:
                reason = "no-ipv6"
            return Told(reason, found.start(), found.end())
    return None


def _rows_for(low: str) -> list[int]:
    """The rows of which a text stands in the line, in order."""
    heads = {low[at : at + _HEAD] for at in range(len(low))}.intersection(_FIXED)
    return sorted({number for head in heads for text, number in _FIXED[head] if text in low})
