"""The Rasa server of the guide: ``python -m bot.runtime.server --port 5005``."""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

import click

from bot.handoff.tickets import state_folder
from bot.runtime import hush, install, quiet


def serve(model: str, interface: str, port: int, shell: bool = False) -> None:
    """Run Rasa with the guide's channels until it is stopped.

    Args:
        model: path of the trained model.
        interface: address to listen on.
        shell: talk on this terminal instead of serving the channels of credentials.yml.
    """
    quiet()
    from rasa.core.run import serve_application
    from rasa.core.utils import AvailableEndpoints

    install()
    hush()
    if shell:
        from bot.runtime import shell as typed_shell

        typed_shell.install()
    serve_application(
        model_path=model,
        channel="cmdline" if shell else None,
        interface=interface,
        port=port,
        credentials=None if shell else _credentials(),
        enable_api=False,
        endpoints=AvailableEndpoints.read_endpoints("endpoints.yml"),
        conversation_id=f"shell:{uuid.uuid4().hex}",
    )


def _credentials() -> str:
    """The channels: credentials.yml, and Rasa's own REST channel for measuring when GUIDE_REST is 1."""
    if os.environ.get("GUIDE_REST") != "1":
        return "credentials.yml"
    path = state_folder() / "credentials-with-rest.yml"
    path.write_text(Path("credentials.yml").read_text(encoding="utf-8") + "\nrest:\n", encoding="utf-8")
    return str(path)


@click.command()
@click.option("--model", default="models/guide.tar.gz", show_default=True)
@click.option("--interface", default="127.0.0.1", show_default=True)
@click.option("--port", default=5005, show_default=True)
@click.option("--shell", is_flag=True)
def main(model: str, interface: str, port: int, shell: bool) -> None:
    """Run the guide's Rasa server; `guide serve` starts it with its action server."""
    serve(model, interface, port, shell)


if __name__ == "__main__":
    sys.exit(main())
