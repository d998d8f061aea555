"""A media worker's process: started by control with one end of a socketpair, never by hand."""

import argparse
import asyncio
import resource
import socket
import sys

import structlog

from pinegate.adapters.media import worker


def main() -> None:
    """``python -m pinegate.entrypoints.media_worker --fd N``; exits when control closes the channel."""
    parser = argparse.ArgumentParser(description="Pinegate's media worker; control starts it.")
    parser.add_argument("--fd", type=int, required=True, help="inherited end of control's socketpair")
    control = socket.socket(fileno=parser.parse_args().fd)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a descriptor a viewer
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asyncio.run(worker.run(control))


if __name__ == "__main__":
    main()
