#include "work/site.h"

#include <fmt/format.h>

namespace tracetwin::work {

std::string Site::once(std::string_view name, const std::function<std::string()>& make) const {
  if (!folder) {
    return make();
  }
  const auto path = folder->part(name);
  if (auto kept = find_record(path)) {
    return std::move(*kept);
  }
  std::string made = make();
  keep_record(path, made);
  return made;
}

std::vector<std::string> Site::share(std::string_view name, std::size_t tasks, unsigned threads,
                                     const std::function<std::string(std::size_t)>& work) const {
  return ranks.share(tasks, threads, [&](std::size_t task) {
    return once(fmt::format("{}-{}", name, task), [&] { return work(task); });
  });
}

}  // namespace tracetwin::work
