"""Writes python_written.safetensors with the Python package safetensors: a file that this library did not write, for its reader."""

import numpy as np
from safetensors.numpy import load_file, save_file

from rows import HERE

TENSORS = {
    "layer.weight": np.array([[0.5, -1.25, 3.0], [0.1, 1e-30, -65504.0]], dtype=np.float32),
    "layer.bias": np.array([1.0, -2.0, 0.333], dtype=np.float32),
    "feature_mean": np.array([0.1, -1e300], dtype=np.float64),
}
METADATA = {"format": "ranktape-test", "note": 'quotes " and \\ and é', "layer_sizes": "[2, 3]"}

if __name__ == "__main__":
    path = HERE / "python_written.safetensors"
    save_file(TENSORS, path, metadata=METADATA)
    read = load_file(path)
    assert all(read[name].dtype == value.dtype and np.array_equal(read[name], value) for name, value in TENSORS.items())
    print(f"{path.name}: {path.stat().st_size} bytes")
