#ifndef QUOTACAST_SERVER_METRICS_PORTABLE_REAL_H_
#define QUOTACAST_SERVER_METRICS_PORTABLE_REAL_H_

// A double whose transcendental functions are those of simulation/portable_math.h, so that what
// Boost.Math computes with it has the same bits on every machine: with plain doubles it calls the C
// library.

#include <cmath>
#include <limits>
#include <ostream>
#include <type_traits>

#include "simulation/portable_math.h"

namespace quotacast::metrics {

class PortableReal {
 public:
  PortableReal() = default;
  template <typename Number, typename = std::enable_if_t<std::is_arithmetic_v<Number>>>
  PortableReal(Number number)  // NOLINT(google-explicit-constructor): as Boost's functions want it.
      : value_(static_cast<double>(number)) {}
  template <typename Number, typename = std::enable_if_t<std::is_arithmetic_v<Number>>>
  explicit operator Number() const {
    return static_cast<Number>(value_);
  }

  PortableReal& operator+=(PortableReal other) { return *this = *this + other; }
  PortableReal& operator-=(PortableReal other) { return *this = *this - other; }
  PortableReal& operator*=(PortableReal other) { return *this = *this * other; }
  PortableReal& operator/=(PortableReal other) { return *this = *this / other; }
  PortableReal& operator++() { return *this += 1; }
  PortableReal operator++(int) {
    const PortableReal before = *this;
    ++*this;
    return before;
  }
  PortableReal& operator--() { return *this -= 1; }
  friend PortableReal operator-(PortableReal a) { return -a.value_; }
  friend PortableReal operator+(PortableReal a, PortableReal b) { return a.value_ + b.value_; }
  friend PortableReal operator-(PortableReal a, PortableReal b) { return a.value_ - b.value_; }
  friend PortableReal operator*(PortableReal a, PortableReal b) { return a.value_ * b.value_; }
  friend PortableReal operator/(PortableReal a, PortableReal b) { return a.value_ / b.value_; }
  friend bool operator==(PortableReal a, PortableReal b) { return a.value_ == b.value_; }
  friend bool operator!=(PortableReal a, PortableReal b) { return a.value_ != b.value_; }
  friend bool operator<(PortableReal a, PortableReal b) { return a.value_ < b.value_; }
  friend bool operator>(PortableReal a, PortableReal b) { return a.value_ > b.value_; }
  friend bool operator<=(PortableReal a, PortableReal b) { return a.value_ <= b.value_; }
  friend bool operator>=(PortableReal a, PortableReal b) { return a.value_ >= b.value_; }

  friend PortableReal exp(PortableReal a) { return simulation::Exp(a.value_); }
  friend PortableReal log(PortableReal a) { return simulation::Log(a.value_); }
  friend PortableReal pow(PortableReal a, PortableReal b) {
    return simulation::Pow(a.value_, b.value_);
  }
  friend PortableReal expm1(PortableReal a) { return Sleef_cinz_expm1d1_u10purec(a.value_); }
  friend PortableReal log1p(PortableReal a) { return Sleef_cinz_log1pd1_u10purec(a.value_); }
  friend PortableReal sin(PortableReal a) { return Sleef_cinz_sind1_u10purec(a.value_); }
  friend PortableReal cos(PortableReal a) { return Sleef_cinz_cosd1_u10purec(a.value_); }
  friend PortableReal tan(PortableReal a) { return Sleef_cinz_tand1_u10purec(a.value_); }
  friend PortableReal asin(PortableReal a) { return Sleef_cinz_asind1_u10purec(a.value_); }
  friend PortableReal acos(PortableReal a) { return Sleef_cinz_acosd1_u10purec(a.value_); }
  // Exact by IEEE 754, whoever computes them.
  friend PortableReal sqrt(PortableReal a) { return std::sqrt(a.value_); }
  friend PortableReal fabs(PortableReal a) { return std::fabs(a.value_); }
  friend PortableReal abs(PortableReal a) { return std::fabs(a.value_); }
  friend PortableReal floor(PortableReal a) { return std::floor(a.value_); }
  friend PortableReal ceil(PortableReal a) { return std::ceil(a.value_); }
  friend PortableReal ldexp(PortableReal a, int exponent) { return std::ldexp(a.value_, exponent); }
  friend PortableReal frexp(PortableReal a, int* exponent) {
    return std::frexp(a.value_, exponent);
  }

  // In messages of errors, which are not shown.
  template <typename Char, typename Traits>
  friend std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& stream,
                                                      PortableReal real) {
    return stream << real.value_;
  }

 private:
  double value_ = 0;
};

}  // namespace quotacast::metrics

// What Boost.Math asks of a type of numbers.
template <>
class std::numeric_limits<quotacast::metrics::PortableReal> : public std::numeric_limits<double> {
  using Real = quotacast::metrics::PortableReal;
  using Of = std::numeric_limits<double>;

 public:
  static Real min() { return Of::min(); }
  static Real max() { return Of::max(); }
  static Real lowest() { return Of::lowest(); }
  static Real epsilon() { return Of::epsilon(); }
  static Real infinity() { return Of::infinity(); }
  static Real quiet_NaN() { return Of::quiet_NaN(); }
  static Real denorm_min() { return Of::denorm_min(); }
};

#endif  // QUOTACAST_SERVER_METRICS_PORTABLE_REAL_H_
