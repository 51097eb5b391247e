"""Losses of soft ranks by their definitions, list by list, with gradients by PyTorch's autograd in float64.

Nothing here is fast, and nothing shares a formula with the library: ranks are sums over all pairs, projections are found
by pooling adjacent violators and differentiated block by block, the greatest DCG is that of the sorted gains.
"""

import gzip
import json
import math
import pathlib

import torch

HERE = pathlib.Path(__file__).resolve().parent
torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(20)


# Soft ranks


def in_units(temperature, unit, s):
    if unit == "per_item":
        return temperature / len(s)
    if unit == "spread":
        spread = s.detach().std(unbiased=False).item()
        return temperature * (spread if spread > 0 else 1.0) / len(s)
    return temperature


def laplace(z):
    below, above = torch.where(z < 0, z, 0.0), torch.where(z < 0, 0.0, z)  # clamp has no gradient at 0
    return torch.where(z < 0, 0.5 * torch.exp(below), 1 - 0.5 * torch.exp(-above))


def pooled_ranks(s, strength, regularization):
    """Blondel et al. 2020: pool adjacent violators of v, then the ranks of each block from its members."""
    n = len(s)
    order = sorted(range(n), key=lambda i: -s[i].item())
    theta = s[order] / strength
    rho = torch.arange(n, 0, -1, dtype=torch.float64)

    def level(block):
        if regularization == "l2":
            return (theta[block] - rho[block]).mean().item()
        return (torch.logsumexp(theta[block], 0) - rho[block].sum().log()).item()

    blocks = []
    for i in range(n):
        blocks.append([i])
        while len(blocks) > 1 and level(blocks[-2]) <= level(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    ranks = [None] * n
    for block in blocks:
        if regularization == "l2":
            own = theta[block] - theta[block].mean() + rho[block].mean()
        else:
            own = torch.softmax(theta[block], 0) * rho[block].sum()
        for place, rank in zip(block, own):
            ranks[order[place]] = rank
    return torch.stack(ranks)


def soft_ranks(s, rank, direction):
    t = in_units(rank["temperature"], rank["temperature_unit"], s)
    x = s if direction == "ascending" else -s
    if rank["relaxation"] in ("l2", "kl"):
        return pooled_ranks(x, t, rank["relaxation"])
    function = torch.sigmoid if rank["relaxation"] == "sigmoid" else laplace
    return 0.5 + function((x[:, None] - x[None, :]) / t).sum(1)


def average_ranks(y, direction):
    x = y if direction == "ascending" else -y
    return (x[:, None] > x[None, :]).double().sum(1) + ((x[:, None] == x[None, :]).double().sum(1) + 1) / 2


# The loss of one list, or None if it has no information


def gains_of(y, gain, w):
    if gain == "linear":
        return y * w
    greatest = y.max()
    if greatest > 600:  # in units of 2^greatest: a factor drops out
        return (torch.exp2(y - greatest) - torch.exp2(-greatest)) * w
    return (torch.exp2(y) - 1) * w


def greatest_dcg(g, k):
    falling = torch.sort(g, descending=True).values
    discounts = 1 / torch.log2(2 + torch.arange(len(g), dtype=torch.float64))
    if k:
        discounts[k:] = 0
    return (falling * discounts).sum()


def ndcg(r, y, w, o):
    g = gains_of(y, o["gain"], w)
    if len(y) < 2 or (g == g[0]).all():
        return None
    discount = 1 / torch.log2(1 + r)
    if o["k"] and len(y) > o["k"]:
        discount = discount * torch.sigmoid((o["k"] + 0.5 - r) / o["truncation_width"])
    return 1 - (g * discount).sum() / greatest_dcg(g, o["k"])


def spearman(r, y, w, o):
    n = len(y)
    if o["place_weights"] == "discount":
        w = w / torch.log2(1 + average_ranks(y, "descending"))
    direction = o["rank"].get("direction", "ascending")
    a = average_ranks(y, direction)
    if o["target_ranks"] == "average":
        b = a
    elif o["target_ranks"] == "soft":
        b = soft_ranks(y, o["rank"], direction)
    else:
        b = gains_of(y, o["gain"], torch.ones(n)) * (1 if direction == "ascending" else -1)
    counted = y[w > 0]
    if len(counted) < 2 or (counted == counted[0]).all():
        return None

    def mean(x):
        return (w * x).sum() / w.sum()

    b = b - mean(b)
    norm_b = (w * b * b).sum().sqrt()
    d = r - mean(r)
    if o["normalization"] == "soft_ranks":
        squares = (w * d * d).sum()
        if squares < 1e-24:  # all scores equal
            return torch.ones(())
        return 1 - (w * b * d).sum() / (norm_b * squares.sqrt())
    # Each of m equal targets has each of their m hard ranks equally often.
    spread = 0.0
    for i in range(n):
        tied = int((y == y[i]).sum())
        first = a[i].item() - (tied - 1) / 2
        spread += w[i].item() * sum((first + q - mean(a).item()) ** 2 for q in range(tied)) / tied
    return 1 - (w * b * d).sum() / (math.sqrt(spread) * norm_b)


def reciprocal_rank(r, y, w, o):
    relevant = y >= o["relevant_label"]
    if relevant.all() or not (relevant & (w > 0)).any():
        return None
    values = w[relevant] / r[relevant]
    if o["relevant"] == "sum":
        return 1 - values.sum()
    return 1 - torch.amax(values)  # which shares the gradient among equal values


def top_k(s, y, w, o, recall):
    n, k = len(y), o["k"]
    relevant = y >= o["relevant_label"]
    if n <= k or relevant.all() or not (relevant & (w > 0)).any():
        return None
    t = in_units(o["temperature"], o["temperature_unit"], s)
    low, high = s.min().item() - 800 * t, s.max().item() + 800 * t
    for _ in range(300):
        middle = (low + high) / 2
        low, high = (middle, high) if laplace((middle - s.detach()) / t).sum() < n - k else (low, middle)
    b = torch.tensor((low + high) / 2)
    slope = (torch.exp(-(b - s.detach()).abs() / t) / (2 * t)).sum()
    b = b - (laplace((b - s) / t).sum() - (n - k)) / slope  # a Newton step, by which autograd sees what b depends on
    c = w * relevant
    return 1 - (c * laplace((s - b) / t)).sum() / (c.sum() if recall else k)


def neural_ndcg(s, y, w, o):
    """As allRank: deterministic_neural_sort, sinkhorn_scaling (without its clamps), then the discounted gains."""
    n = len(y)
    g = gains_of(y, o["gain"], w)
    if n < 2 or (g == g[0]).all():
        return None
    t = in_units(o["temperature"], o["temperature_unit"], s)
    distances = (s[:, None] - s[None, :]).abs().sum(1)
    coefficients = n + 1 - 2 * torch.arange(1, n + 1, dtype=torch.float64)
    p = torch.softmax((coefficients[:, None] * s[None, :] - distances[None, :]) / t, 1)
    for _ in range(o["iterations"]):
        p = p / p.sum(0, keepdim=True)
        p = p / p.sum(1, keepdim=True)
        if (p.sum(0) - 1).abs().max() <= o["tolerance"]:
            break
    discounts = 1 / torch.log2(2 + torch.arange(n, dtype=torch.float64))
    if o["k"]:
        discounts[o["k"]:] = 0
    return 1 - (discounts * (p @ g)).sum() / greatest_dcg(g, o["k"])


def loss_of_list(name, o, s, y, w):
    if name in ("soft_ndcg", "approx_ndcg"):
        return ndcg(soft_ranks(s, o["rank"], "descending"), y, w, o)
    if name == "spearman":
        return spearman(soft_ranks(s, o["rank"], o["rank"].get("direction", "ascending")), y, w, o)
    if name == "soft_reciprocal_rank":
        return reciprocal_rank(soft_ranks(s, o["rank"], "descending"), y, w, o)
    if name in ("soft_precision", "soft_recall"):
        return top_k(s, y, w, o, name == "soft_recall")
    return neural_ndcg(s, y, w, o)


def reduced(losses, query_weights, reduction):
    """`losses` has None for lists without information."""
    zero = torch.zeros(())
    weighted = [zero if loss is None else q * loss for loss, q in zip(losses, query_weights)]
    if reduction == "none":
        return torch.stack(weighted)
    total = sum(weighted, zero)
    weight = sum(q for loss, q in zip(losses, query_weights) if loss is not None)
    return total / weight if reduction == "mean" and weight > 0 else total


def evaluate(name, o, data, reduction):
    s = torch.tensor(data["predictions"], requires_grad=True)
    y, w = torch.tensor(data["targets"]), torch.tensor(data["document_weights"] or [1.0] * len(s))
    q = data["query_weights"] or [1.0] * len(data["sizes"])

    def of_lists(part, options):
        begin, losses = 0, []
        for size in data["sizes"]:
            own = slice(begin, begin + size)
            losses.append(loss_of_list(part, options, s[own], y[own], w[own]) if size else None)
            begin += size
        return reduced(losses, q, reduction)

    if name == "rank_mixture":
        common = {"rank": o["rank"] | {"direction": "descending"}, "gain": o["gain"], "k": o["k"]}
        value = o["ndcg"] * of_lists("soft_ndcg", common | {"truncation_width": 1.0})
        value = value + o["spearman"] * of_lists("spearman", common | {
            "normalization": "hard_ranks", "target_ranks": "average", "place_weights": "equal"})
        if o["reciprocal_rank"]:
            value = value + o["reciprocal_rank"] * of_lists(
                "soft_reciprocal_rank", common | {"relevant": "best", "relevant_label": 1.0})
    else:
        value = of_lists(name, o)
    cotangent = torch.randn(value.shape, generator=generator)
    assert torch.isfinite(value).all(), (name, o)
    (value * cotangent).sum().backward()
    gradient = s.grad if s.grad is not None else torch.zeros_like(s)
    return {"loss": name, "options": o, "reduction": reduction, **data, "value": value.detach().flatten().tolist(),
            "cotangent": cotangent.flatten().tolist(), "gradient": gradient.tolist()}


# The data


def ragged(labels, weights, tied_scores=False, scale=1.0):
    """Lists with tied labels, one without a relevant document, constant, single and empty ones."""
    sizes = [len(y) for y in labels]
    targets = [float(v) for y in labels for v in y]
    scores = torch.randn(len(targets), generator=generator) * scale
    if tied_scores:
        scores = (scores * 2).round() / 2
    data = {"sizes": sizes, "predictions": scores.tolist(), "targets": targets, "query_weights": None,
            "document_weights": None}
    if weights:
        data["query_weights"] = torch.rand(len(sizes), generator=generator).tolist()
        data["query_weights"][min(3, len(sizes) - 1)] = 0.0
        w = torch.rand(len(targets), generator=generator) + 0.2
        w[::5] = 0
        data["document_weights"] = w.tolist()
    return data


USUAL = [[2, 0, 1, 1, 0, 4], [], [3], [1, 0, 0], [2, 2, 2], [0, 0, 0, 0], [0, 3, 1, 0, 2, 1, 0, 0, 1], [1, 0]]
OTHER = [[0.5, 2.25, 1.5, 0.5, 7.125], [40, 3, 35, 40, 0], [1, 0]]
HUGE = [[2000, 1990, 0, 1999.5], [3, 1, 0], [700, 650, 699, 700, 0]]


def rank(relaxation, temperature, unit="absolute", **more):
    return {"relaxation": relaxation, "temperature": temperature, "temperature_unit": unit, **more}


RANKS = [rank("sigmoid", 0.3), rank("sigmoid", 2.0, "per_item"), rank("lapsum", 0.3), rank("lapsum", 1.0, "spread"),
         rank("l2", 0.7), rank("l2", 8.0, "per_item"), rank("kl", 1.0)]


def main():
    rows = []
    reductions = ["mean", "sum", "none"]

    def add(name, options, labels=USUAL, **how):
        weights = len(rows) % 2 == 1
        reduction = reductions[len(rows) % 3]
        rows.append(evaluate(name, options, ragged(labels, weights, **how), reduction))

    def tied(r):  # where equal scores are no kink
        return r["relaxation"] in ("sigmoid", "lapsum")

    for r in RANKS:
        for gain in ("exponential", "linear"):
            for k, width in ((0, 1.0), (2, 1.0), (3, 0.25)):
                add("soft_ndcg", {"rank": r, "gain": gain, "k": k, "truncation_width": width}, tied_scores=tied(r))
    for labels in (OTHER, HUGE):
        for gain in ("exponential", "linear"):
            add("soft_ndcg", {"rank": RANKS[0], "gain": gain, "k": 0, "truncation_width": 1.0}, labels)
            add("soft_ndcg", {"rank": RANKS[2], "gain": gain, "k": 2, "truncation_width": 1.0}, labels)
    for _ in range(3):
        add("approx_ndcg", {"rank": rank("sigmoid", 0.1), "gain": "exponential", "k": 0, "truncation_width": 1.0})
    for r in RANKS:
        for normalization in ("hard_ranks", "soft_ranks"):
            for target in ("average", "soft", "gains"):
                for places in ("equal", "discount"):
                    direction = ("ascending", "descending")[len(rows) // 2 % 2]
                    add("spearman", {"rank": r | {"direction": direction}, "normalization": normalization,
                                     "target_ranks": target, "place_weights": places, "gain": "exponential"},
                        tied_scores=tied(r))
    add("spearman", {"rank": RANKS[0], "normalization": "hard_ranks", "target_ranks": "gains",
                     "place_weights": "equal", "gain": "linear"}, OTHER)
    for r in RANKS:
        for relevant in ("best", "sum"):
            for label in (1.0, 2.0):
                add("soft_reciprocal_rank", {"rank": r, "relevant": relevant, "relevant_label": label},
                    tied_scores=tied(r))
    for name in ("soft_precision", "soft_recall"):
        for k in (1, 3, 5):
            for t, unit in ((0.3, "absolute"), (2.0, "per_item")):
                add(name, {"k": k, "temperature": t, "temperature_unit": unit, "relevant_label": 1.0},
                    tied_scores=k == 3)
    for gain in ("exponential", "linear"):
        for k in (0, 2):
            for iterations, tolerance in ((50, 1e-6), (0, 1e-6), (3, 0.0)):
                for t, unit in ((1.0, "absolute"), (20.0, "per_item")):
                    add("neural_ndcg", {"temperature": t, "temperature_unit": unit, "gain": gain, "k": k,
                                        "iterations": iterations, "tolerance": tolerance}, scale=0.5)
    for r in (rank("sigmoid", 1.0), rank("lapsum", 1.0), rank("l2", 32.0, "per_item"), rank("kl", 1.0)):
        for parts in ((1.0, 0.3, 0.0), (1.0, 1.0, 0.5), (0.0, 2.0, 0.0)):
            add("rank_mixture", {"rank": r, "ndcg": parts[0], "spearman": parts[1], "reciprocal_rank": parts[2],
                                 "gain": "exponential", "k": 3 if parts[2] else 0})
    text = ",\n".join(json.dumps(row, allow_nan=False) for row in rows)
    with gzip.GzipFile(HERE / "rank_losses.json.gz", "wb", mtime=0) as file:
        file.write(("[\n" + text + "\n]\n").encode())
    print(f"rank_losses.json.gz: {len(rows)} rows")


if __name__ == "__main__":
    main()
