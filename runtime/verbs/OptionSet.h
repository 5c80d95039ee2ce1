// How a verb declares its flags, without the command line library in sight.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace qwen {

// `names` is comma-separated: "--in", "-p,--prompt". Values are stored when the command line has been read; what is
// bound must live until then. A value outside [least, most] is a wrong command line.
class OptionSet {
public:
  virtual ~OptionSet() = default;
  virtual void flag(const std::string &names, bool &value, const std::string &help) = 0;
  virtual void integer(const std::string &names, int64_t &value, const std::string &help, int64_t least,
                       int64_t most) = 0;
  virtual void integer(const std::string &names, std::optional<int64_t> &value, const std::string &help, int64_t least,
                       int64_t most) = 0;
  // Several separated by commas, or the flag several times.
  virtual void integers(const std::string &names, std::vector<int64_t> &values, const std::string &help, int64_t least,
                        int64_t most) = 0;
  virtual void real(const std::string &names, std::optional<double> &value, const std::string &help) = 0;
  virtual void text(const std::string &names, std::string &value, const std::string &help, bool required = false) = 0;
  virtual void text(const std::string &names, std::optional<std::string> &value, const std::string &help) = 0;
  // May be given several times: --image a.png --image b.png.
  virtual void texts(const std::string &names, std::vector<std::string> &values, const std::string &help) = 0;
};

}  // namespace qwen
