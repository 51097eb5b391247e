"""Before a ratio is taken: do both sides compute the same?

Our float32 results are held against the peer's float64 ones, as float32 is where peers go wrong: how far its float32
results, which are what is timed, are off is reported beside.
"""

from dataclasses import asdict, dataclass

import numpy as np

from compare.library import Library
from compare.peers import Peer
from compare.problem import FloatArray, Input, Operation

# Of our largest element, as a peer's may be an overflow. The library promises 2e-7 and 5e-7 (docs/mathematics.md); the
# peers' float64 leaves them some room.
OUTPUT_TOLERANCE = 1e-6
GRADIENT_TOLERANCE = 2e-6
# Peers join blocks whose values differ by less than 1e-9, which gives the few documents in them another gradient.
GRADIENT_EXCEPTIONS = 1e-3


class Disagreement(RuntimeError):
    """Two sides that compute different things must not be compared for speed."""


@dataclass(frozen=True)
class Agreement:
    """Largest differences, of our largest element; None where the peer's results are not finite."""

    output: float | None
    gradient: float | None  # but for the elements apart
    gradients_apart: float | None  # the share of elements that differ by more than noise
    peer_float32_output: float | None
    peer_float32_gradient: float | None

    def to_json(self) -> dict[str, float | None]:
        return asdict(self)


def check_agreement(library: Library, peer: Peer, operation: Operation, strength: float, case: Input) -> Agreement:
    """Raises Disagreement if the results differ by more than float32 noise."""
    library.rank(operation, strength, case.values, case.cotangent)()
    output, gradient = library.result(case.values.shape)
    what = f"{operation} {case.values.shape} strength {strength:g}"
    if not (np.isfinite(output).all() and np.isfinite(gradient).all()):
        raise Disagreement(f"{what}: ranktape's result is not finite")
    exact_output, exact_gradient = peer.evaluate(
        operation, strength, case.values.astype(np.float64), case.cotangent.astype(np.float64)
    )
    peer_output, peer_gradient = peer.evaluate(operation, strength, case.values, case.cotangent)
    # Which of two equal values comes first is anybody's choice, and each has the gradient of its place.
    alone = ~_repeated(case.values)
    output_differences = _differences(output, exact_output)
    gradient_differences = _differences(gradient, exact_gradient)[alone]
    apart = gradient_differences > GRADIENT_TOLERANCE
    _demand(f"{what}: outputs of ranktape and {peer.name}", output_differences, OUTPUT_TOLERANCE, exceptions=0)
    _demand(
        f"{what}: gradients of ranktape and {peer.name}", gradient_differences, GRADIENT_TOLERANCE, GRADIENT_EXCEPTIONS
    )
    return Agreement(
        output=_largest(output_differences),
        gradient=_largest(gradient_differences[~apart]),
        gradients_apart=float(apart.mean()) if np.isfinite(gradient_differences).all() else None,
        peer_float32_output=_largest(_differences(output, peer_output)),
        peer_float32_gradient=_largest(_differences(gradient, peer_gradient)[alone]),
    )


def _repeated(values: FloatArray) -> np.ndarray:
    """Which elements occur more than once in their row."""
    order = np.argsort(values, axis=1)
    in_order = np.take_along_axis(values, order, axis=1)
    as_next = np.zeros(values.shape, bool)
    as_next[:, :-1] = in_order[:, :-1] == in_order[:, 1:]
    as_either = as_next.copy()
    as_either[:, 1:] |= as_next[:, :-1]
    repeated = np.empty(values.shape, bool)
    np.put_along_axis(repeated, order, as_either, axis=1)
    return repeated


def _differences(ours: FloatArray, theirs: FloatArray) -> FloatArray:
    return np.abs(ours.astype(np.float64) - theirs) / np.abs(ours).max()


def _largest(differences: FloatArray) -> float | None:
    largest = float(differences.max(initial=0.0))
    return largest if np.isfinite(largest) else None


def _demand(what: str, differences: FloatArray, tolerance: float, exceptions: float) -> None:
    if not np.isfinite(differences).all():
        return  # nothing to compare with: torchsort's gradient of kl overflows at small strengths
    apart = np.count_nonzero(differences > tolerance)
    if apart > exceptions * differences.size:
        raise Disagreement(
            f"{what} (in float64) differ by up to {differences.max():.2g} of the largest element, by more than "
            f"{tolerance:g} in {apart} of {differences.size}; find out who is wrong before comparing speed"
        )
