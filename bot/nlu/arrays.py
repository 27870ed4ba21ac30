"""The one array type of the package: floating-point numbers of any width."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
