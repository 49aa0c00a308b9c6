#include "pipeline/kept_releases.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "work/record.h"

namespace tracetwin {
namespace {

class KeptReleases final : public dp::ReleaseLog {
 public:
  explicit KeptReleases(work::Site site) : site_(std::move(site)) {
    if (site_.folder && site_.ranks.first()) {
      journal_ = std::make_unique<work::Journal>(site_.folder->releases());
    }
  }

  std::string once(const std::string& request, const std::function<std::string()>& draw) override {
    const std::size_t number = next_++;
    if (!site_.ranks.first()) {
      return site_.ranks.from_first({});
    }
    if (!journal_) {
      return site_.ranks.from_first(draw());
    }
    if (number < journal_->entries().size()) {
      return site_.ranks.from_first(kept(number, request));
    }
    std::string drawn = draw();
    Packer packer;
    packer.put_text(request);
    packer.put_text(drawn);
    journal_->add(packer.take());
    return site_.ranks.from_first(std::move(drawn));
  }

 private:
  std::string kept(std::size_t number, const std::string& request) const {
    Unpacker from(journal_->entries()[number]);
    if (const std::string_view was = from.get_text(); was != request) {
      throw Error(
          fmt::format("release {} of {} is of \"{}\", expected \"{}\"", number + 1,
                      site_.folder->releases().string(), was, request),
          "Run the version of tracetwin that began this work, or name another --work-folder.");
    }
    return std::string(from.get_text());
  }

  work::Site site_;
  std::unique_ptr<work::Journal> journal_;
  std::size_t next_ = 0;
};

}  // namespace

std::shared_ptr<dp::ReleaseLog> kept_releases(const work::Site& site) {
  return std::make_shared<KeptReleases>(site);
}

}  // namespace tracetwin
