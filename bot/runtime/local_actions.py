"""The project's actions in this process, for ``guide ask`` and tests that need no second server."""

from __future__ import annotations

from typing import Any

from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor


class LocalActions(EndpointConfig):
    """An action endpoint that runs the SDK's own executor instead of calling a server."""

    def __init__(self) -> None:
        super().__init__(url="local:actions")
        self._executor = ActionExecutor()
        self._executor.register_package("actions")

    @property
    def names(self) -> set[str]:
        """Names of the actions on offer."""
        return set(self._executor.actions)

    async def request(self, json: dict[str, Any] | None = None, **_: Any) -> Any:
        """Run the action that Rasa asks for, as ``POST /webhook`` of the action server would."""
        return await self._executor.run(json or {})
