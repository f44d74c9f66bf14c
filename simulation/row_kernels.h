#ifndef QUOTACAST_SIMULATION_ROW_KERNELS_H_
#define QUOTACAST_SIMULATION_ROW_KERNELS_H_

// Sums over rows of numbers, for the vector instructions that the machine has; the same bits with
// all of them (see kernels.h).

#include <cstddef>

namespace quotacast::simulation {

// Rows are padded with zeros to a multiple of this.
inline constexpr size_t kRowLanes = 8;

// Sum of a[i] b[i] over a row: kRowLanes partial sums, of every kRowLanes-th element each, added in
// pairs. `width` is a multiple of kRowLanes.
double Dot(const double* a, const double* b, size_t width);

// sums[i] += scale row[i].
void AddScaled(double scale, const double* row, size_t width, double* sums);

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_ROW_KERNELS_H_
