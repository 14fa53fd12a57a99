"""What an exit code means, by the command that ended with it: some programs give their codes a meaning of their own."""

from __future__ import annotations

import re

_GENERAL = {
    1: "a general failure; the program's own words count",
    2: "wrong use of a command, or a failure of a program that counts its codes from 2",
    124: "a time limit that was set for the command ran out",
    125: "docker itself could not run the container",
    126: "the command was found and may not be executed",
    127: "a command was not found",
    128: "git or a shell gave up",
    129: "the connection to the terminal was closed",
    130: "it was interrupted, as by Ctrl-C",
    132: "the processor lacks an instruction that the program uses",
    134: "the program ended itself because something was impossible",
    135: "memory or a file that the program had mapped was not there any more",
    137: "the kernel killed it, mostly because memory ran out",
    139: "the program crashed",
    141: "the program that it wrote to was gone",
    143: "it was asked to end from outside",
    255: "a program of another processor, an ssh connection that broke, or a failure without a number",
}
_CURL = {
    3: "the address is malformed",
    5: "the proxy's name could not be resolved",
    6: "the host's name could not be resolved",
    7: "no connection to the host",
    18: "the file came only in part",
    22: "the server answered with an error status",
    23: "what came could not be written",
    28: "it took too long",
    35: "no encrypted connection could be made",
    52: "the server answered nothing",
    56: "the connection broke while receiving, or the proxy refused",
    60: "the certificate is not trusted",
    77: "the file of trusted certificates cannot be read",
    92: "the connection broke inside of HTTP/2",
    97: "the proxy could not be shaken hands with",
}
_OF = (
    (re.compile(r"\bcurl\b"), _CURL),
    (re.compile(r"\bapt(?:-get)?\b|\bdpkg\b"), {100: "apt gave up; its lines beginning with E: say why"}),
    (re.compile(r"\bunzip\b"), {9: "the file is no zip archive", 3: "the zip archive is damaged", 50: "the disk is full"}),
    (
        re.compile(r"\bwget\b"),
        {4: "the network failed", 5: "the certificate is not trusted", 8: "the server answered with an error status"},
    ),
    (re.compile(r"\brsync\b"), {11: "a file could not be written", 12: "the other side ended early", 23: "some files were not copied"}),
    (
        re.compile(r"\baws\b|create-raw-to-ami"),
        {254: "AWS refused the call", 252: "the call was wrong by its form", 253: "keys or settings are missing"},
    ),
)


def exit_meaning(code: int, command: str) -> str:
    """In a few words; for a code of no known meaning that."""
    for names, codes in _OF:
        if code in codes and names.search(command):
            return codes[code]
    return _GENERAL.get(code, "a code that this program chose itself")
