"""On what a figure was taken: without that it means nothing."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def describe(threads: int) -> dict[str, str]:
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores seen by the system, {_vectors()}",
        "load": f"{os.getloadavg()[0]:.2f} over the minute before",
        "threads": str(threads),
        "commit": _commit(),
        "system": f"{_system()}, Python {platform.python_version()}",
        "peers": _peers(),
    }


def _processor() -> str:
    return _field("model name") or platform.machine()


def _vectors() -> str:
    flags = (_field("flags") or "").split()
    return next((name for name in ("avx512f", "avx2", "sse4_1") if name in flags), "no vector extension known")


def _field(name: str) -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), None)


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def _commit() -> str:
    """With a word where files differ from it: results alone do not count."""
    commit = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!bench/results")
    return f"{commit} with changes" if changed else commit


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else "not from a git checkout"


def _peers() -> str:
    packages = ("torch", "torchsort", "fast-soft-sort", "numba", "numpy", "jax", "softjax", "matplotlib")
    return ", ".join(f"{package} {found}" for package in packages if (found := _version(package)))


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
