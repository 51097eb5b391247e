"""The peers behind one face: forward and backward of an operation on an array of rows, one thread.

Inputs become tensors of the peer's own before the clock starts; where a peer has several ways in, the fastest is taken.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from compare.problem import PERMUTAHEDRON, FloatArray, Operation, Shape
from compare.timing import Call


class Peer(ABC):
    """Making one raises ImportError where the library is not installed."""

    name: str
    operations: tuple[Operation, ...]
    many_rows: bool = True
    longest_row: int = 10**9  # beyond it, a call takes longer than anybody waits

    def takes(self, operation: Operation, shape: Shape) -> bool:
        fits = shape.columns <= self.longest_row and (self.many_rows or shape.rows == 1)
        return fits and operation in self.operations

    @abstractmethod
    def call(self, operation: Operation, strength: float, values: FloatArray, cotangent: FloatArray) -> Call:
        """Returns output and gradient, as the peer's own arrays of the type of `values`."""

    def evaluate(
        self, operation: Operation, strength: float, values: FloatArray, cotangent: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """The same as NumPy's arrays of the shape of `values`."""
        results: Any = self.call(operation, strength, values, cotangent)()
        output, gradient = (self.to_numpy(result).reshape(values.shape) for result in results)
        return output, gradient

    def to_numpy(self, array: Any) -> FloatArray:
        return np.asarray(array)


class _TorchPeer(Peer):
    """A function with PyTorch's automatic differentiation."""

    def __init__(self) -> None:
        import torch

        torch.set_num_threads(1)
        self._torch = torch

    @abstractmethod
    def _forward(self, operation: Operation, strength: float) -> Callable[[Any], Any]: ...

    def call(self, operation: Operation, strength: float, values: FloatArray, cotangent: FloatArray) -> Call:
        leaf = self._torch.tensor(values, requires_grad=True)
        upstream = self._torch.tensor(cotangent)
        forward = self._forward(operation, strength)
        differentiate = self._torch.autograd.grad

        def forward_and_backward() -> object:
            output = forward(leaf)
            return output, *differentiate(output, leaf, upstream)

        return forward_and_backward

    def to_numpy(self, array: Any) -> FloatArray:
        return array.detach().numpy()


class Torchsort(_TorchPeer):
    name = "torchsort"
    operations = PERMUTAHEDRON

    def __init__(self) -> None:
        super().__init__()
        import torchsort

        self._functions = {True: torchsort.soft_sort, False: torchsort.soft_rank}

    def _forward(self, operation: Operation, strength: float) -> Callable[[Any], Any]:
        function = self._functions[operation.sorts]
        regularization = operation.regularization
        return lambda values: function(values, regularization, strength)


class LapSum(_TorchPeer):
    name = "LapSum"
    operations = (Operation.LAPSUM_SORT,)

    def __init__(self) -> None:
        super().__init__()
        from lapsum.sort import soft_sort

        self._sort = soft_sort

    def _forward(self, operation: Operation, strength: float) -> Callable[[Any], Any]:
        return lambda values: self._sort(values, strength)


class FastSoftSort(Peer):
    """Blondel et al.'s own, through NumPy: its PyTorch wrapper does the same with copies around it."""

    name = "fast-soft-sort"
    # Not soft_sort kl: its gradient there is that of another function (softmax of the wrong argument).
    operations = (Operation.RANK_L2, Operation.RANK_KL, Operation.SORT_L2)
    many_rows = False
    longest_row = 100_000

    def __init__(self) -> None:
        from fast_soft_sort import numpy_ops
        from fast_soft_sort.third_party import isotonic

        if not hasattr(isotonic.isotonic_l2, "py_func"):
            raise ImportError("fast-soft-sort has found no Numba, without which nobody would use it")
        self._operations = numpy_ops

    def call(self, operation: Operation, strength: float, values: FloatArray, cotangent: FloatArray) -> Call:
        make = self._operations.SoftSort if operation.sorts else self._operations.SoftRank
        regularization = operation.regularization
        (row,), (upstream,) = values, cotangent

        def forward_and_backward() -> object:
            function = make(row, regularization_strength=strength, regularization=regularization)
            return function.compute(), function.vjp(upstream)

        return forward_and_backward


class Softjax(Peer):
    """Its projection onto the permutahedron, compiled before the clock starts."""

    name = "softjax"
    operations = (Operation.RANK_L2,)
    many_rows = False
    longest_row = 10_000

    def __init__(self) -> None:
        import jax
        import softjax

        jax.config.update("jax_enable_x64", True)  # for the comparison in float64; what is timed stays float32
        self._jax = jax
        self._rank = softjax.rank
        self._compiled: dict[float, Any] = {}

    def call(self, operation: Operation, strength: float, values: FloatArray, cotangent: FloatArray) -> Call:
        softness = strength * (values.shape[1] - 1)
        if softness not in self._compiled:
            self._compiled[softness] = self._jax.jit(self._forward_and_backward(softness))
        function = self._compiled[softness]
        (row,), (upstream,) = self._jax.numpy.asarray(values), self._jax.numpy.asarray(cotangent)
        wait = self._jax.block_until_ready
        return lambda: wait(function(row, upstream))

    def _forward_and_backward(self, softness: float) -> Callable[[Any, Any], Any]:
        def rank(row: Any) -> Any:
            return self._rank(
                row, softness=softness, mode="c0", method="fast_soft_sort", descending=False, standardize=False
            )

        def forward_and_backward(row: Any, upstream: Any) -> Any:
            output, pull_back = self._jax.vjp(rank, row)
            (gradient,) = pull_back(upstream)
            return output, gradient

        return forward_and_backward


HOW_TO_GET = {
    "torchsort": "run bash bench/run.sh peers",
    "fast-soft-sort": "run bash bench/run.sh peers --fast-soft-sort=DIRECTORY with a git checkout of it",
    "softjax": "run bash bench/run.sh peers --python=PYTHON with a Python of 3.12 or later",
    "LapSum": "run bash bench/run.sh peers --lapsum=DIRECTORY with a git checkout of it",
}


def available_peers() -> tuple[list[Peer], dict[str, str]]:
    """The peers that can be loaded; and of each other one, why it cannot."""
    peers: list[Peer] = []
    missing: dict[str, str] = {}
    for peer in (Torchsort, FastSoftSort, Softjax, LapSum):
        try:
            peers.append(peer())
        except ImportError as error:
            missing[peer.name] = f"{error}; {HOW_TO_GET[peer.name]}"
    return peers, missing
