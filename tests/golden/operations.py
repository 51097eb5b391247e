"""Writes operations.json: values and gradients of operations, from PyTorch in float64."""

import torch
import torch.nn.functional as F

from rows import tensor_row, write_rows

generator = torch.Generator().manual_seed(3)


def draw(*shape, scale=1.0):
    return scale * torch.randn(shape, generator=generator, dtype=torch.float64)


def row(op, options, inputs, function):
    """inputs: name -> tensor. The cotangent is drawn; the gradients are those of sum(cotangent * output)."""
    inputs = {name: value.clone().requires_grad_() for name, value in inputs.items()}
    output = function(*inputs.values())
    cotangent = torch.randn(output.shape, generator=generator, dtype=torch.float64)
    gradients = torch.autograd.grad(output, list(inputs.values()), cotangent)
    return {"op": op, "options": options, "inputs": [{"name": n, **tensor_row(t)} for n, t in inputs.items()], "output": tensor_row(output),
            "cotangent": tensor_row(cotangent), "input_gradients": [tensor_row(g) for g in gradients]}


def standardise(x, epsilon):
    mean = x.mean(-1, keepdim=True)
    variance = (x - mean).square().mean(-1, keepdim=True)
    return (x - mean) / (variance + epsilon).sqrt()


def elementwise():
    functions = [
        ("gelu", [{}], lambda x: F.gelu(x, approximate="none")),
        ("silu", [{}], F.silu),
        ("softplus", [{}], lambda x: F.softplus(x, threshold=50)),  # torch's default returns x itself from 20 on: off by 2e-9 there
        ("elu", [{"alpha": 1.0}, {"alpha": 0.3}], lambda x, alpha: F.elu(x, alpha)),
        ("leaky_relu", [{"slope": 0.01}, {"slope": 0.2}], lambda x, slope: F.leaky_relu(x, slope)),
    ]
    inputs = [draw(20), draw(3, 8, scale=3.0), torch.linspace(-30.0, 30.0, 24, dtype=torch.float64)]
    return [row(op, options, {"x": x}, lambda t: function(t, **options)) for op, choices, function in functions for options in choices for x in inputs]


def reductions():
    rows = []
    for x in (draw(12), draw(4, 6, scale=3.0), draw(2, 3, 5), 800.0 + draw(3, 6), draw(3, 7, scale=300.0)):
        rows.append(row("log_softmax", {"axis": x.dim() - 1}, {"x": x}, lambda t: torch.log_softmax(t, -1)))
    for x in (draw(12), draw(4, 6, scale=3.0), draw(2, 3, 5), draw(3, 6, scale=300.0)):
        for axis in [*range(x.dim()), None]:  # null: over all elements
            axes = tuple(range(x.dim())) if axis is None else axis
            rows.append(row("logsumexp", {"axis": axis}, {"x": x}, lambda t: torch.logsumexp(t, axes)))
    for x in (draw(11), draw(4, 6), draw(2, 3, 4, scale=10.0), 1000.0 + draw(3, 8)):
        for axis in [*range(x.dim()), None]:
            for unbiased in (False, True):
                rows.append(row("variance", {"axis": axis, "unbiased": unbiased}, {"x": x},
                                lambda t: torch.var(t, axis, correction=int(unbiased))))
    for x in (draw(13), draw(4, 6), draw(2, 3, 4)):
        for axis in range(x.dim()):
            rows.append(row("cumulative_sum", {"axis": axis}, {"x": x}, lambda t: torch.cumsum(t, axis)))
    for x in (draw(10), draw(4, 7, scale=5.0), 100.0 + draw(2, 12), 1e-3 * draw(3, 5)):
        for epsilon in (1e-6, 1e-2):
            rows.append(row("standardise", {"epsilon": epsilon}, {"x": x}, lambda t: standardise(t, epsilon)))
    return rows


def layers():
    rows = []
    for n, d in ((4, 6), (1, 10), (7, 5)):
        inputs = {"x": draw(n, d, scale=2.0), "weight": 1 + 0.3 * draw(d), "bias": draw(d)}
        rows.append(row("layer_norm", {"epsilon": 1e-5}, inputs, lambda x, w, b: F.layer_norm(x, (d,), w, b, eps=1e-5)))
    for m, k, n in ((3, 4, 5), (1, 6, 2), (5, 1, 3)):
        for transpose_a in (False, True):
            for transpose_b in (False, True):
                inputs = {"a": draw(k, m) if transpose_a else draw(m, k), "b": draw(n, k) if transpose_b else draw(k, n)}
                rows.append(row("matmul", {"transpose_a": transpose_a, "transpose_b": transpose_b}, inputs,
                                lambda a, b: (a.T if transpose_a else a) @ (b.T if transpose_b else b)))
    for n, k, m in ((4, 5, 3), (1, 7, 2), (9, 3, 1)):
        inputs = {"x": draw(n, k), "weight": draw(k, m), "bias": draw(m)}  # weight is [inputs, outputs]: x W + b
        rows.append(row("linear", {}, inputs, lambda x, w, b: x @ w + b))
    return rows


if __name__ == "__main__":
    write_rows("operations.json", elementwise() + reductions() + layers())
