"""Writes attention_scorer.json: scores and gradients of the attention scorer, from PyTorch's TransformerEncoderLayer
(norm_first) run query by query in float64, with the library's names for the parameters."""

import torch

from rows import tensor_row, write_rows

torch.set_default_dtype(torch.float64)
torch.manual_seed(7)


class Scorer(torch.nn.Module):
    def __init__(self, features, width, heads, blocks, feed_forward, activation):
        super().__init__()
        self.input = torch.nn.Linear(features, width)
        self.blocks = torch.nn.ModuleList(
            torch.nn.TransformerEncoderLayer(width, heads, feed_forward, dropout=0, activation=activation, batch_first=True, norm_first=True)
            for _ in range(blocks))
        self.norm = torch.nn.LayerNorm(width)
        self.output = torch.nn.Linear(width, 1)

    def forward(self, features, sizes):
        scores = []
        for query in features.split(sizes):
            if len(query) > 0:
                x = self.input(query).unsqueeze(0)
                for block in self.blocks:
                    x = block(x)
                scores.append(self.output(self.norm(x)).flatten())
        return torch.cat(scores)

    def named(self, of):
        """The library's name and layout of every parameter: of(tensor) is the tensor itself, or its gradient."""
        result = {}

        def dense(name, weight, bias):
            result[name + ".weight"] = weight.T
            result[name + ".bias"] = bias

        dense("input", of(self.input.weight), of(self.input.bias))
        for i, block in enumerate(self.blocks):
            attention = block.self_attn
            for part, weight, bias in zip(("queries", "keys", "values"), of(attention.in_proj_weight).chunk(3), of(attention.in_proj_bias).chunk(3)):
                dense(f"blocks.{i}.{part}", weight, bias)
            dense(f"blocks.{i}.attended", of(attention.out_proj.weight), of(attention.out_proj.bias))
            dense(f"blocks.{i}.expand", of(block.linear1.weight), of(block.linear1.bias))
            dense(f"blocks.{i}.contract", of(block.linear2.weight), of(block.linear2.bias))
            for part, norm in (("attention_norm", block.norm1), ("feed_forward_norm", block.norm2)):
                result[f"blocks.{i}.{part}.weight"] = of(norm.weight)
                result[f"blocks.{i}.{part}.bias"] = of(norm.bias)
        result["norm.weight"], result["norm.bias"] = of(self.norm.weight), of(self.norm.bias)
        dense("output", of(self.output.weight), of(self.output.bias))
        return {name: tensor_row(tensor.contiguous()) for name, tensor in result.items()}


def row(features, width, heads, blocks, feed_forward, activation, sizes):
    model = Scorer(features, width, heads, blocks, feed_forward, activation)
    for parameter in model.parameters():  # PyTorch starts some at 0 or 1, where mistakes would not show
        torch.nn.init.normal_(parameter, std=0.4)
    x = torch.randn(sum(sizes), features, requires_grad=True)
    scores = model(x, sizes)
    cotangent = torch.randn(scores.shape)
    scores.backward(cotangent)
    return {"width": width, "heads": heads, "blocks": blocks, "feed_forward": feed_forward, "activation": activation, "sizes": sizes,
            "parameters": model.named(lambda tensor: tensor), "features": tensor_row(x), "scores": tensor_row(scores),
            "cotangent": tensor_row(cotangent), "gradients": model.named(lambda tensor: tensor.grad), "features_gradient": tensor_row(x.grad)}


write_rows("attention_scorer.json", [
    row(5, 8, 2, 2, 12, "relu", [6, 0, 1, 11, 2]),
    row(3, 6, 3, 1, 5, "gelu", [40, 3]),
    row(4, 4, 4, 3, 4, "relu", [1, 1, 7]),
])
