"""How the golden files are written: a JSON list, one row a line, every double in its shortest exact form, no NaN."""

import gzip
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent


def write_rows(name, rows):
    text = ",\n".join(json.dumps(row, allow_nan=False) for row in rows)
    text = "[\n" + text + "\n]\n"
    packed = gzip.compress(text.encode(), mtime=0) if name.endswith(".gz") else text.encode()
    (HERE / name).write_bytes(packed)
    print(f"{name}: {len(rows)} rows")


def tensor_row(tensor):
    return {"shape": list(tensor.shape), "values": tensor.detach().flatten().tolist()}
