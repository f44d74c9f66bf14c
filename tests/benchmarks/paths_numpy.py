"""The baseline of engine_benchmark, WeibullPaths, vectorized in NumPy: prints nanoseconds per opportunity and trial."""
import time

import numpy as np

STAGES, TRIALS, OPEN, DAYS = 6, 10_000, 40, 90


def simulate(random):
    stage = np.tile(np.arange(OPEN) % STAGES, (TRIALS, 1))
    day = np.zeros((TRIALS, OPEN))
    alive = np.ones((TRIALS, OPEN), dtype=bool)
    for _ in range(STAGES):
        day += 14 * random.weibull(1.2, (TRIALS, OPEN))
        alive &= (stage >= STAGES) | ((day < DAYS) & (random.random((TRIALS, OPEN)) < 0.75))
        stage = np.minimum(stage + 1, STAGES)
    return (alive * (np.arange(OPEN) + 1)).sum(axis=1)


random = np.random.default_rng(1)
simulate(random)
times = []
for _ in range(5):
    start = time.perf_counter()
    simulate(random)
    times.append(time.perf_counter() - start)
print(min(times) / (TRIALS * OPEN) * 1e9)
