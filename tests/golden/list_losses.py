"""Writes list_losses.json.gz: losses over lists and their gradients, by plain PyTorch formulas in float64.

Every loss is written pair by pair or document by document as its paper has it, on one list, and differentiated by
autograd; the weights of the lambda losses are detached. Nothing is shared with the library's way to compute it.
"""

import math

import torch

from rows import write_rows

torch.manual_seed(3)
F64 = torch.float64


def tensor(values):
    return torch.tensor(values, dtype=F64)


def softplus(x):
    return torch.logaddexp(x, torch.zeros_like(x))


# Each loss of one list gives the sum of weight * term, and the sum of weights.


def label_pairs(s, y, w, term, weight=lambda wi, wj: wi):
    """Over y_i > y_j."""
    total, weights = s.sum() * 0, 0.0
    for i in range(len(s)):
        for j in range(len(s)):
            if y[i] > y[j]:
                v = weight(w[i], w[j])
                total = total + v * term(s[i] - s[j], y[i] - y[j])
                weights += v
    return total, weights


def ranknet(s, y, w, sigma=1.0):
    return label_pairs(s, y, w, lambda d, _: softplus(-sigma * d))


def pairwise_hinge(s, y, w, margin=1.0):
    return label_pairs(s, y, w, lambda d, _: torch.clamp(margin - d, min=0))


def pairwise_squared(s, y, w, equal_targets=True):
    def mean(wi, wj):
        return (wi + wj) / 2

    def term(d, m):
        return (m - d) ** 2

    total, weights = label_pairs(s, y, w, term, mean)
    if equal_targets:
        for i in range(len(s)):
            for j in range(i):
                if y[i] == y[j]:
                    total = total + mean(w[i], w[j]) * term(s[i] - s[j], y[i] - y[j])
                    weights += mean(w[i], w[j])
    return total, weights


def margin_mse(s, y, w):
    return pairwise_squared(s, y, w)


def lambda_loss(s, y, w, scheme, mu=10.0, sigma=1.0, k=0, truncation="either", gain="exponential", log_base="two",
                score_normalized=False, log_normalized=False):
    n = len(s)
    k = k or n
    place = torch.empty(n, dtype=torch.long)
    place[torch.sort(s.detach(), descending=True, stable=True).indices] = torch.arange(1, n + 1)
    discount = 1 / torch.log2(1 + place.to(F64))
    gains = 2**y - 1 if gain == "exponential" else y
    best = torch.sort(gains, descending=True).values[:k]
    gains = gains / (best / torch.log2(torch.arange(2, len(best) + 2).to(F64))).sum()
    unit = 1 / math.log(2) if log_base == "two" else 1.0
    total, weights, forces = s.sum() * 0, 0.0, 0.0
    for i in range(n):
        for j in range(n):
            first, last = min(place[i], place[j]), max(place[i], place[j])
            if (first if truncation == "either" else last) > k:
                continue
            if scheme == "ndcg_loss1":
                delta = gains[i] * discount[i]
            elif not y[i] > y[j]:
                continue
            else:
                d = (last - first).to(F64)
                by_distance = abs(gains[i] - gains[j]) * abs(1 / torch.log2(1 + d) - 1 / torch.log2(2 + d))
                by_place = abs(gains[i] - gains[j]) * abs(discount[i] - discount[j])
                delta = {
                    "ndcg_loss2": by_distance,
                    "ndcg_loss2pp": by_place + mu * by_distance,
                    "lambdarank": by_place,
                    "label_difference": y[i] - y[j],
                    "squared_label_difference": y[i] ** 2 - y[j] ** 2,
                }[scheme]
            if score_normalized and s.max() != s.min():
                delta = delta / (0.01 + abs(s[i] - s[j]).detach())
            delta = w[i] * delta
            total = total + delta * softplus(-sigma * (s[i] - s[j])) * unit
            forces += 2 * float(delta * sigma / (1 + torch.exp(sigma * (s[i] - s[j]).detach())))
            weights += w[i]
    if log_normalized and forces > 0:
        total = total * math.log2(1 + forces) / forces
    return total, weights


def lambdarank(s, y, w, k=30, **options):
    return lambda_loss(s, y, w, "lambdarank", k=k, **options)


def listnet(s, y, w):
    return -(w * torch.softmax(y, 0) * torch.log_softmax(s, 0)).sum(), 1.0


def softmax(s, y, w):
    return -(w * y * torch.log_softmax(s, 0)).sum(), float((w * y).sum())


def listmle(s, y, w, place_weights="equal"):
    order = torch.sort(y, descending=True, stable=True).indices
    n, total, weights = len(s), s.sum() * 0, 0.0
    for r in range(1, n + 1):
        p = {"equal": 1.0, "exponential": (2.0 ** (n - r) - 1) / (2.0 ** (n - 1) - 1) if n > 1 else 0.0,
             "discount": 1 / math.log2(1 + r)}[place_weights] * float(w[order[r - 1]])
        total = total - p * (s[order[r - 1]] - torch.logsumexp(s[order[r - 1:]], 0))
        weights += p
    return total, weights


def mse(s, y, w):
    return (w * (s - y) ** 2).sum(), float(w.sum())


def pointwise_sigmoid(s, y, w, largest_label=1.0):
    t = (y / largest_label).clamp(0, 1)
    return (w * (t * softplus(-s) + (1 - t) * softplus(s))).sum(), float(w.sum())


def ordinal(s, y, w):
    levels = torch.arange(1, s.shape[1] + 1)
    reaches = (y[:, None] >= levels).to(F64)
    each = torch.nn.functional.binary_cross_entropy_with_logits(s, reaches, reduction="none").sum(1)
    return (w * each).sum(), float(w.sum())


COUNTS_ALWAYS = {"mse", "pointwise_sigmoid", "ordinal"}
LOSSES = {"ranknet": ranknet, "pairwise_hinge": pairwise_hinge, "pairwise_squared": pairwise_squared,
          "margin_mse": margin_mse, "lambdarank": lambdarank, "lambda_loss": lambda_loss, "listnet": listnet,
          "softmax": softmax, "listmle": listmle, "mse": mse, "pointwise_sigmoid": pointwise_sigmoid,
          "ordinal": ordinal}


def informative(loss, y, options):
    if loss in COUNTS_ALWAYS:
        return len(y) > 0
    if loss == "margin_mse" or (loss == "pairwise_squared" and options.get("equal_targets", True)):
        return len(y) > 1
    return len(y) > 1 and bool(y.max() > y.min())


def batch(loss, s, y, w, q, sizes, terms, reduction, options):
    each, counted, begin = [], [], 0
    for size, query_weight in zip(sizes, q):
        own = slice(begin, begin + size)
        begin += size
        if not informative(loss, y[own], options):
            each.append(s.sum() * 0)
            continue
        total, weights = LOSSES[loss](s[own], y[own], w[own], **options)
        if terms == "mean":
            total = total / weights if weights > 0 else total * 0
        each.append(query_weight * total)
        counted.append(query_weight * (weights if terms == "batch_mean" else 1.0))
    if reduction == "none":
        return torch.stack(each)
    total = torch.stack(each).sum()
    return total if reduction == "sum" else total / max(float(sum(counted)), 1e-300)


SETTINGS = [
    ("ranknet", [{}, {"sigma": 0.5}, {"sigma": 3.0}], True),
    ("pairwise_hinge", [{}, {"margin": 0.3}], True),
    ("pairwise_squared", [{}, {"equal_targets": False}], True),
    ("margin_mse", [{}], True),
    ("lambdarank", [{}, {"k": 3}, {"k": 2, "truncation": "both", "gain": "linear"}, {"sigma": 2.0, "log_base": "natural"},
                    {"log_base": "natural", "score_normalized": True, "log_normalized": True}], True),
    ("lambda_loss", [{"scheme": "ndcg_loss1"}, {"scheme": "ndcg_loss1", "k": 3}, {"scheme": "ndcg_loss1", "k": 3, "truncation": "both"},
                     {"scheme": "ndcg_loss2"}, {"scheme": "ndcg_loss2pp"}, {"scheme": "ndcg_loss2pp", "mu": 3.0, "k": 4},
                     {"scheme": "lambdarank"}, {"scheme": "label_difference"}, {"scheme": "squared_label_difference", "k": 3},
                     ], True),
    ("listnet", [{}], False),
    ("softmax", [{}], True),
    ("listmle", [{}, {"place_weights": "exponential"}, {"place_weights": "discount"}], True),
    ("mse", [{}], True),
    ("pointwise_sigmoid", [{}, {"largest_label": 4.0}], True),
    ("ordinal", [{}], True),
]
SIZES = [7, 0, 1, 4, 5, 12, 2]


def main():
    y = tensor([2, 0, 1, 1, 0, 3, 0] + [2] + [1, 1, 1, 1] + [0, 0, 0, 0, 0] + [4, 0, 0, 1, 2, 0, 0, 3, 1, 0, 1, 0] + [0, 1])
    # Exact in float32, as the labels are; some equal.
    s = (torch.randn(len(y), dtype=F64) * 1.5).to(torch.float32).to(F64)
    s[3] = s[2]
    s[22] = s[20]
    levels = torch.randn(len(y), 4, dtype=F64).to(torch.float32).to(F64)
    document_weights = (torch.rand(len(y), dtype=F64) * 2).to(torch.float32).to(F64)
    document_weights[4] = 0
    query_weights = tensor([1.0, 2.0, 0.5, 3.0, 1.0, 0.25, 1.5])
    rows = []
    for loss, all_options, has_terms in SETTINGS:
        for options in all_options:
            for terms in ["sum", "mean", "batch_mean"] if has_terms else ["sum"]:
                for reduction, weighted in [("mean", False), ("mean", True), ("sum", True), ("none", True)]:
                    x = (levels if loss == "ordinal" else s).clone().requires_grad_()
                    w = document_weights if weighted else torch.ones(len(y), dtype=F64)
                    q = query_weights if weighted else torch.ones(len(SIZES), dtype=F64)
                    result = batch(loss, x, y, w, q, SIZES, terms, reduction, options)
                    cotangent = torch.linspace(0.5, 2, len(SIZES), dtype=F64) if reduction == "none" else tensor(1.0)
                    result.backward(cotangent)
                    rows.append({
                        "loss": loss, "options": options, "terms": terms, "reduction": reduction, "sizes": SIZES,
                        "predictions": x.detach().flatten().tolist(), "targets": y.tolist(),
                        "query_weights": q.tolist() if weighted else None,
                        "document_weights": w.tolist() if weighted else None,
                        "result": result.detach().flatten().tolist(), "cotangent": cotangent.flatten().tolist(),
                        "gradient": x.grad.flatten().tolist(),
                    })
    write_rows("list_losses.json.gz", rows)


if __name__ == "__main__":
    main()
