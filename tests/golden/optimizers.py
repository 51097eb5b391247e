"""Writes optimizers.json, schedules.json and clipping.json from torch.optim and torch.nn.utils, in float64."""

import math

import torch

from rows import tensor_row, write_rows

SHAPES = [(3,), (2, 2)]
STEPS = 10
# The size of the gradient changes from step to step: a large one early, then small ones, is where AMSGrad differs from Adam.
SCALES = [1.0, 0.1, 20.0, 0.5, 0.01, 3.0, 0.2, 0.0, 1.0, 0.05]

SGD = dict(learning_rate=0.1, momentum=0.0, dampening=0.0, nesterov=False, weight_decay=0.0)
ADAM = dict(learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0, decoupled_weight_decay=False, amsgrad=False)

CASES = [
    ("sgd_plain", "sgd", {}),
    ("sgd_momentum", "sgd", dict(momentum=0.9)),
    ("sgd_momentum_dampening", "sgd", dict(momentum=0.9, dampening=0.3)),
    ("sgd_nesterov", "sgd", dict(momentum=0.8, nesterov=True)),
    ("sgd_weight_decay", "sgd", dict(weight_decay=0.05)),
    ("sgd_momentum_nesterov_weight_decay", "sgd", dict(momentum=0.9, nesterov=True, weight_decay=0.05)),
    ("sgd_momentum_dampening_weight_decay", "sgd", dict(momentum=0.7, dampening=0.5, weight_decay=0.01)),
    ("adam_default", "adam", dict(learning_rate=0.001)),
    ("adam_large_rate", "adam", dict(learning_rate=0.1)),
    ("adam_weight_decay", "adam", dict(weight_decay=0.1)),
    ("adamw", "adam", dict(weight_decay=0.1, decoupled_weight_decay=True)),
    ("adam_amsgrad", "adam", dict(beta2=0.9, amsgrad=True)),
    ("adam_without_amsgrad", "adam", dict(beta2=0.9)),
    ("adam_amsgrad_weight_decay", "adam", dict(beta2=0.9, amsgrad=True, weight_decay=0.1)),
    ("adamw_amsgrad", "adam", dict(beta2=0.9, amsgrad=True, weight_decay=0.1, decoupled_weight_decay=True)),
    ("adam_other_betas", "adam", dict(beta1=0.5, beta2=0.95, epsilon=1e-3)),
    ("adam_no_first_moment", "adam", dict(beta1=0.0, beta2=0.99, epsilon=1e-6)),
]
SCHEDULED = {"sgd_momentum", "sgd_nesterov", "adam_default", "adamw"}  # also run with a rate that changes at every step


def make_optimizer(kind, options, parameters):
    if kind == "sgd":
        return torch.optim.SGD(parameters, lr=options["learning_rate"], momentum=options["momentum"], dampening=options["dampening"],
                               nesterov=options["nesterov"], weight_decay=options["weight_decay"], foreach=False)
    make = torch.optim.AdamW if options["decoupled_weight_decay"] else torch.optim.Adam
    return make(parameters, lr=options["learning_rate"], betas=(options["beta1"], options["beta2"]), eps=options["epsilon"],
                weight_decay=options["weight_decay"], amsgrad=options["amsgrad"], foreach=False)


def trajectory(name, kind, changed, scheduled):
    generator = torch.Generator().manual_seed(7)
    draw = lambda shape: torch.randn(shape, generator=generator, dtype=torch.float64)
    options = {**(SGD if kind == "sgd" else ADAM), **changed}
    parameters = [draw(shape).requires_grad_() for shape in SHAPES]
    row = {"name": name + ("_scheduled" if scheduled else ""), "optimizer": kind, "options": options,
           "parameters": [tensor_row(p) for p in parameters], "learning_rates": [], "gradients": [], "parameters_after": []}
    optimizer = make_optimizer(kind, options, parameters)
    for step in range(STEPS):
        rate = options["learning_rate"] * (0.5 ** step if scheduled else 1.0)
        for group in optimizer.param_groups:
            group["lr"] = rate
        for parameter, shape in zip(parameters, SHAPES):
            parameter.grad = SCALES[step] * draw(shape)
        row["learning_rates"].append(rate)
        row["gradients"].append([p.grad.flatten().tolist() for p in parameters])
        optimizer.step()
        row["parameters_after"].append([p.detach().flatten().tolist() for p in parameters])
    return row


def torch_rates(make_schedule, rate, steps):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
    schedule = make_schedule(optimizer)
    rates = []
    for step in range(steps):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        if step + 1 < steps:
            optimizer.step()
            schedule.step()
    return rates


COSINE = ("t < warm_up_steps: learning_rate * (t + 1) / warm_up_steps; t >= total_steps: minimum_learning_rate; between: minimum_learning_rate + "
          "(learning_rate - minimum_learning_rate) * 0.5 * (1 + cos(pi * (t - warm_up_steps) / (total_steps - warm_up_steps)))")
ONE_CYCLE = ("low = max_lr / div_factor, end = low / final_div_factor, peak = pct_start * total_steps - 1 (a real number), last = total_steps - 1, "
             "between(a, b, f) = b + (a - b) * 0.5 * (1 + cos(pi * f)); t <= peak: between(low, max_lr, t / peak); "
             "after: between(max_lr, end, (t - peak) / (last - peak))")


def cosine_rates(learning_rate, warm_up_steps, total_steps, minimum_learning_rate, steps):
    rates = []
    for t in range(steps):
        if t < warm_up_steps:
            rates.append(learning_rate * (t + 1) / warm_up_steps)
        elif t >= total_steps:
            rates.append(minimum_learning_rate)
        else:
            part = (t - warm_up_steps) / (total_steps - warm_up_steps)
            rates.append(minimum_learning_rate + (learning_rate - minimum_learning_rate) * 0.5 * (1 + math.cos(math.pi * part)))
    return rates


def check_cosine(options, rates):
    """Between the warm-up and the end the rates are those of torch's CosineAnnealingLR."""
    first, length = options["warm_up_steps"], options["total_steps"] - options["warm_up_steps"]
    ours = rates[first:options["total_steps"]]
    theirs = torch_rates(lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, length, options["minimum_learning_rate"]),
                         options["learning_rate"], len(ours))
    assert max(abs(a - b) for a, b in zip(ours, theirs)) < 1e-14 * options["learning_rate"] * length, options


def one_cycle_rates(max_lr, total_steps, pct_start, div_factor, final_div_factor, steps):
    low, peak, last = max_lr / div_factor, pct_start * total_steps - 1, total_steps - 1
    between = lambda a, b, f: b + (a - b) * 0.5 * (1 + math.cos(math.pi * f))
    return [between(low, max_lr, t / peak) if t <= peak else between(max_lr, low / final_div_factor, (t - peak) / (last - peak))
            for t in range(steps)]


def schedules(steps=50):
    library = torch.optim.lr_scheduler
    rows = [{"schedule": "constant", "options": {"learning_rate": 0.03}, "formula": "learning_rate", "learning_rates": [0.03] * steps}]
    for size, gamma in ((10, 0.5), (7, 0.1), (1, 0.95)):
        options = {"learning_rate": 0.1, "step_size": size, "gamma": gamma}
        rows.append({"schedule": "step", "options": options, "formula": "learning_rate * gamma^floor(t / step_size)",
                     "learning_rates": torch_rates(lambda o: library.StepLR(o, size, gamma), 0.1, steps)})
    for gamma in (0.9, 0.99):
        options = {"learning_rate": 0.2, "gamma": gamma}
        rows.append({"schedule": "exponential", "options": options, "formula": "learning_rate * gamma^t",
                     "learning_rates": torch_rates(lambda o: library.ExponentialLR(o, gamma), 0.2, steps)})
    for warm_up, total, minimum in ((5, 50, 0.0), (0, 50, 0.001), (10, 40, 0.002), (1, 60, 0.0)):
        options = {"learning_rate": 0.05, "warm_up_steps": warm_up, "total_steps": total, "minimum_learning_rate": minimum}
        rates = cosine_rates(**options, steps=steps)
        check_cosine(options, rates)
        rows.append({"schedule": "cosine", "options": options, "formula": COSINE, "learning_rates": rates})
    for total, start, divisor, final in ((50, 0.3, 25.0, 1e4), (60, 0.1, 10.0, 100.0), (50, 0.5, 4.0, 1e3)):
        options = {"max_lr": 0.2, "total_steps": total, "pct_start": start, "div_factor": divisor, "final_div_factor": final}
        rates = torch_rates(lambda o: library.OneCycleLR(o, cycle_momentum=False, **options), 0.2, steps)
        assert max(abs(a - b) for a, b in zip(rates, one_cycle_rates(**options, steps=steps))) < 1e-14, options
        rows.append({"schedule": "one_cycle", "options": options, "formula": ONE_CYCLE, "learning_rates": rates})
    return rows


def clipping():
    generator = torch.Generator().manual_seed(11)
    rows = []
    for scale in (0.01, 1.0, 100.0, 0.0):
        gradients = [scale * torch.randn(shape, generator=generator, dtype=torch.float64) for shape in SHAPES]
        for op, limit in (("clip_norm", 1.0), ("clip_norm", 2.5), ("clip_value", 0.5)):
            parameters = [torch.zeros(shape, dtype=torch.float64, requires_grad=True) for shape in SHAPES]
            for parameter, gradient in zip(parameters, gradients):
                parameter.grad = gradient.clone()
            norm = torch.linalg.vector_norm(torch.cat([g.flatten() for g in gradients])).item()
            if op == "clip_norm":
                torch.nn.utils.clip_grad_norm_(parameters, limit)
            else:
                torch.nn.utils.clip_grad_value_(parameters, limit)
            rows.append({"op": op, "limit": limit, "gradients": [tensor_row(g) for g in gradients], "norm": norm,
                         "clipped": [tensor_row(p.grad) for p in parameters]})
    return rows


if __name__ == "__main__":
    write_rows("optimizers.json", [trajectory(*case, scheduled) for case in CASES for scheduled in (False, True)
                                   if not scheduled or case[0] in SCHEDULED])
    write_rows("schedules.json", schedules())
    write_rows("clipping.json", clipping())
