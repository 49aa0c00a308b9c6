#include "s3/http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"

namespace tracetwin::s3 {
namespace {

constexpr long kConnectSeconds = 10;
constexpr long kSilentSeconds = 30;

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* body) {
  static_cast<std::string*>(body)->append(bytes, count);
  return count;
}

std::size_t take_header(char* bytes, std::size_t, std::size_t count, void* response) {
  const std::string_view line(bytes, count);
  const std::size_t colon = line.find(':');
  auto& headers = static_cast<HttpResponse*>(response)->headers;
  if (line.starts_with("HTTP/")) {
    headers.clear();  // the last answer is the one that counts (100 Continue, proxies)
  } else if (colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const std::string_view rest = line.substr(colon + 1);
    const std::size_t begin = std::min(rest.find_first_not_of(" \t"), rest.size());
    const std::size_t end = rest.find_last_not_of(" \t\r\n");
    headers.emplace_back(std::move(name), begin < rest.size() && end != std::string_view::npos
                                              ? rest.substr(begin, end - begin + 1)
                                              : std::string_view());
  }
  return count;
}

bool is_passing(CURLcode code) {
  constexpr std::array kPassing = {CURLE_COULDNT_CONNECT,      CURLE_PARTIAL_FILE,
                                   CURLE_OPERATION_TIMEDOUT,   CURLE_GOT_NOTHING,
                                   CURLE_SEND_ERROR,           CURLE_RECV_ERROR,
                                   CURLE_COULDNT_RESOLVE_HOST, CURLE_SSL_CONNECT_ERROR};
  return std::find(kPassing.begin(), kPassing.end(), code) != kPassing.end();
}

struct HeaderList {
  curl_slist* list = nullptr;

  ~HeaderList() { ::curl_slist_free_all(list); }
  void add(const std::string& line) { list = ::curl_slist_append(list, line.c_str()); }
};

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& header) { return header.first == name; });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

struct Http::Handle {
  CURL* curl = nullptr;
  std::array<char, CURL_ERROR_SIZE> words = {};
};

Http::Http() : handle_(std::make_unique<Handle>()) {
  static const CURLcode kReady = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  handle_->curl = kReady == CURLE_OK ? ::curl_easy_init() : nullptr;
  if (handle_->curl == nullptr) {
    throw Error("libcurl cannot be started");
  }
}

Http::~Http() {
  ::curl_easy_cleanup(handle_->curl);
}

HttpResponse Http::send(const HttpRequest& request) {
  CURL* const curl = handle_->curl;
  HttpResponse response;
  HeaderList headers;
  for (const auto& [name, value] : request.headers) {
    headers.add(fmt::format("{}: {}", name, value));
  }
  headers.add("Expect:");
  headers.add("Content-Type:");
  ::curl_easy_reset(curl);
  handle_->words[0] = '\0';
  ::curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  ::curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  ::curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.list);
  ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  ::curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  ::curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
  ::curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, handle_->words.data());
  ::curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take_body);
  ::curl_easy_setopt(curl, CURLOPT_WRITEDATA, &response.body);
  ::curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &take_header);
  ::curl_easy_setopt(curl, CURLOPT_HEADERDATA, &response);
  if (request.method == "HEAD") {
    ::curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  } else if (request.method == "PUT" || request.method == "POST") {
    ::curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
    ::curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
    ::curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  } else if (request.method != "GET") {
    ::curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  const CURLcode code = ::curl_easy_perform(curl);
  long status = 0;
  ::curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  if (code != CURLE_OK) {
    response.failure =
        handle_->words[0] != '\0' ? handle_->words.data() : ::curl_easy_strerror(code);
    response.is_passing = is_passing(code);
  }
  return response;
}

}  // namespace tracetwin::s3
