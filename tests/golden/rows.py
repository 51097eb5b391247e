"""How the golden files are written: a JSON list, one row a line, every double in its shortest exact form, no NaN."""

import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent


def write_rows(name, rows):
    text = ",\n".join(json.dumps(row, allow_nan=False) for row in rows)
    (HERE / name).write_text("[\n" + text + "\n]\n")
    print(f"{name}: {len(rows)} rows")


def tensor_row(tensor):
    return {"shape": list(tensor.shape), "values": tensor.detach().flatten().tolist()}
