"""ranktape through bench/shim, by ctypes. A call costs up to a microsecond more than in C++; that stays in our time."""

import ctypes
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from compare.problem import FloatArray, Operation

Call = Callable[[], object]


class LibraryError(RuntimeError):
    """What the library threw."""


class Library:
    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise FileNotFoundError(f"{path} is not built: run bash bench/run.sh programs")
        self._shim = ctypes.CDLL(str(path))
        self._shim.shim_error.restype = ctypes.c_char_p
        self._shim.shim_run.argtypes = [ctypes.c_void_p]
        self._shim.shim_run.restype = None
        self._shim.shim_delete.argtypes = [ctypes.c_void_p]
        self._handles: list[int] = []

    def set_num_threads(self, count: int) -> None:
        self._shim.shim_set_num_threads(ctypes.c_int(count))
        self.raise_error()

    def raise_error(self) -> None:
        """Raises what any job threw since the last time: jobs are too short to be asked after each run."""
        if text := self._shim.shim_error():
            raise LibraryError(text.decode())

    def rank(self, operation: Operation, strength: float, values: FloatArray, cotangent: FloatArray) -> Call:
        """Forward and backward of an operation."""
        rows, columns = values.shape
        return self._job(
            "shim_new_rank",
            operation.value.encode(),
            ctypes.c_double(strength),
            _pointer(values),
            _pointer(cotangent),
            ctypes.c_int64(rows),
            ctypes.c_int64(columns),
        )

    def spearman(self, strength: float, predictions: FloatArray, targets: FloatArray) -> Call:
        rows, columns = predictions.shape
        return self._job(
            "shim_new_spearman",
            ctypes.c_double(strength),
            _pointer(predictions),
            _pointer(targets),
            ctypes.c_int64(rows),
            ctypes.c_int64(columns),
        )

    def sort_floor(self, values: FloatArray) -> Call:
        """Packs each row into keys of value and position, and sorts them."""
        rows, columns = values.shape
        return self._job("shim_new_sort_floor", _pointer(values), ctypes.c_int64(rows), ctypes.c_int64(columns))

    def chain(self, elements: int, operations: int) -> Call:
        """Forward and backward over a chain of elementwise operations."""
        return self._job("shim_new_chain", ctypes.c_int64(elements), ctypes.c_int64(operations))

    def adam(self, layers: tuple[int, ...]) -> Call:
        """A step of the optimizer over the parameters of an MLP, with fixed gradients."""
        sizes = (ctypes.c_int64 * len(layers))(*layers)
        return self._job("shim_new_adam", sizes, ctypes.c_int64(len(layers)))

    def library_step(self) -> Call:
        """A training step, on the next batch."""
        return self._job("shim_new_library_step")

    def hand_written_step(self) -> Call:
        """The same as a plain loop over the library's kernels."""
        return self._job("shim_new_hand_written_step")

    def training_loss(self) -> float:
        """Of the step that was taken last."""
        loss = self._shim.shim_training_loss
        loss.restype = ctypes.c_double
        return float(loss())

    def training_batch(
        self, batch: int, features: tuple[int, int], targets: tuple[int, int]
    ) -> tuple[FloatArray, FloatArray]:
        arrays = np.empty(features, np.float32), np.empty(targets, np.float32)
        self._shim.shim_training_batch(ctypes.c_int64(batch), *map(_pointer, arrays))
        return arrays

    def training_parameters(self, count: int) -> FloatArray:
        """What a training step begins with: of each layer the weights, [inputs, outputs], and the biases."""
        values = np.empty(count, np.float32)
        self._shim.shim_training_parameters(_pointer(values))
        return values

    def result(self, shape: tuple[int, ...]) -> tuple[FloatArray, FloatArray]:
        """Output and gradient of the rank job that ran last."""
        output, gradient = np.empty(shape, np.float32), np.empty(shape, np.float32)
        self._shim.shim_read(_pointer(output), _pointer(gradient))
        self.raise_error()
        return output, gradient

    def clear(self) -> None:
        """Frees all jobs: their calls must not be used again."""
        for handle in self._handles:
            self._shim.shim_delete(handle)
        self._handles.clear()

    def _job(self, constructor: str, *arguments: object) -> Call:
        make = getattr(self._shim, constructor)
        make.restype = ctypes.c_void_p
        handle = make(*arguments)
        self.raise_error()
        self._handles.append(handle)
        return partial(self._shim.shim_run, handle)


def _pointer(array: FloatArray) -> ctypes.c_void_p:
    if array.dtype != np.float32 or not array.flags.c_contiguous:
        raise TypeError(f"the shim reads contiguous float32, not {array.dtype} with strides {array.strides}")
    return ctypes.c_void_p(array.ctypes.data)
