"""The tape's cost per operation against PyTorch's eager mode: bar B12."""

from functools import partial
from typing import Any

from compare.library import Library
from compare.timing import Contender, Effort, Rounds, time_in_turn

OPERATIONS = 1000
ELEMENTS = (1, 32, 1024)

OURS = "ranktape"
TORCH = "PyTorch eager"


def measure(library: Library, effort: Effort) -> dict[str, Any]:
    library.set_num_threads(1)
    missing: dict[str, str] = {}
    rounds: dict[str, Rounds] = {}
    for elements in ELEMENTS:
        contenders = [Contender(OURS, [library.chain(elements, OPERATIONS)])]
        try:
            contenders.append(Contender(TORCH, [partial(_torch_chain, *_torch_inputs(elements))]))
        except ImportError as error:
            missing[TORCH] = f"{error}; run bash bench/run.sh peers"
        rounds[str(elements)] = time_in_turn(contenders, effort)
        library.raise_error()
    library.clear()
    return {"rounds": rounds, "missing": missing}


def _torch_inputs(elements: int) -> tuple[Any, Any]:
    import torch

    torch.set_num_threads(1)
    return torch.ones(elements, requires_grad=True), torch.ones(elements)


def _torch_chain(start: Any, cotangent: Any) -> None:
    """The operations of bench/chain.hpp."""
    import torch

    y = start
    for _ in range(OPERATIONS // 2):
        y = y * 0.5 + 1.0
    torch.autograd.grad(y, start, cotangent)
