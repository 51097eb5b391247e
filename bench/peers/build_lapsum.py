"""Builds the CPU half of LapSum's soft_sort in a copy of its sources, and puts that copy on the environment's path.

Its own setup.py demands CUDA, and builds top-k alone. What it does for the CPU is done here: the same compiler
settings (those that this Python was built with), the same replacement of a name that PyTorch 2.6 removed.
"""

import sys
import sysconfig
from pathlib import Path

from torch.utils.cpp_extension import load


def main(source: Path) -> None:
    sort = source / "lapsum" / "sort"
    code = sort / "cpu" / "soft_sort.cpp"
    code.write_text(code.read_text().replace(".type()", ".scalar_type()"))
    load(
        name="soft_sort_cpu",
        sources=[str(code)],
        build_directory=str(sort / "extension"),
        # Without these `load` would not optimise.
        extra_cflags=sysconfig.get_config_var("CFLAGS").split(),
        extra_ldflags=["-Wl,--no-as-needed", "-lm", "-fopenmp"],
    )
    # It imports the CUDA half as well, and uses it for tensors of a GPU only.
    (sort / "extension" / "soft_sort_cuda.py").touch()
    path_file = Path(sysconfig.get_paths()["purelib"]) / "lapsum.pth"
    path_file.write_text(f"{source}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
