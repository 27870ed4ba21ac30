"""The action server with the guide's logs: ``python -m bot.runtime.action_server --actions actions --port 5055``."""

from __future__ import annotations

from bot.runtime.logs import mask_logs


def main() -> None:
    """Rasa's own action server; takes its options."""
    mask_logs()
    from rasa_sdk.__main__ import main as serve

    serve()


if __name__ == "__main__":
    main()
