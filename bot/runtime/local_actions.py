"""The project's actions in this process: nothing is sent to a second server and back."""

from __future__ import annotations

from typing import Any

from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from bot.runtime.workers import Inline


class LocalActions(EndpointConfig):
    """An action endpoint that runs the SDK's own executor instead of calling a server."""

    def __init__(self, workers: Inline | None = None) -> None:
        super().__init__(url="local:actions")
        self._workers = workers or Inline()
        self._executor = ActionExecutor()
        self._executor.register_package("actions")

    @property
    def names(self) -> set[str]:
        """Names of the actions on offer."""
        return set(self._executor.actions)

    async def request(self, json: dict[str, Any] | None = None, **_: Any) -> Any:
        """Run the action that Rasa asks for, as ``POST /webhook`` of the action server would."""
        return await self._workers.act(lambda: self._executor.run(json or {}))
