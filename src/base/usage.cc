#include "base/usage.h"

#include <sys/resource.h>

#include <algorithm>
#include <initializer_list>

namespace tracetwin {

double cpu_seconds() {
  double seconds = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    struct rusage used = {};
    ::getrusage(who, &used);
    for (const timeval& time : {used.ru_utime, used.ru_stime}) {
      seconds += static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    }
  }
  return seconds;
}

double peak_megabytes() {
  constexpr double kKibPerMegabyte = 1024 / 1e6;
  double most = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    struct rusage used = {};
    ::getrusage(who, &used);
    most = std::max(most, static_cast<double>(used.ru_maxrss) * kKibPerMegabyte);
  }
  return most;
}

}  // namespace tracetwin
