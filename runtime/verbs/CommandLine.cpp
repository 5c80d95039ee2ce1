// The only file that includes CLI11: it costs seconds to compile.
#include "runtime/verbs/CommandLine.h"

#include <CLI/CLI.hpp>
#include <iostream>

namespace qwen {
namespace {

// Checked, but not spelt out in the help text.
CLI::Validator within(int64_t least, int64_t most) {
  CLI::Validator range = CLI::Range(least, most);
  range.description("");
  return range;
}

class CliOptions : public OptionSet {
public:
  explicit CliOptions(CLI::App &app) : app(app) {}

  void flag(const std::string &names, bool &value, const std::string &help) override {
    app.add_flag(names, value, help);
  }
  void integer(const std::string &names, int64_t &value, const std::string &help, int64_t least,
               int64_t most) override {
    app.add_option(names, value, help)->check(within(least, most))->type_name("N")->capture_default_str();
  }
  void integer(const std::string &names, std::optional<int64_t> &value, const std::string &help, int64_t least,
               int64_t most) override {
    app.add_option(names, value, help)->check(within(least, most))->type_name("N");
  }
  void integers(const std::string &names, std::vector<int64_t> &values, const std::string &help, int64_t least,
                int64_t most) override {
    CLI::Option *option = app.add_option(names, values, help)->check(within(least, most))->type_name("N");
    option->delimiter(',')->allow_extra_args(false)->take_all();
  }
  void real(const std::string &names, std::optional<double> &value, const std::string &help) override {
    app.add_option(names, value, help)->type_name("X");
  }
  void text(const std::string &names, std::string &value, const std::string &help, bool required) override {
    app.add_option(names, value, help)->required(required)->type_name("");
  }
  void text(const std::string &names, std::optional<std::string> &value, const std::string &help) override {
    app.add_option(names, value, help)->type_name("");
  }
  void texts(const std::string &names, std::vector<std::string> &values, const std::string &help) override {
    // One value a time, so that what follows isn't swallowed.
    app.add_option(names, values, help)->expected(1)->take_all()->type_name("");
  }

private:
  CLI::App &app;
};

std::string overview(const std::string &name, const Program &program) {
  std::string text = name + ": " + program.task + " " + program.model + ", compiled by qwenc for " +
                     program.target_level + "\n\nusage: " + name + " VERB [flags]\n\n";
  for (const VerbEntry &entry : verbs()) {
    std::string verb = entry.name;
    text += "  " + verb + std::string(verb.size() < 10 ? 10 - verb.size() : 1, ' ') + entry.summary + "\n";
  }
  return text + "\n" + name + " VERB --help lists the flags of a verb.\n";
}

std::string oneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

std::string programName(int argc, const char *const *argv) {
  std::string path = argc > 0 ? argv[0] : "";
  std::string name = path.substr(path.rfind('/') + 1);
  return name.empty() ? "program" : name;
}

ParsedCommand parseCommandLine(const Program &program, int argc, const char *const *argv) {
  const std::string name = programName(argc, argv);
  auto wrong = [&](const std::string &what) {
    std::cerr << name << ": " << oneLine(what) << "\n";
    return ParsedCommand{nullptr, 2};
  };
  const std::string chosen = argc > 1 ? argv[1] : "";
  if (chosen == "--help" || chosen == "-h") {
    std::cout << overview(name, program);
    return {};
  }
  std::string known;
  for (const VerbEntry &entry : verbs()) {
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
    if (chosen != entry.name)
      continue;
    auto verb = entry.make();
    CLI::App app(entry.summary, name + " " + entry.name);
    app.get_formatter()->label("REQUIRED", "(required)");
    CliOptions options(app);
    verb->addOptions(options, program);
    try {
      app.parse(argc - 1, argv + 1);
    } catch (const CLI::CallForHelp &) {
      std::cout << app.help();
      return {};
    } catch (const CLI::ParseError &problem) {
      return wrong(chosen + ": " + problem.what() + " (" + name + " " + chosen + " --help lists the flags)");
    }
    return {std::move(verb), 0};
  }
  if (chosen.empty())
    return wrong("no verb given; known: " + known + " (" + name + " --help)");
  return wrong("unknown verb " + chosen + "; known: " + known + " (" + name + " --help)");
}

}  // namespace qwen
