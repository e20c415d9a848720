"""A Dask scheduler that somebody else runs: how it is reached."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Client
    from tornado.ioloop import IOLoop


def connected(address: str, loop: IOLoop, timeout_s: float) -> Client:
    """Connect to a scheduler.

    Parameters
    ----------
    address : str
        Such as ``tcp://host:8786``, or ``tls://host:8786`` where Dask's configuration names the
        files with the keys.
    loop : IOLoop
        What the connection runs in. Without one, each that fails would leave a thread behind.
    timeout_s : float
        How long the scheduler may take to answer.

    Raises
    ------
    ValueError
        If that cannot be an address, or the files with the keys cannot be read.
    OSError
        If there is no answer.
    """
    from distributed import Client, Security

    is_tls, place = parsed(address)
    try:
        keys = Security().get_connection_args("client")
    except OSError as error:
        raise ValueError(f"the TLS files of Dask's configuration cannot be read: {error}") from None
    if is_tls and not keys["ssl_context"]:
        raise ValueError(
            "it speaks TLS, and Dask's configuration names no files for that; set "
            "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, ..__CLIENT__CERT and ..__CLIENT__KEY"
        )
    # Dask's own error for a host that nobody knows says nothing.
    socket.create_connection(place, timeout_s).close()
    return Client(address, timeout=timeout_s, set_as_default=False, loop=loop)


def parsed(address: str) -> tuple[bool, tuple[str, int]]:
    """Return whether an address is of TLS, and its host and port.

    Raises
    ------
    ValueError
        If that cannot be an address of a scheduler.
    """
    from distributed.comm.addressing import parse_address, parse_host_port

    how, place = parse_address(address)
    if how not in ("tcp", "tls"):
        raise ValueError(f"it begins with {how}://; tcp:// and tls:// are understood")
    return how == "tls", parse_host_port(place)


def is_open(addresses: tuple[str, ...]) -> bool:
    """Return whether others can run programs by a scheduler: without a key, from elsewhere.

    Parameters
    ----------
    addresses : tuple of str
        Where it is reached, and where it says that it listens.
    """
    places = map(parsed, addresses)
    return any(not is_tls and not _is_loopback(host) for is_tls, (host, _) in places)


def _is_loopback(host: str) -> bool:
    """Return whether only this machine reaches a host; a name that nobody knows here is another."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return all(ip_address(str(place[0]).partition("%")[0]).is_loopback for *_, place in found)
