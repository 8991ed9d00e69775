"""The parts of ``benchmarks/gpu.py``: what each measures, within seconds of its own, as plain values for JSON."""
